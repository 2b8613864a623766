"""The ten invented employers of the demo board. Their addresses are on names that no one can register."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Office:
    """A town where a company has people, and what pay there is worth beside the headquarters' town.

    `location` is written as a posting writes it and resolves to the place with the GeoNames id `place`;
    `pay` multiplies an amount at the headquarters into an amount in this office's `currency`.
    """

    location: str
    place: int
    country: str
    currency: str
    pay: float = 1.0


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A company of the demo board; `description` is Markdown, `headquarters` a GeoNames id."""

    slug: str
    name: str
    kind: str
    industry: str
    size_band: str
    prefix: str
    share: int
    offices: tuple[Office, ...]
    benefits: tuple[str, ...]
    description: str

    @property
    def website(self) -> str:
        return f"https://{self.slug}.example.com"

    @property
    def headquarters(self) -> int:
        return self.offices[0].place


COMPANIES: tuple[DemoCompany, ...] = (
    DemoCompany(
        slug="larkfield-systems",
        name="Larkfield Systems",
        kind="employer",
        industry="software",
        size_band="501-1000",
        prefix="LRK",
        share=330,
        offices=(
            Office("Seattle, Washington, United States", 5809844, "US", "USD"),
            Office("Denver, Colorado, United States", 5419384, "US", "USD", 0.95),
            Office("Toronto, Ontario, Canada", 6167865, "CA", "CAD", 0.9),
            Office("Dublin, Ireland", 2964574, "IE", "EUR", 0.6),
            Office("Bengaluru, India", 1277333, "IN", "INR", 21.0),
        ),
        benefits=(
            "Health, dental and vision insurance",
            "Sixteen weeks of parental leave for every parent",
            "A yearly learning budget",
            "Equity for everybody",
            "Five weeks of paid leave",
            "A home office allowance",
        ),
        description=(
            "Larkfield makes scheduling software for places where people wait: clinics, dental practices and garages. "
            "Forty thousand receptionists use it all day, and most of their patients never notice that it is there.\n\n"
            "We started in 2011 with one clinic in Seattle and a calendar that refused to double-book. Today six "
            "hundred people work on it in **five cities and from home**. We still answer our own support calls: "
            "everybody, the founders included, does so for two days a year.\n\n"
            "We write things down, ship small and go home on time."
        ),
    ),
    DemoCompany(
        slug="st-brannocs",
        name="St Brannoc's Hospital Trust",
        kind="public",
        industry="health-care",
        size_band="5001+",
        prefix="STB",
        share=330,
        offices=(
            Office("Bristol, United Kingdom", 2654675, "GB", "GBP"),
            Office("Leeds, United Kingdom", 2644688, "GB", "GBP"),
            Office("Sheffield, United Kingdom", 2638077, "GB", "GBP"),
        ),
        benefits=(
            "A public service pension",
            "Twenty-seven days of leave, rising with service",
            "A nursery at each hospital",
            "Season ticket loans and cycle parking",
            "Paid study leave",
            "Free counselling, day and night",
        ),
        description=(
            "St Brannoc's runs three teaching hospitals and the community services around them. Nine thousand people "
            "work here in about three hundred different jobs, and every one of them is part of somebody's care.\n\n"
            "We are proud of short waits in stroke care, honest about long ones in orthopaedics, and busy changing "
            "the latter. Staff rate us in the top fifth of hospitals for **speaking up without fear**, which we value "
            "more than any award."
        ),
    ),
    DemoCompany(
        slug="tidewater-freight",
        name="Tidewater Freight Lines",
        kind="employer",
        industry="logistics",
        size_band="1001-5000",
        prefix="TFL",
        share=330,
        offices=(
            Office("Columbus, Ohio, United States", 4509177, "US", "USD"),
            Office("Dallas, Texas, United States", 4684888, "US", "USD"),
            Office("Atlanta, Georgia, United States", 4180439, "US", "USD"),
            Office("Stockton, California, United States", 5399020, "US", "USD", 1.12),
        ),
        benefits=(
            "Medical, dental and vision from day one",
            "A retirement plan with a match of five percent",
            "Paid weekly",
            "Safety bonus every quarter",
            "Boots and winter gear",
            "Tuition for a commercial license",
        ),
        description=(
            "Tidewater has moved freight since 1968, first along the coast, which explains the name, and now between "
            "four terminals that are nowhere near it. We run 640 trucks, 900 trailers and four warehouses.\n\n"
            "Our drivers stay for nine years on average. We think that is because of **home time that is written "
            "down**, equipment that works, and dispatchers who have driven themselves."
        ),
    ),
    DemoCompany(
        slug="cascadia-county",
        name="Cascadia County",
        kind="public",
        industry="government",
        size_band="1001-5000",
        prefix="CAS",
        share=230,
        offices=(
            Office("Salem, Oregon, United States", 5750162, "US", "USD"),
            Office("Eugene, Oregon, United States", 5725846, "US", "USD"),
            Office("Portland, Oregon, United States", 5746545, "US", "USD", 1.06),
        ),
        benefits=(
            "State retirement plan",
            "Health coverage for the whole family",
            "Eleven paid holidays",
            "Student loan forgiveness for public service",
            "Transit pass",
            "Flexible schedules",
        ),
        description=(
            "Cascadia County looks after roads, parks, libraries, elections, public health and a good many things "
            "that people only notice when they stop. Two thousand three hundred employees serve 410,000 residents "
            "between the mountains and the valley floor.\n\n"
            "We hire **openly and on merit**, publish every pay range, and interview with the same questions for "
            "everybody."
        ),
    ),
    DemoCompany(
        slug="northgate-mutual",
        name="Northgate Mutual",
        kind="employer",
        industry="insurance",
        size_band="1001-5000",
        prefix="NGM",
        share=240,
        offices=(
            Office("Toronto, Ontario, Canada", 6167865, "CA", "CAD"),
            Office("Montréal, Quebec, Canada", 6077243, "CA", "CAD", 0.94),
            Office("Halifax, Nova Scotia, Canada", 6324729, "CA", "CAD", 0.9),
        ),
        benefits=(
            "Defined benefit pension",
            "Four weeks of vacation from the start",
            "Examination fees and study days",
            "Extended health and dental plan",
            "Two paid volunteer days",
            "Hybrid work in most teams",
        ),
        description=(
            "Northgate was founded in 1921 by farmers who were tired of other people's prices. It still belongs to "
            "its members, 1.3 million of them, and has no shareholders to please.\n\n"
            "We insure homes, cars, farms and small businesses in nine provinces. In a year with many storms we are "
            "busy; in a quiet year **members get money back**."
        ),
    ),
    DemoCompany(
        slug="blue-wattle-schools",
        name="Blue Wattle Schools",
        kind="nonprofit",
        industry="education",
        size_band="501-1000",
        prefix="BWS",
        share=190,
        offices=(
            Office("Melbourne, Victoria, Australia", 2158177, "AU", "AUD"),
            Office("Sydney, New South Wales, Australia", 2147714, "AU", "AUD", 1.05),
            Office("Brisbane, Queensland, Australia", 2174003, "AU", "AUD", 0.98),
        ),
        benefits=(
            "Fourteen percent superannuation",
            "Eleven weeks of school holidays",
            "Reduced fees for staff children",
            "A paid study day every term",
            "Laptop and tablet",
            "Salary packaging",
        ),
        description=(
            "Blue Wattle is a non-profit group of nine schools, from kindergarten to Year 12, and an online school for "
            "families who live a long way from anywhere.\n\n"
            "We keep classes below twenty-four, teach every child an instrument, and give teachers **one day a "
            "fortnight without classes** to plan together. Our oldest school opened in 1974, our newest opens next "
            "January."
        ),
    ),
    DemoCompany(
        slug="bauwerk-nordlicht",
        name="Bauwerk Nordlicht",
        kind="employer",
        industry="construction",
        size_band="201-500",
        prefix="BNL",
        share=110,
        offices=(
            Office("Hamburg, Germany", 2911298, "DE", "EUR"),
            Office("Bremen, Germany", 2944388, "DE", "EUR", 0.97),
            Office("Kiel, Germany", 2891122, "DE", "EUR", 0.96),
            Office("Rostock, Germany", 2844588, "DE", "EUR", 0.93),
        ),
        benefits=(
            "30 Tage Urlaub",
            "Weihnachtsgeld nach Tarif",
            "Firmenwagen für die Baustelle",
            "Betriebliche Altersvorsorge",
            "Winterbau ohne Kurzarbeit",
            "Bezahlte Weiterbildung",
        ),
        description=(
            "Bauwerk Nordlicht baut seit 1952 zwischen Elbe und Ostsee: Schulen, Wohnhäuser, Krankenhäuser und "
            "inzwischen vieles davon aus Holz. Wir sind 320 Leute, ein Familienbetrieb in dritter Generation und "
            "bilden jedes Jahr achtzehn junge Menschen aus.\n\n"
            "Unsere Kolonnen bleiben zusammen, unsere Baustellen liegen **höchstens eine Stunde entfernt**, und "
            "freitags ist um eins Feierabend."
        ),
    ),
    DemoCompany(
        slug="maison-verdelle",
        name="Maison Verdelle",
        kind="employer",
        industry="hospitality",
        size_band="201-500",
        prefix="MVD",
        share=110,
        offices=(
            Office("Lyon, France", 2996944, "FR", "EUR"),
            Office("Paris, France", 2988507, "FR", "EUR", 1.1),
            Office("Bordeaux, France", 3031582, "FR", "EUR"),
            Office("Geneva, Switzerland", 2660646, "CH", "CHF", 1.95),
        ),
        benefits=(
            "Deux jours de repos consécutifs",
            "Mutuelle prise en charge à 80 %",
            "Repas sur place",
            "Treizième mois",
            "Nuits à tarif réduit dans nos hôtels",
            "Aide au logement les premiers mois",
        ),
        description=(
            "Maison Verdelle réunit six hôtels et neuf restaurants, tous différents, tous dirigés par des gens qui "
            "ont commencé en salle, en cuisine ou dans les étages. La première brasserie a ouvert à Lyon en 1936.\n\n"
            "Nous avons supprimé la coupure dans la plupart de nos maisons, nous publions les salaires et nous "
            "**partageons les pourboires à parts égales** entre la salle et la cuisine."
        ),
    ),
    DemoCompany(
        slug="sol-del-sur",
        name="Cooperativa Sol del Sur",
        kind="employer",
        industry="food-and-drink",
        size_band="201-500",
        prefix="SDS",
        share=80,
        offices=(
            Office("Sevilla, Spain", 2510911, "ES", "EUR"),
            Office("Málaga, Spain", 2514256, "ES", "EUR"),
            Office("Valencia, Spain", 2509954, "ES", "EUR", 1.03),
        ),
        benefits=(
            "Jornada intensiva en verano",
            "Seguro médico",
            "Comedor subvencionado",
            "Formación a cargo de la empresa",
            "Transporte desde la ciudad",
            "Aceite para toda la familia",
        ),
        description=(
            "Sol del Sur es una cooperativa de 1.900 agricultores que producen aceite de oliva, cítricos y conservas. "
            "Nació en 1963 alrededor de una almazara y hoy vende en 31 países.\n\n"
            "Los beneficios vuelven a los socios y a la plantilla. Cuidamos el agua, aprovechamos hasta el hueso de "
            "la aceituna y **hacemos fijos a la mitad de los temporeros** que repiten campaña."
        ),
    ),
    DemoCompany(
        slug="copperline-robotics",
        name="Copperline Robotics",
        kind="employer",
        industry="machinery",
        size_band="51-200",
        prefix="CPR",
        share=50,
        offices=(
            Office("Tucson, Arizona, United States", 5318313, "US", "USD"),
            Office("Phoenix, Arizona, United States", 5308655, "US", "USD", 1.04),
            Office("Boston, Massachusetts, United States", 4930956, "US", "USD", 1.18),
        ),
        benefits=(
            "Health insurance paid in full",
            "Stock options",
            "Four weeks of paid leave",
            "A workshop you may use after hours",
            "Relocation support",
            "Lunch on Wednesdays",
        ),
        description=(
            "Copperline builds robots that sort recycling. A hundred and forty of our machines pick bottles, cans and "
            "the occasional shoe from conveyor belts in eleven countries, eighty times a minute each.\n\n"
            "We are a hundred and ten people, half of them with a wrench in reach. We **build what we design** in one "
            "hall in Tucson, and engineers spend a week a year at a customer's plant."
        ),
    ),
)
