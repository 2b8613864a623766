import pytest

from jobs.importers.headline import Headline
from jobs.importers.posting import Recogniser

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_reader"):
        request.module._reader = Recogniser()._headlines
    return request.module._reader


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (
            "Acme | Senior Baker | Berlin or REMOTE (EU) | Full-time | €60k–80k",
            Headline("Acme", "Senior Baker", ("Berlin or REMOTE (EU)",), ("full_time",), "€60k–80k"),
        ),
        (
            "Acme | REMOTE | Full-time | €60k–80k | Baker | https://acme.example",
            Headline("Acme", "Baker", ("REMOTE",), ("full_time",), "€60k–80k"),
        ),
        (
            "Acme (YC W23) | https://acme.example | NYC | Account Executive, Product Designer | FT/PT",
            Headline("Acme", "Account Executive, Product Designer", ("NYC",), ("full_time", "part_time")),
        ),
        (
            "Data Analyst at Acme | Remote | Contract",
            Headline("Acme", "Data Analyst", ("Remote",), ("contract",)),
        ),
        (
            "Acme | Nurse (£84-101k) | London, UK | ONSITE, Full-time",
            Headline("Acme", "Nurse", ("London, UK", "ONSITE"), ("full_time",)),
        ),
        ("Acme | Hiring Eng, Product, GTM | SF", Headline("Acme", "Hiring Eng, Product, GTM", ("SF",))),
        ("Acme | Tysons, VA (Hybrid) | Full-time", Headline("Acme", "", ("Tysons, VA (Hybrid)",), ("full_time",))),
    ],
)
def test_parts_are_told_apart_in_any_order(reader, text, headline):
    assert reader.read(text) == headline


def test_title_with_bars_of_a_known_employer_stays_whole_but_for_place_and_terms(reader):
    read = reader.read("Analista de Negócios | Pessoa Física | Dados", "Banco")
    assert read == Headline(title="Analista de Negócios | Pessoa Física | Dados")
    read = reader.read("Senior Solutions Engineer | Germany | Remote", "Grafana Labs")
    assert (read.title, read.places) == ("Senior Solutions Engineer", ("Germany", "Remote"))


@pytest.mark.parametrize("text", ["", "|", "|||", "| " * 500, "a|" * 500, "((((|))))|[[["])
def test_odd_lines_do_no_harm(reader, text):
    assert reader.read(text).salary == ""
