"""The market's employers: invented, some large, most small, each at home where people live.

A name is a stem coined from syllables and a word for the trade; public bodies are named in the country's language and
have no legal form. Nobody knows every register of the world; two things
keep real firms out: a stem is never one of the well-known names in `stems.toml`, and a name is never the bare stem.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from django.utils.text import slugify

from jobs.market.chance import Chance, Draw, key
from jobs.market.timeline import Timeline
from jobs.market.world import Land, Town, Trade, Weighted, World, document
from jobs.models import SizeBand

# Every address of the market lies under this name. Nobody can register it (RFC 2606), and by it the market's
# companies and people are known among others.
DOMAIN = "market.example"

# How many companies share the postings: 2 * jobs**0.7, so that a company of a larger market hires more, too.
COMPANIES, COMPANY_GROWTH = 2, 0.7
# The n-th largest company has 1/(n + 3)**0.75 of the largest one's postings: Zipf's law, a little flattened.
SIZE_SKEW, SIZE_OFFSET = 0.75, 3
SHARE_WITH_FORM, WITHOUT_FORM = 0.35, {"public", "nonprofit"}
BANDS = (
    (10, SizeBand.S1_10),
    (50, SizeBand.S11_50),
    (200, SizeBand.S51_200),
    (500, SizeBand.S201_500),
    (1000, SizeBand.S501_1000),
    (5000, SizeBand.S1001_5000),
)


@dataclass(frozen=True, slots=True, eq=False)
class Employer:
    """A company. The first of its towns is where it has its headquarters."""

    number: int
    key: str
    name: str
    slug: str
    trade: Trade
    land: Land
    towns: tuple[Town, ...]
    people: int
    year: int
    prefix: str
    created: int

    @property
    def domain(self) -> str:
        return f"{self.slug}.{DOMAIN}"

    @property
    def size_band(self) -> SizeBand:
        return next((band for most, band in BANDS if self.people <= most), SizeBand.S5001_PLUS)


def count(jobs: int) -> int:
    """How many companies share that many postings."""
    return max(3, round(COMPANIES * jobs**COMPANY_GROWTH))


def employers(chance: Chance, world: World, timeline: Timeline) -> Weighted[Employer]:
    """The companies of the market, weighted by how much they hire. No two share a name."""
    total = count(timeline.jobs)
    shares = [1 / (rank + SIZE_OFFSET) ** SIZE_SKEW for rank in range(total)]
    scale = timeline.jobs / sum(shares)
    slugs: set[str] = set()
    companies = [_employer(chance, world, timeline, number, shares[number] * scale, slugs) for number in range(total)]
    return Weighted(companies, list(accumulate(shares)))


def _employer(
    chance: Chance, world: World, timeline: Timeline, number: int, postings: float, slugs: set[str]
) -> Employer:
    drawn = chance.of(Draw.COMPANY, number)
    trade = world.trades.choose(drawn)
    land = world.lands.choose(drawn)
    name, stem = _name(drawn, trade, land)
    while (slug := slugify(name)) in slugs:
        name, stem = _name(drawn, trade, land)
    slugs.add(slug)
    # Who hires more has more people: some two to twenty for each open position.
    people = max(2, round((postings + drawn.random()) * drawn.lognormvariate(2.1, 0.8)))
    created = timeline.now - drawn.randint(100, 1500) * 86_400_000 - drawn.randint(0, 86_399_999)
    has_form = drawn.random() < SHARE_WITH_FORM and trade.company_kind not in WITHOUT_FORM
    return Employer(
        number=number,
        key=key(drawn, created),
        name=f"{name} {drawn.choice(land.forms)}" if has_form else name,
        slug=slug,
        trade=trade,
        land=land,
        towns=_towns(drawn, land, postings),
        people=people,
        year=drawn.randint(1890, 2022) if drawn.random() < 0.6 else drawn.randint(1990, 2022),
        prefix=stem[:3].upper(),
        created=created,
    )


def _name(drawn: Random, trade: Trade, land: Land) -> tuple[str, str]:
    """A name and the stem in it."""
    stem = _stem(drawn)
    patterns = trade.local_names.get(land.languages.items[0])
    return (drawn.choice(patterns).format(stem=stem) if patterns else f"{stem} {drawn.choice(trade.words)}"), stem


def _stem(drawn: Random) -> str:
    parts = document("stems.toml")
    while True:
        stem = drawn.choice(parts["onsets"]) + drawn.choice(parts["vowels"]) + drawn.choice(parts["middles"])
        if drawn.random() < 0.45:
            stem += drawn.choice(parts["vowels"]) + drawn.choice(parts["middles"])
        stem += drawn.choice(parts["endings"])
        if 5 <= len(stem) <= 11 and stem not in parts["well_known"]:
            return str(stem.capitalize())


def _towns(drawn: Random, land: Land, postings: float) -> tuple[Town, ...]:
    """One town for the small; up to forty for those who hire by the thousand."""
    most = 1 + min(39, int(postings**0.5 * drawn.random() * 1.6))
    return tuple(dict.fromkeys(land.towns.choose(drawn) for _ in range(most)))
