"""Exchange rates: what is read of the bank's documents, and what loading them changes."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from jobs.models import FxRate, JobSearch, SearchPending
from jobs.search import rates
from jobs.services import fx
from tests.factories import CurrencyFactory
from tests.search_board import live_job

DAY = b"Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n"
HISTORY = b"""Date,USD,JPY,HRK,
2026-10-29,1.1130,175.92,7.5,
2026-10-30,1.1172,175.68,N/A,
1999-01-04,1.1789,133.73,N/A,
"""
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/eurofxref">
 <Cube>
  <Cube time="2026-10-30"><Cube currency="USD" rate="1.1172"/><Cube currency="JPY" rate="175.68"/></Cube>
  <Cube time="2026-10-29"><Cube currency="USD" rate="1.1130"/></Cube>
 </Cube>
</gesmes:Envelope>"""
NEWEST = fx.Quotes(date(2026, 10, 30), {"USD": Decimal("1.1172"), "JPY": Decimal("175.68")})


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [DAY, b"\xef\xbb\xbf" + DAY, DAY.replace(b"\n", b"\r\n"), HISTORY, XML, zipped(("rates.csv", HISTORY))],
    ids=["day", "byte order mark", "lines of Windows", "history", "xml", "zip"],
)
def test_the_newest_day_is_read_of_every_shape(content: bytes) -> None:
    assert fx.read(content) == NEWEST


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "begin with Date"),
        (b"currency,rate\nUSD,1\n", "begin with Date"),
        (b"Date,USD\n", "no day"),
        (b"Date,USD\nyesterday,1\n", "'yesterday' is no day"),
        (b"Date,USD\n31 February 2026,1\n", "no day"),
        (b"Date,USD\n2026-10-30,N/A\n", "no rate on 2026-10-30"),
        (b"Date,USD,JPY\n2026-10-30,1\n", "has 2 values for 3 columns"),
        (b"Date,USD\n2026-10-30,much\n", "'much' is no rate of USD"),
        (b"Date,USD\n2026-10-30,0\n", "no rate"),
        (b"Date,USD\n2026-10-30,-1\n", "no rate"),
        (b"Date,USD\n2026-10-30,NaN\n", "no rate"),
        (b"Date,USD\n2026-10-30,1e300\n", "no rate"),
        (b"Date,dollars\n2026-10-30,1\n", "'dollars' is no currency code"),
        (b"\xff\xfe\x00", "neither CSV nor XML"),
        (b"<html><body>Not found", "cannot be read"),
        (b"<rates/>", "There is no <Cube"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Cube time="2026-10-30"/>', "document type"),
        (b"PK\x03\x04 and no more", "cannot be unpacked"),
        (zipped(("a.csv", DAY), ("b.csv", DAY)), "it holds 2"),
        (zipped(("readme.txt", b"none")), "it holds 0"),
        (zipped(("bomb.csv", b"0" * (fx.MOST_BYTES + 1))), "unpacks to more than"),
    ],
)
def test_what_holds_no_rates_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(fx.BadRates, match=reason):
        fx.read(content)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_correction_is_taken() -> None:
    CurrencyFactory(code="USD", name="US dollar")
    quotes = fx.Quotes(date(2026, 11, 20), {"USD": Decimal("1.25"), "XXX": Decimal(3)})
    first = fx.load(quotes)
    assert (first.written, first.unknown) == (2, ["XXX"])  # the euro's own rate is one of them
    assert fx.load(quotes).written == 0
    assert fx.load(fx.Quotes(quotes.on_date, {"USD": Decimal("1.26")})).written == 1
    assert FxRate.objects.get(currency="USD", on_date=quotes.on_date).per_euro == Decimal("1.26")


@pytest.mark.django_db
def test_the_newest_rate_counts_whenever_it_came() -> None:
    CurrencyFactory(code="USD", name="US dollar")
    fx.load(fx.Quotes(date(2030, 1, 2), {"USD": Decimal(4)}))
    fx.load(fx.Quotes(date(2030, 1, 1), {"USD": Decimal(2)}))
    newest = rates.newest()
    assert newest["USD"].per_euro == 4
    assert rates.common_minor("USD", 100_00, newest) == 25_00
    assert rates.common_minor("EUR", 100_01, newest) == 100_01


@pytest.mark.django_db
def test_amounts_are_converted_by_their_own_minor_units_and_floored() -> None:
    FxRate.objects.all().delete()
    for code, digits, per_euro in (("JPY", 0, 150), ("KWD", 3, "0.5"), ("USD", 2, 3)):
        currency = CurrencyFactory(code=code, name=code, digits=digits)
        type(currency).objects.filter(pk=code).update(digits=digits)
        FxRate.objects.create(currency_id=code, on_date=date(2026, 1, 1), per_euro=per_euro)
    newest = rates.newest()
    assert rates.common_minor("JPY", 15_000, newest) == 100_00
    assert rates.common_minor("KWD", 5_000, newest) == 10_00
    assert rates.common_minor("USD", 100, newest) == 33
    assert rates.common_minor("EUR", 100, newest) is None  # it has no rate here
    assert rates.common_minor("USD", None, newest) is None
    assert rates.common_minor("KWD", 10**18 * 2080, newest) == 2**63 - 1


@pytest.mark.django_db
def test_jobs_are_indexed_again_whose_pay_comes_to_something_else() -> None:
    CurrencyFactory(code="USD", name="US dollar")
    fx.load(fx.Quotes(date(2030, 1, 1), {"USD": Decimal("1.2500")}))
    dollars = live_job(pay=(100_000_00, 120_000_00), pay__currency=CurrencyFactory(code="USD"))
    live_job(pay=(100_000_00, 120_000_00))
    live_job()
    assert JobSearch.objects.get(pk=dollars.pk).pay_common == 96_000_00
    SearchPending.objects.all().delete()

    assert fx.load(fx.Quotes(date(2030, 1, 2), {"USD": Decimal("1.2550")})).stale_jobs == 0  # 0.4 % less
    assert fx.load(fx.Quotes(date(2030, 1, 3), {"USD": Decimal("1.2600")})).stale_jobs == 1
    assert list(SearchPending.objects.values_list("job_id", flat=True)) == [dollars.pk]


@pytest.mark.django_db
def test_a_job_is_indexed_again_when_its_currency_gets_a_rate() -> None:
    FxRate.objects.all().delete()
    job = live_job(pay=(100_000_00, 120_000_00), pay__currency=CurrencyFactory(code="USD", name="US dollar"))
    assert JobSearch.objects.get(pk=job.pk).pay_common is None
    SearchPending.objects.all().delete()
    assert fx.load(NEWEST).stale_jobs == 1
