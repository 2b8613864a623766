import io

import pytest
from django.core.management import CommandError, call_command

from jobs.models import FxRate
from tests.jobs.importers.web import site

pytestmark = pytest.mark.django_db
DAY = b"Date, USD, XXX, \n20 November 2031, 1.5, 2, \n"


def run(*arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command("fx_load", *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_says_what_it_loaded_and_then_that_there_is_nothing_to_do(tmp_path):
    file = tmp_path / "eurofxref.csv"
    file.write_bytes(DAY)
    out, err = run(file)
    assert out.startswith("Exchange rates of 2031-11-20: 2 read, 2 written; not on this board: XXX (")
    assert err == ""
    assert FxRate.objects.get(on_date="2031-11-20", currency="USD").per_euro == 1.5
    assert ": 2 read, 0 written; " in run(file)[0]


def test_quiet_is_quiet(tmp_path):
    file = tmp_path / "eurofxref.csv"
    file.write_bytes(DAY)
    assert run(file, verbosity=0) == ("", "")
    assert FxRate.objects.filter(on_date="2031-11-20").count() == 2


def test_reads_an_address_of_the_web():
    with site(lambda visit: visit.send(DAY)) as server:
        out, _ = run(server.url("/eurofxref.csv"), "--allow-private")
    assert out.startswith("Exchange rates of 2031-11-20: ")


def test_an_address_within_the_own_network_is_refused_unless_it_is_allowed():
    with site(lambda visit: visit.send(DAY)) as server, pytest.raises(CommandError, match="not a public address"):
        run(server.url("/eurofxref.csv"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("nowhere.csv", None, "cannot be read: No such file"),
        ("page.html", b"<html>", "The XML cannot be read"),
        ("long.csv", b"x" * (20 * 1024 * 1024 + 1), "longer than 20,971,520 bytes"),
    ],
)
def test_what_cannot_be_read_is_a_plain_error(tmp_path, name, content, reason):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    before = FxRate.objects.count()
    with pytest.raises(CommandError, match=reason):
        run(file)
    assert FxRate.objects.count() == before
