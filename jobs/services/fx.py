"""Exchange rates into the board, as the European Central Bank publishes them: units of a currency for one euro.

Amounts are kept as they were said. Rates are only there to compare what is said in different currencies.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from django.db import connection, transaction

from jobs.models import Currency, FxRate

EURO = "EUR"
# All rates since 1999 are 2 MB.
MOST_BYTES = 20 * 1024 * 1024
_LEAST, _MOST = Decimal("0.00000001"), Decimal(10) ** 11
_ZIP_MAGIC = b"PK\x03\x04"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# A change of half a per cent is worth indexing a job again for: `pay_common` is by the rates when it was indexed.
_STALE = """
WITH rate AS (
    SELECT DISTINCT ON (r.currency_id) r.currency_id, r.per_euro * power(10.0, c.digits) AS minor
    FROM jobs_fxrate r JOIN jobs_currency c ON c.code = r.currency_id
    ORDER BY r.currency_id, r.on_date DESC
)
INSERT INTO search_pending (job_id)
SELECT s.job_id FROM job_search s LEFT JOIN rate ON rate.currency_id = s.pay_currency
WHERE s.pay_top_minor IS NOT NULL AND (
    (s.pay_common IS NULL) <> (rate.minor IS NULL)
    OR abs(s.pay_common - div(s.pay_top_minor * 100.0, rate.minor)) > 0.005 * s.pay_common
)"""


class BadRates(Exception):
    """What was given holds no rates. The message says why, in words for the person who named it."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """The rates of one day."""

    on_date: date
    per_euro: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it: how many rates are new or other than before, and how many jobs are to be indexed again."""

    written: int
    stale_jobs: int
    unknown: Sequence[str]
    """Currencies that the board does not have."""


def read(content: bytes) -> Quotes:
    """The rates of the newest day in one of the bank's documents: CSV or XML, of one day or many, also zipped.

    Raises `BadRates`.
    """
    if content.startswith(_ZIP_MAGIC):
        content = _unzipped(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRates("This is neither CSV nor XML in UTF-8.") from None
    return _from_xml(content) if text.lstrip().startswith("<") else _from_csv(text)


@transaction.atomic
def load(quotes: Quotes) -> Loaded:
    """Take the rates of a day in. Doing so again changes nothing."""
    known = set(Currency.objects.values_list("code", flat=True))
    per_euro = {EURO: Decimal(1), **quotes.per_euro}
    before = dict(FxRate.objects.filter(on_date=quotes.on_date).values_list("currency_id", "per_euro"))
    changed = [
        FxRate(currency_id=code, on_date=quotes.on_date, per_euro=rate)
        for code, rate in sorted(per_euro.items())
        if code in known and before.get(code) != rate
    ]
    FxRate.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["currency", "on_date"], update_fields=["per_euro"]
    )
    return Loaded(len(changed), mark_stale() if changed else 0, sorted(per_euro.keys() - known))


def mark_stale() -> int:
    """Have the jobs indexed again whose pay comes to something else by the newest rates, and say how many."""
    with connection.cursor() as cursor:
        cursor.execute(_STALE)
        return int(cursor.rowcount)


def _unzipped(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".xml"))]
            if len(names) != 1:
                raise BadRates(f"The zip file has to hold one .csv or .xml file; it holds {len(names)}.")
            with archive.open(names[0]) as file:
                unpacked = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadRates(f"The zip file cannot be unpacked: {error}") from None
    if len(unpacked) > MOST_BYTES:
        raise BadRates(f"The zip file unpacks to more than {MOST_BYTES:,} bytes.")
    return unpacked


def _from_csv(text: str) -> Quotes:
    """A column for each currency, a row for each day, a comma at the end of each line."""
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        if header[:1] != ["Date"]:
            raise BadRates("The first line has to begin with Date: a column for each currency follows.")
        days = [(_day(row[0]), row) for row in lines if row and row[0].strip()]
    except csv.Error as error:
        raise BadRates(f"The CSV cannot be read: {error}.") from None
    if not days:
        raise BadRates("There is no day in it.")
    newest, row = max(days, key=lambda each: each[0])
    if len(row) < len([name for name in header if name]):
        raise BadRates(f"The row of {newest} has {len(row)} values for {len(header)} columns.")
    return _quotes(newest, zip(header[1:], row[1:], strict=False))


def _from_xml(content: bytes) -> Quotes:
    """`<Cube time="…">` for each day, and in it a `<Cube currency="…" rate="…"/>` for each currency."""
    days: dict[date, list[tuple[str, str]]] = {}
    day: list[tuple[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal day
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            day = days.setdefault(_day(attributes["time"]), [])
        elif "currency" in attributes:
            day.append((attributes["currency"], attributes.get("rate", "")))

    def refuse(*_: object) -> None:
        raise BadRates("The XML declares a document type, which rates have no need of.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadRates(f"The XML cannot be read: {error}.") from None
    if not days:
        raise BadRates('There is no <Cube time="…"> in it.')
    newest = max(days)
    return _quotes(newest, days[newest])


def _quotes(on_date: date, pairs: Iterable[tuple[str, str]]) -> Quotes:
    per_euro: dict[str, Decimal] = {}
    for name, said in pairs:
        code, number = name.strip(), said.strip()
        if not code or number in ("", "N/A"):
            continue
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise BadRates(f"{code[:20]!r} is no currency code.")
        per_euro[code] = _rate(code, number)
    if not per_euro:
        raise BadRates(f"There is no rate on {on_date}.")
    return Quotes(on_date, per_euro)


def _rate(code: str, said: str) -> Decimal:
    try:
        rate = Decimal(said).quantize(_LEAST)
        if _LEAST <= rate <= _MOST:
            return rate
    except InvalidOperation:
        pass  # no number, none that is one, or a very large one
    raise BadRates(f"{said[:20]!r} is no rate of {code}.")


def _day(said: str) -> date:
    """A day as 2026-10-30, or as 30 October 2026, which is how the bank's file of one day has it."""
    words = said.split()
    try:
        if len(words) == 3 and words[1] in _MONTHS:
            return date(int(words[2]), _MONTHS.index(words[1]) + 1, int(words[0]))
        return date.fromisoformat(said.strip())
    except ValueError:
        raise BadRates(f"{said[:30]!r} is no day.") from None
