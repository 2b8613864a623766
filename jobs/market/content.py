"""What a posting says, decided before a word of it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from random import Random

from jobs.demo.postings import SALARY_FACTORS, SENIORITY_WEIGHTS, WAGE_FACTORS, WORKPLACES
from jobs.market.companies import Employer
from jobs.market.world import Kind, Land, Town, Weighted, World

SENIORITY = Weighted.of(SENIORITY_WEIGHTS)
# Few of those who work with their hands or at a till are executives, or interns.
WAGE_SENIORITY = Weighted.of({"entry": 4, "mid": 6, "senior": 2, "lead": 1})
# Managers have been something else before; chiefs and directors are what they are.
LADDER_SENIORITY = {
    "crew": WAGE_SENIORITY,
    "manager": Weighted.of({"entry": 1.5, "mid": 5, "senior": 4, "lead": 2}),
    "head": Weighted.of({"lead": 3, "executive": 1}),
}
# Interns and apprentices may earn less than a country's lowest pay, but not less than this share of it.
INTERN_SHARE = 0.5
# How sharply low pay bends towards the lowest: exponent of the smooth maximum of both.
BEND = 6
SHARE_IN_SEVERAL_PLACES = 0.14
MOST_PLACES = 3
MOST_COUNTRIES = 6
MOST_SKILLS = 14
DRAWS_FOR_A_TITLE = 5
SHARE_WITH_OTHER_TITLE = 0.35
# A town this large pays more than the country does on average, a small one less.
CITY, CITY_PAY = 1_000_000, 1.07
VILLAGE, VILLAGE_PAY = 60_000, 0.95
# Parts of a year that are worked, as in `jobs.models.pay`.
PER_YEAR = {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}
# What an amount of this size or more is rounded to.
STEPS = ((10_000_000, 500_000), (1_000_000, 50_000), (100_000, 2_500), (20_000, 500), (1_000, 50), (100, 10), (20, 1))


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of pay in units of a currency for a period."""

    low: int | float
    high: int | float
    currency: str
    digits: int
    period: str

    @property
    def minor(self) -> tuple[int, int]:
        """Both ends in minor units."""
        return round(self.low * 10**self.digits), round(self.high * 10**self.digits)


@dataclass(frozen=True, slots=True)
class Content:
    """What a posting says, apart from its description. `skills` are `required` and `nice` ones: (id, name)."""

    employer: Employer
    kind: Kind
    language: str
    seniority: str
    workplace: str
    towns: Sequence[Town]
    remote_from: Sequence[Land]
    required: Sequence[tuple[int, str]]
    nice: Sequence[tuple[int, str]]
    pay: Pay | None
    title: str
    employment_type: str
    education: str

    @property
    def skills(self) -> Sequence[tuple[int, str]]:
        return [*self.required, *self.nice]

    def countries(self) -> list[str]:
        """Names of the countries that a remote worker may live in, in the posting's language where it has one."""
        return [land.label.get(self.language, land.label["en"]) for land in self.remote_from]


def decide(chance: Random, world: World, employers: Weighted[Employer], town: Town | None = None) -> Content:
    """What one posting says. With `town` it is the same posting in another town of the same company."""
    employer = employers.choose(chance)
    language, kind = _language_and_kind(chance, world, employer)
    seniority = seniority_of(kind).choose(chance)
    if seniority == "executive" and language != "en":
        seniority = "lead"
    workplace = chance.choices(WORKPLACES, kind.workplaces)[0]
    towns = _towns(chance, employer, workplace)
    if town is not None:
        towns = [town]
    remote_from = _remote_from(chance, world, employer, language) if workplace == "remote" else []
    required, nice = _skills(chance, kind)
    employment_type = "internship" if seniority == "intern" else kind.types.choose(chance)
    # Apprentices are beginners, whatever was drawn; what they are called and paid is the level below.
    level = seniority
    if employment_type == "apprenticeship":
        seniority, level = "entry", "intern"
    return Content(
        employer=employer,
        kind=kind,
        language=language,
        seniority=seniority,
        workplace=workplace,
        towns=towns,
        remote_from=remote_from,
        required=required,
        nice=nice,
        pay=_pay(chance, employer.land, kind, level, towns),
        title=_title(chance, world, kind, language, level),
        employment_type=employment_type,
        education=kind.education.choose(chance),
    )


def _language_and_kind(chance: Random, world: World, employer: Employer) -> tuple[str, Kind]:
    """One of the country's languages and a kind of work that has a name in it; English where none is drawn."""
    language = employer.land.languages.choose(chance)
    kind = employer.trade.kinds.choose(chance)
    if language == "en":
        return language, kind
    for _ in range(DRAWS_FOR_A_TITLE):
        if kind.slug in world.titles[language]:
            return language, kind
        kind = employer.trade.kinds.choose(chance)
    return "en", kind


def _towns(chance: Random, employer: Employer, workplace: str) -> list[Town]:
    """One town, the headquarters most of all; sometimes several."""
    towns = employer.towns
    first = towns[0] if chance.random() < 0.3 else chance.choice(towns)
    others = [other for other in towns if other is not first]
    if workplace == "remote" or not others or chance.random() >= SHARE_IN_SEVERAL_PLACES:
        return [first]
    return [first, *chance.sample(others, min(len(others), chance.randrange(1, MOST_PLACES)))]


def _remote_from(chance: Random, world: World, employer: Employer, language: str) -> list[Land]:
    """The company's country and, in English, sometimes others; nowhere in particular for one in eight."""
    home = employer.land
    if language != "en":
        return [home]
    drawn = chance.random()
    if drawn < 0.125:
        return []
    lands = dict.fromkeys([home])
    if drawn > 0.7:
        lands |= dict.fromkeys(world.lands.choose(chance) for _ in range(chance.randrange(1, MOST_COUNTRIES)))
    return list(lands)


def _skills(chance: Random, kind: Kind) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    skills = kind.skills
    wanted = chance.randrange(4, MOST_SKILLS)
    drawn = list(dict.fromkeys(chance.choices(skills.items, cum_weights=skills.weights, k=wanted)))
    number = max(2, (len(drawn) * 2 + 2) // 3)
    return drawn[:number], drawn[number:]


def seniority_of(kind: Kind) -> Weighted[str]:
    """How often the levels occur in that kind of work."""
    return LADDER_SENIORITY.get(kind.ladder, SENIORITY)


def period_of(land: Land, kind: Kind) -> str:
    """What the work is paid by there."""
    return land.wage if kind.is_wage else land.period


def usual_pay(land: Land, kind: Kind, level: str) -> float:
    """What a level earns in a country for a `period_of` it, on average.

    Beginners in full-time work get at least the country's lowest pay, and those above them more than that.
    """
    factors = WAGE_FACTORS if kind.is_wage else SALARY_FACTORS
    middle, least = kind.pay * 1000 * land.level, land.lowest * 12 / factors["entry"]
    bent: float = (middle**BEND + least**BEND) ** (1 / BEND)
    return bent * factors[level] / PER_YEAR[period_of(land, kind)]


def lowest_pay(land: Land, period: str, level: str) -> float:
    """The least that a level is paid for a period."""
    return land.lowest * 12 / PER_YEAR[period] * (INTERN_SHARE if level == "intern" else 1)


def step_of(amount: float, land: Land) -> int | float:
    """What an amount of this size is rounded to."""
    return next((step for least, step in STEPS if amount >= least), 0.25 if land.digits else 1)


def _pay(chance: Random, land: Land, kind: Kind, level: str, towns: Sequence[Town]) -> Pay | None:
    period = period_of(land, kind)
    place = CITY_PAY if towns[0].population >= CITY else VILLAGE_PAY if towns[0].population < VILLAGE else 1.0
    middle = usual_pay(land, kind, level) * place * chance.uniform(0.92, 1.09)
    half_width = chance.uniform(0.02, 0.06) if period == "hour" else chance.uniform(0.04, 0.14)
    is_named = chance.random() < land.pay_share
    if not is_named:
        return None
    step = step_of(middle, land)
    low, high = (round(middle * (1 + side) / step) * step for side in (-half_width, half_width))
    low = max(low, ceil(lowest_pay(land, period, level) / step) * step)
    return Pay(low=low, high=max(high, low + step), currency=land.currency, digits=land.digits, period=period)


def _title(chance: Random, world: World, kind: Kind, language: str, level: str) -> str:
    name = world.titles[language][kind.slug] if language != "en" else kind.titles[0]
    if language == "en" and chance.random() < SHARE_WITH_OTHER_TITLE:
        name = chance.choice(kind.titles)
    ladders = world.levels[language]
    words = ladders.get(kind.ladder, ladders["office"])
    return chance.choice(words[level]).format(title=name, category=kind.category)
