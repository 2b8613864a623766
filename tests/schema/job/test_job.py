"""`job`: one posting, found by each of its keys, and all that it tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import ApplyKind, CompensationKind, JobRevision, Necessity, PayPeriod, SlugHistory
from jobs.services.revision import content_of
from schema.core import ids
from schema.job.revisions import JobAspect
from tests.door import send
from tests.factories import (
    CategoryFactory,
    CompensationFactory,
    CurrencyFactory,
    ImportSourceFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
    SourcePostingFactory,
)

pytestmark = pytest.mark.django_db


def one(selection: str, **variables: Any) -> Any:
    job = variables.pop("job")
    query = "query($id: ID!) { job(by: {id: $id}) { %s } }" % selection
    return send(query, {"id": ids.encode("Job", job.pk)}).data["job"]


def test_found_by_its_slug_and_by_an_older_one() -> None:
    job = JobFactory(title="Senior Baker")
    assert job.slug == f"senior-baker-{job.public_id}"
    for slug in (job.slug, f"junior-baker-{job.public_id}", job.public_id):
        assert send("query($s: String!) { job(by: {slug: $s}) { slug } }", {"s": slug}).data == {
            "job": {"slug": job.slug}
        }


@pytest.mark.parametrize("slug", ["", "-", "senior-baker", "senior-baker-", "x" * 200, "' OR 1=1 --"])
def test_a_slug_that_stands_for_nothing_finds_nothing(slug: str) -> None:
    JobFactory(title="Senior Baker")
    assert send("query($s: String!) { job(by: {slug: $s}) { slug } }", {"s": slug}).data == {"job": None}


def test_found_by_its_companys_reference_in_its_language() -> None:
    english = JobFactory(external_reference="R-1", title="Baker")
    JobFactory(company=english.company, external_reference="R-1", language="fr", title="Boulanger")
    query = "query($r: ReferenceInput!) { job(by: {externalReference: $r}) { title } }"
    reference = {"companySlug": english.company.slug, "reference": "R-1"}
    assert send(query, {"r": reference}).data == {"job": {"title": "Baker"}}
    assert send(query, {"r": {**reference, "language": "fr"}}).data == {"job": {"title": "Boulanger"}}
    assert send(query, {"r": {**reference, "language": "de"}}).data == {"job": None}
    assert send(query, {"r": {**reference, "reference": ""}}).data == {"job": None}


def test_by_takes_exactly_one_key() -> None:
    for by in ("{}", '{slug: "a", id: "b"}', "{slug: null}"):
        assert send("{ job(by: %s) { id } }" % by).codes == ["BAD_REQUEST"]


def test_pay_is_exact_and_has_a_yearly_equivalent() -> None:
    job = JobFactory(pay=(18_50, 22_05), pay__period=PayPeriod.HOUR)
    CompensationFactory(
        job=job,
        kind=CompensationKind.SIGNING,
        period=PayPeriod.ONCE,
        currency=CurrencyFactory(code="JPY", name="Yen", digits=0),
        min_minor=None,
        max_minor=300_000,
    )
    pay = (
        "kind period currency min { amount currency } max { amount } yearly { min { amount } max { amount currency } }"
    )
    found = one("salary { %s } compensation { %s }" % (pay, pay), job=job)
    base = {
        "kind": "BASE",
        "period": "HOUR",
        "currency": "EUR",
        "min": {"amount": "18.50", "currency": "EUR"},
        "max": {"amount": "22.05"},
        "yearly": {"min": {"amount": "38480.00"}, "max": {"amount": "45864.00", "currency": "EUR"}},
    }
    signing = {
        "kind": "SIGNING",
        "period": "ONCE",
        "currency": "JPY",
        "min": None,
        "max": {"amount": "300000"},
        "yearly": None,
    }
    assert found == {"salary": base, "compensation": [base, signing]}


@pytest.mark.parametrize(
    ("period", "yearly"),
    [("hour", "2080.00"), ("day", "260.00"), ("week", "52.00"), ("month", "12.00"), ("year", "1.00")],
)
def test_the_factors_of_a_year(period: str, yearly: str) -> None:
    job = JobFactory(pay=(None, 1_00), pay__period=period)
    found = one("salary { yearly { min { amount } max { amount } } }", job=job)
    assert found == {"salary": {"yearly": {"min": None, "max": {"amount": yearly}}}}


def test_a_job_that_says_nothing_of_pay_has_none() -> None:
    assert one("salary { period } compensation { period }", job=JobFactory()) == {"salary": None, "compensation": []}


def test_places_with_the_primary_one_first_in_the_postings_words() -> None:
    job, town = JobFactory(), PlaceFactory(name="Köln", region_code="07", region_name="North Rhine-Westphalia")
    JobLocationFactory(job=job, position=0, place=None, text="Middle of nowhere")
    JobLocationFactory(job=job, position=1, place=town, text="Cologne", is_primary=True)
    found = one("places { text isPrimary country { code } place { name region { code name } } }", job=job)
    region = {"code": "07", "name": "North Rhine-Westphalia"}
    assert found["places"] == [
        {"text": "Cologne", "isPrimary": True, "country": {"code": "DE"}, "place": {"name": "Köln", "region": region}},
        {"text": "Middle of nowhere", "isPrimary": False, "country": None, "place": None},
    ]


def test_required_skills_come_first() -> None:
    job = JobFactory()
    JobSkillFactory(job=job, skill=SkillFactory(name="A nice one"), necessity=Necessity.NICE)
    JobSkillFactory(job=job, skill=SkillFactory(name="Z needed"), level=4)
    found = one("skills { necessity level skill { name kind category { name } } }", job=job)["skills"]
    assert [(skill["skill"]["name"], skill["necessity"], skill["level"]) for skill in found] == [
        ("Z needed", "REQUIRED", 4),
        ("A nice one", "NICE", None),
    ]


def test_the_description_is_given_for_showing_and_as_text() -> None:
    html = "<p onclick='x()'>Be <strong>bold</strong>.</p><script>alert(1)</script>"
    job = JobFactory(description_source=html, description_format="html")
    found = one("description { html text }", job=job)["description"]
    assert found["html"].strip() == "<p>Be <strong>bold</strong>.</p>"
    assert found["text"].strip() == "Be bold."


def test_how_to_apply() -> None:
    elsewhere = JobFactory(apply_kind=ApplyKind.URL, apply_url="https://example.org/apply")
    assert one("apply { kind url email }", job=elsewhere)["apply"] == {
        "kind": "URL",
        "url": "https://example.org/apply",
        "email": None,
    }
    assert one("apply { kind url email }", job=JobFactory())["apply"] == {"kind": "NATIVE", "url": None, "email": None}


def test_what_is_not_known_is_null() -> None:
    selection = (
        "externalReference workplace seniority education category { id } occupation { id }"
        " remoteHours { fromMinutes } closedAt closeReason"
    )
    found = one(selection, job=JobFactory())
    assert set(found.values()) == {None}


def test_category_occupation_and_time_zones() -> None:
    root = CategoryFactory(name="Making things")
    child = CategoryFactory(name="Baking", parent=root)
    job = JobFactory(
        category=child,
        occupation=OccupationFactory(title="Baker", category=child),
        remote_utc_from=-60,
        remote_utc_to=120,
    )
    selection = (
        "category { name parent { name parent { name } children { name } } }"
        " occupation { title category { name } } remoteHours { fromMinutes toMinutes }"
    )
    assert one(selection, job=job) == {
        "category": {
            "name": "Baking",
            "parent": {"name": "Making things", "parent": None, "children": [{"name": "Baking"}]},
        },
        "occupation": {"title": "Baker", "category": {"name": "Baking"}},
        "remoteHours": {"fromMinutes": -60, "toMinutes": 120},
    }


def test_dates_are_instants_in_utc() -> None:
    published = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    job = JobFactory(published_at=published, expires_at=timezone.now() + timedelta(days=9))
    found = one("publishedAt firstPublishedAt", job=job)
    assert found == {"publishedAt": "2026-03-01T09:30:00+00:00", "firstPublishedAt": "2026-03-01T09:30:00+00:00"}


def test_sources_are_credited_oldest_first() -> None:
    job, now = JobFactory(), timezone.now()
    for days, name in ((1, "second.jsonl"), (2, "first.jsonl")):
        seen = now - timedelta(days=days)
        SourcePostingFactory(job=job, source=name, url=f"https://{name}.example", first_seen_at=seen, last_seen_at=now)
    found = one("sources { name url }", job=job)["sources"]
    assert [source["name"] for source in found] == ["first.jsonl", "second.jsonl"]


def test_the_last_fifty_revisions_are_told() -> None:
    job = JobFactory()
    for number in range(1, 61):
        JobRevision.objects.create(job=job, number=number, content={}, changed=["title"])
    found = one("revisions { number changed }", job=job)["revisions"]
    assert [revision["number"] for revision in found] == list(range(60, 10, -1))
    assert found[0]["changed"] == ["TITLE"]


def test_a_revision_says_what_changed_in_the_words_of_the_schema() -> None:
    job = JobFactory(benefits=["equity"], visa="offered")
    JobRevision.objects.create(job=job, number=1, content={}, changed=sorted(content_of(job)))
    JobRevision.objects.create(job=job, number=2, content={}, changed=["compensations", "apply_kind", "apply_url"])
    second, first = one("revisions { changed }", job=job)["revisions"]
    assert second["changed"] == ["PAY", "APPLY"]
    assert first["changed"] == list(JobAspect.__members__)


def test_a_company_is_found_by_a_slug_that_it_had() -> None:
    company = JobFactory().company
    SlugHistory.objects.create(company=company, slug="old-name")
    query = "query($s: String!) { company(by: {slug: $s}) { slug } }"
    assert send(query, {"s": "old-name"}).data == {"company": {"slug": company.slug}}


def test_what_was_guessed_is_marked_and_the_words_are_kept() -> None:
    job = JobFactory(guessed=["seniority", "employment_types", "language"], seniority="senior")
    CompensationFactory(job=job, text="€45k–55k + bonus", is_guessed=True)
    JobLocationFactory(job=job, text="NYC", is_guessed=True)
    JobSkillFactory(job=job, is_guessed=True)
    selection = "guessed salary { text isGuessed } places { text isGuessed } skills { isGuessed }"
    assert one(selection, job=job) == {
        "guessed": ["LANGUAGE", "EMPLOYMENT_TYPES", "SENIORITY"],
        "salary": {"text": "€45k–55k + bonus", "isGuessed": True},
        "places": [{"text": "NYC", "isGuessed": True}],
        "skills": [{"isGuessed": True}],
    }


def test_source_is_credited_by_its_title_and_linked_to() -> None:
    ImportSourceFactory(name="remoteok", title="Remote OK", homepage="https://remoteok.com")
    job = JobFactory()
    gone = SourcePostingFactory(
        job=job, source="a-file", url="https://gone.example/1", vanished_at=timezone.now(), first_seen_at=timezone.now()
    )
    SourcePostingFactory(job=job, source="remoteok", url="https://remoteok.com/1", first_seen_at=timezone.now())
    found = one("canonicalUrl sources { name title homepage url vanishedAt }", job=job)
    assert found["canonicalUrl"] == "https://remoteok.com/1"
    first, second = found["sources"]
    assert (first["title"], first["homepage"]) == ("a-file", None)
    assert first["vanishedAt"].startswith(f"{gone.vanished_at:%Y-%m-%dT%H:%M}")
    assert (second["title"], second["homepage"], second["vanishedAt"]) == ("Remote OK", "https://remoteok.com", None)


def test_job_that_was_written_here_has_no_canonical_address() -> None:
    assert one("canonicalUrl sources { name }", job=JobFactory()) == {"canonicalUrl": None, "sources": []}


def test_at_most_twenty_sources_are_shown() -> None:
    job = JobFactory()
    for number in range(25):
        SourcePostingFactory(job=job, source=f"source-{number}")
    assert len(one("sources { name }", job=job)["sources"]) == 20
