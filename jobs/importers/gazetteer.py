"""The names of countries, regions and towns, by which places in a text are told."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from jobs.models import Country, Place, PlaceName, Region
from jobs.services import reference
from jobs.text import fold


class Town(NamedTuple):
    """A place: GeoNames id, country, admin1 code, inhabitants."""

    id: int
    country: str
    region: str
    population: int


class Area(NamedTuple):
    """A region of a country."""

    country: str
    code: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Folded names and what they may stand for; towns with the most inhabitants first."""

    towns: dict[str, tuple[Town, ...]]
    areas: dict[str, tuple[Area, ...]]
    area_codes: dict[str, tuple[Area, ...]]  # "CA", as written on an envelope
    countries: dict[str, str]
    country_codes: dict[str, str]  # "US", "USA"
    groups: dict[str, frozenset[str]]  # "europe", "emea"


# What people mean by the names of groups of countries, where it is more than a continent.
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
MIDDLE_EAST = "AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE"
NORTH_AFRICA = "DZ EG LY MA TN"
NORDICS = "DK FI IS NO SE"
DACH = "AT CH DE"
BENELUX = "BE LU NL"
# Three-letter codes that are rather something else to those who write about work: go-to-market, per, and …
NO_CODES = frozenset({"AND", "ARM", "COM", "CUB", "GIN", "GTM", "MAR", "NER", "PER", "SLE", "TON"})


def load() -> Gazetteer:
    """The gazetteer of the reference tables, as they are now."""
    places = {
        pk: Town(pk, country, region, population)
        for pk, country, region, population in Place.objects.values_list(
            "pk", "country_id", "region_code", "population"
        )
    }
    towns: defaultdict[str, list[Town]] = defaultdict(list)
    for place_id, name in PlaceName.objects.values_list("place_id", "name").iterator(chunk_size=10_000):
        towns[name].append(places[place_id])
    areas: defaultdict[str, set[Area]] = defaultdict(set)
    area_codes: defaultdict[str, set[Area]] = defaultdict(set)
    for country, code, name, abbreviation in Region.objects.values_list("country_id", "code", "name", "abbreviation"):
        areas[fold(name)].add(Area(country, code))
        if abbreviation:
            area_codes[abbreviation].add(Area(country, code))
    for row in reference.read("regions.csv"):
        for alternate in reference.split(row["alternates"]):
            areas[fold(alternate)].add(Area(row["country"], row["code"]))
    countries = {fold(name): code for code, name in Country.objects.values_list("code", "name")}
    country_codes = {code: code for code in countries.values()}
    for row in reference.read("countries.csv"):
        if row["code"] not in country_codes:
            continue
        if row["alpha3"] not in NO_CODES:
            country_codes[row["alpha3"]] = row["code"]
        for alternate in reference.split(row["alternates"]):
            # "UK" and "USA" are codes to whoever writes them: as words they are only trusted in capitals.
            if alternate.replace(".", "").isupper() and len(alternate) <= 6:
                country_codes[alternate.replace(".", "")] = row["code"]
            else:
                countries.setdefault(fold(alternate), row["code"])
    return Gazetteer(
        towns={name: tuple(sorted(found, key=lambda town: -town.population)) for name, found in towns.items()},
        areas={name: tuple(sorted(found)) for name, found in areas.items()},
        area_codes={code: tuple(sorted(found)) for code, found in area_codes.items()},
        countries=countries,
        country_codes=country_codes,
        groups=_groups(),
    )


def _groups() -> dict[str, frozenset[str]]:
    continents: defaultdict[str, set[str]] = defaultdict(set)
    for code, continent in Country.objects.values_list("code", "continent"):
        continents[continent].add(code)
    known = set().union(*continents.values())
    eu, middle_east = set(EU.split()), set(MIDDLE_EAST.split())
    europe, africa, asia = continents["EU"], continents["AF"], continents["AS"]
    america = continents["NA"] | continents["SA"]
    groups = {
        ("europe", "european"): europe,
        ("eu", "european union", "eea"): eu,
        ("emea",): europe | africa | middle_east,
        ("apac", "asia pacific"): (asia - middle_east) | continents["OC"],
        ("asia",): asia,
        ("africa",): africa,
        ("latam", "latin america"): america - {"US", "CA"},
        ("north america",): {"US", "CA", "MX"},
        ("south america",): continents["SA"],
        ("americas", "amer", "the americas"): america,
        ("nordics", "nordic", "scandinavia"): set(NORDICS.split()),
        ("dach",): set(DACH.split()),
        ("benelux",): set(BENELUX.split()),
        ("middle east",): middle_east,
        ("mena",): middle_east | set(NORTH_AFRICA.split()),
    }
    return {name: frozenset(codes & known) for names, codes in groups.items() for name in names}
