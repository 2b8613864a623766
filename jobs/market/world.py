"""What the market is made of: towns, kinds of work, skills and currencies, by the keys they have in the database.

What there is to choose from is what the shipped reference data holds, not what else a board has loaded, so that the
same seed gives the same market on every board.
"""

import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from jobs.market.chance import Chance, Draw
from jobs.models import Category, Currency, Industry, Occupation, Place, Skill
from jobs.services import reference

FOLDER = Path(__file__).parent
# What any company hires for beside its trade: its share of the whole, and how it divides.
BACK_OFFICE = {
    "finance": 3,
    "people": 2,
    "administration": 3,
    "sales": 2,
    "marketing": 1,
    "software": 2,
    "management": 2,
}
BACK_OFFICE_SHARE = 0.18
# Occupations of which every employer has few, whatever the field.
RARE = {
    "chief-executive-officer", "chief-financial-officer", "chief-marketing-officer", "chief-technology-officer",
    "chief-information-security-officer", "diplomat", "director", "judge", "soldier", "mathematician",
}  # fmt: skip
# Words by which a title names its level already, or that a level is told by elsewhere.
MANAGES = {"manager"}
HEADS = {
    "chief", "director", "foreman", "head", "headteacher", "lead", "leader", "president", "principal", "superintendent",
    "supervisor", "vp",
}  # fmt: skip
LEVELS = {"apprentice", "assistant", "associate", "aide", "aid", "junior", "professor", "senior", "trainee"}
# What a manager earns beside those who are paid by the hour.
MANAGER_PAY = 1.45
# How far occupations of a category differ in pay.
LEAST_PAY, MOST_PAY = 0.96, 1.04
# Districts of a town this large are called after it in the same region: no office says that it is there.
HAS_DISTRICTS = 250_000
# In how many postings of a field an occupation is beside another: the n-th most common, 1/n**this.
OCCUPATION_SKEW = 0.5
SKILL_SKEW = 0.7
# Words that titles write in capitals.
CAPITALS = {"ai", "api", "cdl", "cnc", "crm", "ehs", "erp", "esl", "gis", "hgv", "hr", "hse", "hvac", "it", "llm", "ml"}
CAPITALS |= {"php", "qa", "sap", "seo", "sen", "ui", "ux", "vp"}
SPELLED = {"devops": "DevOps", ".net": ".NET", "ios": "iOS", "javascript": "JavaScript", "and": "and", "of": "of"}


@dataclass(frozen=True, slots=True)
class Town:
    id: int
    name: str
    region: str
    country: str
    timezone: str
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Weighted[T]:
    """Things to choose from, with their weights added up."""

    items: Sequence[T]
    weights: Sequence[float]

    @classmethod
    def of(cls, weights: Mapping[T, float]) -> "Weighted[T]":
        return cls(list(weights), list(accumulate(weights.values())))

    def choose(self, chance: Random) -> T:
        return chance.choices(self.items, cum_weights=self.weights)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of work: an occupation with what goes with it. `pay` is thousands of US dollars a year, `is_wage` says
    that it is paid by the hour, `ladder` names its level words in titles.toml.
    """

    number: int
    id: int
    slug: str
    titles: tuple[str, ...]
    field: str
    category_id: int
    category_slug: str
    category: str
    pay: float
    is_wage: bool
    ladder: str
    workplaces: tuple[int, ...]
    types: Weighted[str]
    education: Weighted[str]
    skills: Weighted[tuple[int, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """What companies of one industry are like. `local_names` are those of public bodies by language, with a {stem}."""

    id: int
    sector: str
    company_kind: str
    words: tuple[str, ...]
    local_names: Mapping[str, Sequence[str]]
    kinds: Weighted[Kind]


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """A country with the habits of its job market. `lowest` is the least that a month of full-time work brings."""

    code: str
    number: int
    languages: Weighted[str]
    currency: str
    digits: int
    level: float
    lowest: float
    period: str
    wage: str
    pay_share: float
    forms: tuple[str, ...]
    names: str
    label: Mapping[str, str]
    towns: Weighted[Town]


@dataclass(frozen=True, slots=True)
class World:
    lands: Weighted[Land]
    trades: Weighted[Trade]
    kinds: Sequence[Kind]
    titles: Mapping[str, Mapping[str, str]]
    levels: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]

    @property
    def countries(self) -> Mapping[str, Land]:
        return {land.code: land for land in self.lands.items}


@cache
def document(name: str) -> dict[str, Any]:
    """A TOML file of this package."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def load(chance: Chance) -> World:
    """The world as the database has it. The reference tables must be loaded."""
    kinds = _kinds(chance)
    return World(
        lands=_lands(),
        trades=_trades(kinds),
        kinds=kinds,
        titles={language: titles for language, titles in document("titles.toml").items() if language != "levels"},
        levels=document("titles.toml")["levels"],
    )


def _lands() -> Weighted[Land]:
    countries = document("countries.toml")
    towns: dict[str, dict[Town, float]] = {code: {} for code in countries}
    shipped = {int(row["id"]) for row in reference.read("places.csv.gz") if row["country"] in countries}
    rows = (
        Place.objects.filter(country__in=countries)
        .order_by("-population", "id")
        .values_list("id", "name", "region_name", "country_id", "timezone", "population", "latitude", "longitude")
    )
    large: set[tuple[str, str, str]] = set()
    for row in rows.iterator():
        town = Town(*row)
        if town.id not in shipped or _is_district(town, large):
            continue
        towns[town.country][town] = town.population
        if town.population >= HAS_DISTRICTS:
            large.add((town.country, town.region, town.name))
    digits = dict(Currency.objects.values_list("code", "digits"))
    lands = {}
    for number, (code, row) in enumerate(countries.items()):
        land = Land(
            code=code,
            number=number,
            languages=Weighted.of(row["languages"]),
            currency=row["currency"],
            digits=digits[row["currency"]],
            level=row["level"],
            lowest=row["lowest"],
            period=row["period"],
            wage=row["wage"],
            pay_share=row["pay_share"],
            forms=tuple(row["forms"]),
            names=row["names"],
            label=row["label"],
            towns=Weighted.of(towns[code]),
        )
        lands[land] = row["share"]
    return Weighted.of(lands)


def _is_district(town: Town, large: Set[tuple[str, str, str]]) -> bool:
    """Whether its name begins with that of a large town of its region: "Paris 15 Vaugirard", "Stuttgart-Ost"."""
    words = town.name.replace("-", " ").split()
    return any((town.country, town.region, " ".join(words[:end])) in large for end in range(1, len(words)))


def _kinds(chance: Chance) -> list[Kind]:
    work = document("work.toml")
    categories = {row["slug"]: row for row in reference.read("categories.csv")}
    category_ids = dict(Category.objects.values_list("slug", "pk"))
    occupation_ids = dict(Occupation.objects.values_list("slug", "pk"))
    skills = _skills_by_category()
    kinds = []
    for number, row in enumerate(reference.read("occupations.csv")):
        path = _path(categories, row["category"])
        root = work[path[0]]
        own = work["occupations"].get(row["slug"], {})
        ladder = _ladder(row["title"])
        is_hourly = own.get("hourly", row["category"] in root.get("hourly", ()))
        is_wage = is_hourly and not ladder
        children = [slug for slug, category in categories.items() if category["parent"] == row["category"]]
        drawn = chance.of(Draw.NAMES, number)
        kinds.append(
            Kind(
                number=number,
                id=occupation_ids[row["slug"]],
                slug=row["slug"],
                titles=_titles(row),
                field=root["field"],
                category_id=category_ids[row["category"]],
                category_slug=row["category"],
                category=categories[row["category"]]["name"],
                pay=_pay(root, own, row, drawn) * (MANAGER_PAY if is_hourly and ladder else 1),
                is_wage=is_wage,
                ladder=ladder or ("crew" if is_wage else root.get("ladder", "office")),
                workplaces=tuple(root["work"]),
                types=Weighted.of(_types(root["types"], is_wage)),
                education=Weighted.of(root["education"]),
                skills=_skills(skills, path, children, drawn),
            )
        )
    return kinds


def _path(categories: Mapping[str, Mapping[str, str]], slug: str) -> list[str]:
    """Slugs from the root to the category."""
    parent = categories[slug]["parent"]
    return [*_path(categories, parent), slug] if parent else [slug]


def _pay(root: Mapping[str, Any], own: Mapping[str, Any], row: Mapping[str, str], drawn: Random) -> float:
    usual = root.get("leaves", {}).get(row["category"], root["pay"])
    pay: float = own.get("pay", usual) * drawn.uniform(LEAST_PAY, MOST_PAY)
    return pay * (2.2 if row["slug"].startswith("chief-") else 1)


def _types(types: Mapping[str, float], is_wage: bool) -> dict[str, float]:
    """The terms of work: nobody is apprenticed to be a manager."""
    return {name: weight for name, weight in types.items() if is_wage or name != "apprenticeship"}


def _ladder(title: str) -> str:
    """Where the title names a level: "head" or "manager"; else empty."""
    words = set(title.lower().replace("-", " ").split())
    return "head" if words & HEADS else "manager" if words & MANAGES else ""


def _titles(row: Mapping[str, str]) -> tuple[str, ...]:
    """The occupation's title and its commonest other names, as a posting would write them; none of another level."""
    said = set(row["title"].lower().split())
    others = [
        title
        for title in reference.split(row["alternates"])
        if title.islower()
        and title.isascii()
        and _ladder(title) == _ladder(row["title"])
        and not (set(title.split()) & LEVELS) - said
    ]
    return tuple(" ".join(_capital(word) for word in title.split()) for title in [row["title"], *others[:3]])


def _capital(word: str) -> str:
    folded = word.lower()
    if folded in CAPITALS:
        return folded.upper()
    return SPELLED.get(folded) or word[0].upper() + word[1:]


def _skills_by_category() -> dict[str, list[tuple[int, str]]]:
    ids = dict(Skill.objects.values_list("slug", "pk"))
    found: dict[str, list[tuple[int, str]]] = {}
    for row in reference.read("skills.csv"):
        if row["kind"] != "language":
            found.setdefault(row["category"], []).append((ids[row["slug"]], row["name"]))
    return found


def _skills(
    by_category: Mapping[str, Sequence[tuple[int, str]]],
    path: Sequence[str],
    children: Sequence[str],
    drawn: Random,
) -> Weighted[tuple[int, str]]:
    """What the occupation asks for: its own category's skills first, a few of the wider one, everybody's virtues.

    A category without skills has those of its children.
    """
    own = list(by_category.get(path[-1]) or [skill for slug in children for skill in by_category.get(slug, ())])
    wider = [skill for slug in path[:-1] for skill in by_category.get(slug, ())]
    general = list(by_category[""])
    for skills in (own, wider, general):
        drawn.shuffle(skills)
    weights: dict[tuple[int, str], float] = {}
    for skills, share, most in ((own, 10.0, 30), (wider, 5.0, 25), (general, 2.0, 10)):
        for rank, skill in enumerate(skills[:most], start=1):
            weights[skill] = share / rank**SKILL_SKEW
    return Weighted.of(weights)


def _trades(kinds: Sequence[Kind]) -> Weighted[Trade]:
    ids = dict(Industry.objects.values_list("slug", "pk"))
    categories = {row["slug"]: row for row in reference.read("categories.csv")}
    occupations = {row["slug"]: row["category"] for row in reference.read("occupations.csv")}
    by_root: dict[str, list[Kind]] = {}
    for kind in kinds:
        by_root.setdefault(_path(categories, occupations[kind.slug])[0], []).append(kind)
    trades = {}
    industries = dict(document("industries.toml"))
    local = industries.pop("local")
    for slug, row in industries.items():
        weights: dict[Kind, float] = {}
        _add(weights, by_root, row["work"], 1 - BACK_OFFICE_SHARE)
        _add(weights, by_root, BACK_OFFICE, BACK_OFFICE_SHARE)
        trade = Trade(
            id=ids[slug],
            sector=row["sector"],
            company_kind=row.get("kind", "employer"),
            words=tuple(row["words"]),
            local_names=local.get(slug, {}),
            kinds=Weighted.of(weights),
        )
        trades[trade] = row["share"]
    return Weighted.of(trades)


def _add(
    weights: dict[Kind, float], by_root: Mapping[str, Sequence[Kind]], roots: Mapping[str, float], share: float
) -> None:
    """Give the occupations of the roots their part of `share`; those that many countries have a word for lead."""
    common = document("titles.toml")["de"]
    for root, weight in roots.items():
        ranked = sorted(by_root[root], key=lambda kind: (kind.slug not in common, kind.number))
        parts = [(0.05 if kind.slug in RARE else 1) / rank**OCCUPATION_SKEW for rank, kind in enumerate(ranked, 1)]
        for kind, part in zip(ranked, parts, strict=True):
            weights[kind] = weights.get(kind, 0) + share * weight / sum(roots.values()) * part / sum(parts)
