from datetime import UTC, datetime

import pytest

from jobs.importers.posting import Recogniser, Tally
from jobs.models import Category, Necessity, Skill
from jobs.services.incoming import Location, Pay
from kernel.errors import Invalid

pytestmark = pytest.mark.django_db

SAN_FRANCISCO = 5391959
PLAIN = {"title": "Nurse", "company": "Acme"}


@pytest.fixture
def recogniser(request):
    """Built once for all tests of the file: the reference tables are the same for all."""
    if not hasattr(request.module, "_recogniser"):
        request.module._recogniser = Recogniser()
    return request.module._recogniser


def read(recogniser, **row):
    return recogniser.posting(PLAIN | row, Tally())


def test_whole_row_is_understood(recogniser):
    posting = read(
        recogniser,
        id="A-1",
        title="Senior Software Engineer",
        location="San Francisco, CA",
        description="<p>We use Python.</p>",
        salary_min=150_000,
        salary_max=180_000,
        salary_currency="USD",
        salary_period="year",
        employment_type="Full-Time",
        posted_at="2026-06-11",
        expires_at="2026-06-22",
        url="https://acme.example/1",
        education="Bachelor's degree",
        workplace="Hybrid",
        language="pt_br",
    )
    assert (posting.company, posting.reference, posting.title) == ("Acme", "A-1", "Senior Software Engineer")
    assert posting.locations == (Location("San Francisco, CA", SAN_FRANCISCO, "US"),)
    assert posting.pay == Pay("USD", "year", 15_000_000, 18_000_000)
    assert posting.skills == ((Skill.objects.get(slug="python").pk, Necessity.REQUIRED),)
    assert (posting.employment_types, posting.workplace, posting.seniority) == (("full_time",), "hybrid", "senior")
    assert (posting.education, posting.language, posting.description_format) == ("bachelor", "pt-BR", "html")
    assert posting.published_at == datetime(2026, 6, 11, tzinfo=UTC)
    assert posting.expires_at == datetime(2026, 6, 23, tzinfo=UTC)
    assert posting.category_id == Category.objects.get(slug="software-development").pk


def test_source_that_lists_its_skills_is_taken_at_its_word(recogniser):
    posting = read(recogniser, skills=["SQL"], nice_skills="Docker", description="We use Python.")
    slugs = dict(Skill.objects.filter(pk__in=dict(posting.skills)).values_list("pk", "slug"))
    assert {slugs[skill]: necessity for skill, necessity in posting.skills} == {"sql": "required", "docker": "nice"}


def test_stated_category_counts_more_than_the_title(recogniser):
    assert read(recogniser, category="accounting").category_id == Category.objects.get(slug="accounting").pk


def test_updated_at_stands_in_for_posted_at(recogniser):
    assert read(recogniser, updated_at="2026-01-02").published_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert read(recogniser).published_at is None


@pytest.mark.parametrize(
    "row",
    [
        {"city": "San Francisco", "region": "California", "country": "US"},
        {"locations": [{"city": "San Francisco", "region": "CA"}]},
        {"locations": ["San Francisco, CA"]},
        {"location": ["SF"]},
        {"location": "San Francisco", "country": "US"},
    ],
)
def test_place_may_be_said_in_several_shapes(recogniser, row):
    assert [location.place_id for location in read(recogniser, **row).locations] == [SAN_FRANCISCO]


def test_country_alone_is_a_location(recogniser):
    assert read(recogniser, country="US").locations == (Location("US", None, "US"),)


def test_remote_countries_are_kept(recogniser):
    posting = read(recogniser, workplace="remote", remote_countries=["DE", "Austria"])
    assert posting.remote_from == (("DE", ""), ("AT", ""))


def test_pay_in_the_countrys_currency(recogniser):
    assert read(recogniser, location="Berlin, Germany", salary_min="50k").pay == Pay("EUR", "year", 5_000_000, None)


@pytest.mark.parametrize(
    ("source", "said", "kind"),
    [
        ("<p>Hello</p>", None, "html"),
        ("1 < 2 and 3 > 2", None, "text"),
        ("# Hello", None, "text"),
        ("# Hello", "markdown", "markdown"),
        ("# Hello", "Markdown", "markdown"),
    ],
)
def test_format_is_said_or_seen(recogniser, source, said, kind):
    row = {"description": source} | ({"description_format": said} if said else {})
    assert read(recogniser, **row).description_format == kind


def test_row_without_id_is_known_by_its_address_or_by_what_it_says(recogniser):
    by_address = read(recogniser, url="https://acme.example/1").reference
    assert read(recogniser, url="https://acme.example/1", title="Night nurse").reference == by_address
    by_content = read(recogniser, location="Berlin").reference
    assert read(recogniser, location="Berlin").reference == by_content
    assert read(recogniser, location="Bonn").reference != by_content


def test_company_of_all_rows_stands_in(recogniser):
    assert recogniser.posting({"title": "Nurse"}, Tally(), company="Acme").company == "Acme"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": None}, "title"),
        ({"title": ["Nurse"]}, "title"),
        ({"company": ""}, "company"),
        ({"company": "x" * 201}, "company"),
        ({"id": "x" * 201}, "id"),
        ({"id": 1.5}, "id"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"posted_at": "soon"}, "posted_at"),
        ({"posted_at": "2026-02-01", "expires_at": "2026-01-01"}, "expires_at"),
        ({"salary_min": 10, "salary_currency": "XXX"}, "salary_currency"),
        ({"salary_min": 20, "salary_max": 10, "salary_currency": "EUR"}, "salary_min"),
        ({"language": "the king's"}, "language"),
        ({"description_format": "rtf"}, "description_format"),
        ({"description": {"a": 1}}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"skills": {"a": 1}}, "skills"),
        ({"skills": [["SQL"]]}, "skills"),
        ({"location": "x" * 1001}, "location"),
        ({"country": ["US"]}, "country"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field(recogniser, row, field):
    with pytest.raises(Invalid) as caught:
        read(recogniser, **row)
    assert caught.value.field == field


def test_what_is_not_understood_is_counted(recogniser):
    tally = Tally()
    row = PLAIN | {"employment_type": "Intermittent", "seniority": "Guru", "category": "Alchemy", "skills": "weaving"}
    recogniser.posting(row, tally)
    assert tally.not_understood == {
        "employment_type: Intermittent": 1,
        "seniority: Guru": 1,
        "category: Alchemy": 1,
        "skills: weaving": 1,
    }
    assert (tally.recognised["occupation"], tally.recognised["skills"]) == (1, 0)
