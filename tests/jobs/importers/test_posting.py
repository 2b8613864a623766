import time
from datetime import UTC, datetime

import pytest

from jobs.importers.posting import Recogniser, Tally
from jobs.models import Category, Country, Necessity, Skill
from jobs.services.incoming import Location, Pay
from kernel.errors import Invalid

pytestmark = pytest.mark.django_db

SAN_FRANCISCO, BERLIN, MUNICH = 5391959, 2950159, 2867714
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
    assert posting.skills == ((Skill.objects.get(slug="python").pk, Necessity.REQUIRED, True),)
    assert (posting.employment_types, posting.workplace, posting.seniority) == (("full_time",), "hybrid", "senior")
    assert (posting.education, posting.language, posting.description_format) == ("bachelor", "pt-BR", "html")
    assert posting.published_at == datetime(2026, 6, 11, tzinfo=UTC)
    assert posting.expires_at == datetime(2026, 6, 23, tzinfo=UTC)
    assert posting.category_id == Category.objects.get(slug="software-development").pk


def test_source_that_lists_its_skills_is_taken_at_its_word(recogniser):
    posting = read(recogniser, skills=["SQL"], nice_skills="Docker", description="We use Python.")
    slugs = dict(Skill.objects.values_list("pk", "slug"))
    assert {slugs[asked.skill_id]: asked.necessity for asked in posting.skills} == {"sql": "required", "docker": "nice"}


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


def test_job_may_be_done_from_more_than_a_hundred_countries(recogniser):
    codes = list(Country.objects.order_by("code").values_list("code", flat=True)[:200])
    posting = read(recogniser, workplace="remote", remote_countries=codes)
    assert [country for country, _ in posting.remote_from] == codes
    with pytest.raises(Invalid, match="More than 300 values"):
        read(recogniser, workplace="remote", remote_countries=codes * 2)


def test_remote_countries_are_kept(recogniser):
    posting = read(recogniser, workplace="remote", remote_countries=["DE", "Austria"])
    assert posting.remote_from == (("DE", ""), ("AT", ""))


def test_pay_in_the_countrys_currency(recogniser):
    assert read(recogniser, location="Berlin, Germany", salary_min="50k").pay == Pay(
        "EUR", "year", 5_000_000, None, "50k", is_guessed=True
    )


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
        ({"salary": "a\x00b", "salary_min": 5}, "salary"),
        ({"salary": "x" * 1001}, "salary"),
        ({"headline": "x" * 1001}, "headline"),
        ({"headline": ["Acme"]}, "headline"),
        ({"posted_at": "01/02/2026"}, "posted_at"),
        ({"posted_at": "3 days ago"}, "posted_at"),
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


HEADLINE = "Acme (YC W26) | Senior Baker | Berlin or REMOTE (EU) | Full-time | €60k–80k | https://acme.example"


@pytest.mark.parametrize("key", ["headline", "title"])
def test_headline_says_everything_at_once(recogniser, key):
    posting = recogniser.posting({key: HEADLINE, "id": "1"}, Tally(), company="Unnamed")
    assert (posting.company, posting.title, posting.seniority) == ("Acme", "Senior Baker", "senior")
    assert [(location.place_id, location.is_guessed) for location in posting.locations] == [(BERLIN, True)]
    assert (posting.workplace, posting.employment_types) == ("remote", ("full_time",))
    assert len(posting.remote_from) == 27
    assert posting.pay == Pay("EUR", "year", 6_000_000, 8_000_000, "€60k–80k", is_guessed=True)
    assert posting.guessed == ("category", "employment_types", "language", "occupation", "seniority", "workplace")


def test_title_that_was_taken_apart_is_kept(recogniser):
    posting = recogniser.posting({"title": HEADLINE}, Tally())
    assert posting.said == (("title", HEADLINE),)


def test_title_with_bars_is_no_headline_where_the_row_says_the_place(recogniser):
    title = "Nurse | Night shift | Berlin"
    posting = read(recogniser, title=title, location="Bonn, Germany")
    assert (posting.title, posting.said) == (title, ())


def test_headline_without_a_title_is_the_title(recogniser):
    posting = recogniser.posting({"headline": "Acme | Berlin | Full-time"}, Tally())
    assert (posting.company, posting.title) == ("Acme", "Acme | Berlin | Full-time")


@pytest.mark.parametrize(
    "text",
    [
        "<p " * 33_000,
        "(" * 100_000,
        "We are building a " * 5_500,
        "Acme is a " * 10_000,
        "pay $10 - " * 10_000,
        "a bachelor degree. " * 5_200,
        "Location: \n" * 9_000,
        "https://" * 12_500,
        "é" * 100_000,
    ],
)
def test_hundred_thousand_characters_take_no_long_time(recogniser, text):
    started = time.process_time()
    read(recogniser, description=text)
    assert time.process_time() - started < 3


def test_what_stands_apart_counts_more_than_the_headline(recogniser):
    posting = read(recogniser, headline=HEADLINE, company="Bakers Ltd", location="Paris, France", salary_min="£50k")
    assert (posting.company, posting.title) == ("Bakers Ltd", "Nurse")
    assert [location.country for location in posting.locations] == ["FR"]
    assert posting.pay.currency == "GBP"
    assert dict(posting.said)["headline"] == HEADLINE


def test_salary_in_words(recogniser):
    pay = read(recogniser, location="Berlin, Germany", salary="€45k–55k + bonus").pay
    assert pay == Pay("EUR", "year", 4_500_000, 5_500_000, "€45k–55k + bonus", is_guessed=True)
    assert read(recogniser, salary="competitive").pay is None


def test_stated_amounts_count_more_than_words(recogniser):
    pay = read(recogniser, salary="$1", salary_min=10, salary_currency="EUR", salary_period="hour").pay
    assert pay == Pay("EUR", "hour", 1_000, None)


def test_pay_out_of_the_text_is_guessed(recogniser):
    text = "<p>We raised $50M.</p><p>The salary range for this role is $120,000&ndash;$150,000 a year.</p>"
    pay = read(recogniser, location="Austin, TX", description=text).pay
    assert (pay.currency, pay.min_minor, pay.max_minor, pay.is_guessed) == ("USD", 12_000_000, 15_000_000, True)


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Account Executive - Berlin", [BERLIN]),
        ("Sales Manager (Munich)", [MUNICH]),
        ("Sales Manager (f/m/d)", []),
        ("Nurse - Night shift", []),
    ],
)
def test_title_may_end_in_a_place(recogniser, title, places):
    posting = read(recogniser, title=title)
    assert [location.place_id for location in posting.locations] == places
    assert all(location.is_guessed for location in posting.locations)
    assert read(recogniser, title=title, location="Paris, France").locations[0].country == "FR"


def test_line_of_the_text_may_name_the_place(recogniser):
    [location] = read(recogniser, description="Baker\n\n**Location:** Austin, TX\n\nYou bake.").locations
    assert (location.country, location.is_guessed) == ("US", True)
    assert read(recogniser, description="Location: to be agreed").locations == ()


def test_guessed_names_what_no_source_states(recogniser):
    bare = read(recogniser, title="Senior Software Engineer (Remote)", description="A bachelor's degree is required.")
    assert bare.guessed == ("category", "education", "language", "occupation", "seniority", "workplace")
    assert (bare.seniority, bare.workplace, bare.education) == ("senior", "remote", "bachelor")
    stated = read(
        recogniser,
        title="Senior Software Engineer (Remote)",
        seniority="Junior",
        workplace="On-site",
        education="PhD",
        category="accounting",
        language="en",
        employment_type="Contract",
    )
    assert stated.guessed == ("occupation",)
    assert (stated.seniority, stated.workplace) == ("entry", "on_site")


def test_words_of_what_was_interpreted_are_kept(recogniser):
    posting = read(recogniser, seniority="Guru", employment_type=["FT", "PT"], salary="x" * 300, country="Germany")
    assert posting.said == (
        ("country", "Germany"),
        ("employment_type", "FT, PT"),
        ("salary", "x" * 200),
        ("seniority", "Guru"),
    )


def test_language_is_told_by_the_text_where_none_is_stated(recogniser):
    german = "Wir suchen für unser Team in Berlin eine erfahrene Pflegekraft, die gerne im Schichtdienst arbeitet. " * 4
    assert read(recogniser, title="Nurse", description=german).language == "de"
    assert read(recogniser, title="Nurse", description=german, language="fr-CA").language == "fr-CA"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"posted_at": "soon"}, {"salary_min": -1}, {"title": "x" * 301}, {"url": "none"}, {"language": "the king's"}],
)
def test_identity_is_told_whatever_else_is_wrong(recogniser, wrong):
    row = PLAIN | {"id": "A-1"}
    assert recogniser.identity(row | wrong) == ("Acme", "A-1")


@pytest.mark.parametrize(
    "row",
    [
        PLAIN | {"id": "A-1"},
        PLAIN | {"url": "https://acme.example/1"},
        PLAIN | {"location": ["Berlin", "Bonn"], "description": "Text"},
        {"headline": HEADLINE},
        {"title": HEADLINE},
    ],
)
def test_identity_is_that_of_the_posting(recogniser, row):
    posting = recogniser.posting(row, Tally())
    assert recogniser.identity(row) == (posting.company, posting.reference)


@pytest.mark.parametrize("row", [{"id": "A-1"}, {"company": "Acme", "id": "x" * 201}, {"company": ["Acme"], "id": "1"}])
def test_identity_is_none_where_the_row_does_not_tell(recogniser, row):
    assert recogniser.identity(row) is None


def test_identity_without_an_id_does_not_depend_on_what_is_recognised(recogniser):
    bare = recogniser.identity(PLAIN | {"location": "Berlin"})
    assert recogniser.identity(PLAIN | {"location": "Berlin", "language": "de", "seniority": "Senior"}) == bare


def test_benefits_and_permits_are_stated_or_read_out_of_the_text(recogniser):
    text = "We offer health insurance and an annual bonus. We do not sponsor visas."
    guessed = read(recogniser, description=text)
    assert (guessed.benefits, guessed.visa) == (("health_insurance", "bonus"), "not_offered")
    assert {"benefits", "visa"} <= set(guessed.guessed)
    stated = read(recogniser, description=text, benefits=["Gym", "a dog"], visa="Offers Sponsorship")
    assert (stated.benefits, stated.visa) == (("wellness",), "offered")
    assert not {"benefits", "visa"} & set(stated.guessed)
    assert ("visa", "Offers Sponsorship") in stated.said
