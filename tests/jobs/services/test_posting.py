from datetime import UTC, datetime, timedelta

import pytest

from jobs.models import (
    Company,
    CompanyStatus,
    Compensation,
    ImportRow,
    Job,
    JobLifecycle,
    JobLocation,
    JobRevision,
    JobSkill,
    Necessity,
    RemoteEligibility,
    Skill,
    SourcePosting,
)
from jobs.selectors.job import live
from jobs.services.company import Employers
from jobs.services.incoming import AskedSkill, Fate, Import, Location, Outcome, Pay, Posting
from jobs.services.posting import upsert
from tests.factories import CompanyFactory, ImportRunFactory, JobFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BERLIN = 2950159


def terms(**changes):
    given = {"source": "board", "now": NOW, "employers": Employers()}
    return Import(**given | changes)


def posting(**changes):
    return Posting(**{"company": "Acme", "reference": "A-1", "title": "Baker"} | changes)


def put(*postings, **changes):
    return [outcome.fate for outcome in upsert(postings, terms(**changes))]


def whole(**changes):
    skills = list(Skill.objects.order_by("pk")[:2])
    return posting(
        **{
            "description": "<p>We bake.</p><script>alert(1)</script>",
            "description_format": "html",
            "url": "https://acme.example/1",
            "employment_types": ("full_time", "part_time"),
            "workplace": "remote",
            "seniority": "senior",
            "locations": (Location("Berlin", BERLIN, "DE"), Location("Somewhere else")),
            "remote_from": (("DE", ""), ("US", "CA")),
            "pay": Pay("EUR", "year", 4_000_000, 5_000_000),
            "skills": (
                AskedSkill(skills[0].pk, Necessity.REQUIRED),
                AskedSkill(skills[1].pk, Necessity.NICE, is_guessed=True),
            ),
            "published_at": NOW - timedelta(days=1),
        }
        | changes
    )


def everything():
    tables = (Company, Job, JobLocation, RemoteEligibility, Compensation, JobSkill, JobRevision)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_new_posting_is_written_whole():
    assert put(whole()) == [Fate.CREATED]
    job = Job.objects.get()
    assert (job.company.name, job.company.slug, job.external_reference) == ("Acme", "acme", "A-1")
    assert (job.lifecycle, job.published_at, job.first_published_at) == ("published", *[NOW - timedelta(days=1)] * 2)
    assert job.expires_at == NOW + timedelta(days=59)
    assert (job.apply_kind, job.apply_url) == ("url", "https://acme.example/1")
    assert job.description_source.endswith("</script>")
    assert "script" not in job.description_html
    assert job.description_text == "We bake."
    locations = job.locations.order_by("position").values_list("place_id", "country_id", "text", "is_primary")
    assert list(locations) == [(BERLIN, "DE", "Berlin", True), (None, None, "Somewhere else", False)]
    assert set(job.remote_eligibility.values_list("country_id", "region_code")) == {("DE", ""), ("US", "CA")}
    assert job.compensations.get().top_yearly_minor == 5_000_000
    assert set(job.job_skills.values_list("necessity", flat=True)) == {"required", "nice"}
    revision = job.revisions.get()
    assert (revision.number, job.current_revision, revision.content["title"]) == (1, 1, "Baker")


def test_same_posting_again_changes_nothing():
    put(whole())
    before = everything()
    assert put(whole(), now=NOW + timedelta(days=2)) == [Fate.UNCHANGED]
    assert everything() == before


def test_posting_without_dates_again_changes_nothing():
    put(posting())
    before = everything()
    assert put(posting(), now=NOW + timedelta(days=2)) == [Fate.UNCHANGED]
    assert everything() == before


def test_changed_posting_makes_a_revision_that_says_what_changed():
    put(whole())
    assert put(whole(title="Head baker", pay=None, locations=(Location("Bonn"),))) == [Fate.REVISED]
    job = Job.objects.get()
    assert (job.title, job.current_revision, job.version) == ("Head baker", 2, 2)
    assert job.revisions.get(number=2).changed == ["compensations", "locations", "title"]
    assert [row.text for row in job.locations.all()] == ["Bonn"]
    assert not job.compensations.exists()
    assert job.job_skills.count() == 2


def test_outcome_says_which_job_and_what_changed():
    [created] = upsert([posting(published_at=NOW)], terms())
    job = Job.objects.get()
    assert created == Outcome(Fate.CREATED, job_id=job.pk)
    moved = posting(title="Cook", published_at=NOW + timedelta(hours=1))
    assert upsert([moved], terms()) == [Outcome(Fate.REVISED, job_id=job.pk, changed=("title", "expires_at"))]
    later = posting(title="Cook", published_at=NOW + timedelta(hours=2))
    assert upsert([later], terms()) == [Outcome(Fate.TOUCHED, job_id=job.pk, changed=("expires_at",))]


def test_what_was_guessed_is_marked_and_what_was_said_is_kept():
    guess = Pay("EUR", "year", 4_500_000, 5_500_000, text="€45k–55k + bonus", is_guessed=True)
    skill = AskedSkill(Skill.objects.first().pk, Necessity.REQUIRED, is_guessed=True)
    put(
        posting(
            pay=guess,
            skills=(skill,),
            locations=(Location("Berlin", BERLIN, "DE", is_guessed=True),),
            guessed=("language", "seniority"),
            said=(("seniority", "Staff"),),
        )
    )
    job = Job.objects.get()
    assert job.guessed == ["language", "seniority"]
    assert (job.compensations.get().text, job.compensations.get().is_guessed) == ("€45k–55k + bonus", True)
    assert job.job_skills.get().is_guessed
    assert job.locations.get().is_guessed
    assert SourcePosting.objects.get().said == {"seniority": "Staff"}
    stated = posting(pay=guess, skills=(skill._replace(is_guessed=False),), guessed=("language",))
    assert upsert([stated], terms())[0].changed == ("guessed", "locations", "skills")


def test_changed_guess_of_the_language_is_the_same_posting():
    put(posting(language="en", guessed=("language",)))
    assert put(posting(language="pl", guessed=("language",))) == [Fate.REVISED]
    assert put(posting(language="de")) == [Fate.REVISED]
    assert Job.objects.values_list("language", "current_revision").get() == ("de", 3)
    # From here on the source has said it: what says another language is another posting.
    assert put(posting(language="fr")) == [Fate.CREATED]


def test_guess_does_not_take_over_a_posting_whose_language_was_stated():
    put(posting(language="en"), posting(language="de"))
    assert put(posting(language="de", guessed=("language",))) == [Fate.REVISED]
    assert put(posting(language="fr", guessed=("language",))) == [Fate.REVISED]
    assert set(Job.objects.values_list("language", flat=True)) == {"en", "fr"}


def test_two_rows_of_one_posting_in_a_batch_are_refused():
    put(posting(language="en", guessed=("language",)))
    outcomes = upsert([posting(language="en"), posting(language="de", guessed=("language",))], terms())
    assert [outcome.fate for outcome in outcomes] == [Fate.REVISED, Fate.FAILED]
    assert outcomes[1].field == "id"


def test_account_of_every_posting_is_kept_with_the_run():
    run = ImportRunFactory()
    bad = posting(reference="bad", pay=Pay("EUR", "year", 9, 1), position=3)
    upsert([posting(position=1), posting(reference="A-2", position=2), bad], terms(run_id=run.pk))
    rows = ImportRow.objects.order_by("position").values_list("position", "fate", "reference", "job__title")
    assert list(rows) == [(1, "created", "A-1", "Baker"), (2, "created", "A-2", "Baker"), (3, "failed", "bad", None)]
    assert "compensation_min_below_max" in ImportRow.objects.get(position=3).reason


def test_company_is_found_by_any_of_its_names():
    company = CompanyFactory(name="Bäckerei Müller", slug="mueller", aliases=["Müller & Sons"])
    names = ["BACKEREI MULLER", "mueller", "Muller & Sons"]
    put(*(posting(company=name, reference=str(number)) for number, name in enumerate(names)))
    assert list(Job.objects.values_list("company_id", flat=True)) == [company.pk] * 3


def test_new_company_gets_a_slug_of_its_own():
    put(posting(company="C Ltd"), posting(company="C# Ltd"), posting(company="東京"))
    slugs = dict(Company.objects.values_list("name", "slug"))
    assert slugs["C Ltd"].startswith("c-ltd")
    assert slugs["C# Ltd"].startswith("c-ltd")
    assert slugs["東京"]
    assert len(set(slugs.values())) == 3


def test_same_reference_of_another_company_or_language_is_another_posting():
    assert put(posting(), posting(company="Bolt"), posting(language="de")) == [Fate.CREATED] * 3


def test_posting_that_has_ended_goes_in_as_expired():
    put(posting(published_at=NOW - timedelta(days=90)))
    job = Job.objects.get()
    assert (job.lifecycle, job.expires_at) == ("expired", NOW - timedelta(days=30))


def test_live_days_make_an_ended_posting_live_from_now():
    put(posting(published_at=NOW - timedelta(days=90)), live_days=10)
    job = Job.objects.get()
    assert (job.lifecycle, job.published_at, job.expires_at) == ("published", NOW, NOW + timedelta(days=10))
    assert job.first_published_at == NOW - timedelta(days=90)


def test_live_days_leave_a_posting_alone_that_is_live_by_itself():
    put(posting(published_at=NOW - timedelta(days=5)), live_days=10)
    assert Job.objects.get().expires_at == NOW + timedelta(days=55)


def test_live_days_again_change_nothing_until_they_are_over():
    old = posting(published_at=NOW - timedelta(days=90))
    put(old, live_days=10)
    before = everything()
    assert put(old, live_days=10, now=NOW + timedelta(days=5)) == [Fate.UNCHANGED]
    assert everything() == before
    assert put(old, live_days=10, now=NOW + timedelta(days=11)) == [Fate.TOUCHED]
    assert Job.objects.get().expires_at == NOW + timedelta(days=21)


def test_stated_end_is_followed_without_a_revision():
    put(posting(published_at=NOW, expires_at=NOW + timedelta(days=5)))
    assert put(posting(published_at=NOW, expires_at=NOW + timedelta(days=9))) == [Fate.TOUCHED]
    assert put(posting(published_at=NOW, expires_at=NOW - timedelta(days=1)), now=NOW) == [Fate.TOUCHED]
    job = Job.objects.get()
    assert (job.lifecycle, job.current_revision) == ("expired", 1)
    assert job.first_published_at == NOW
    assert job.published_at < job.expires_at


def test_expired_posting_that_the_source_prolongs_is_live_again():
    put(posting(published_at=NOW - timedelta(days=90)))
    assert put(posting(published_at=NOW - timedelta(days=1))) == [Fate.TOUCHED]
    job = Job.objects.get()
    assert (job.lifecycle, job.expires_at) == ("published", NOW + timedelta(days=59))
    assert job.first_published_at == NOW - timedelta(days=90)


@pytest.mark.parametrize("trait", ["draft", "paused", "closed", "archived"])
def test_what_somebody_decided_stays(trait):
    company = CompanyFactory(name="Acme")
    job = JobFactory(company=company, external_reference="A-1", title="Old", **{trait: True})
    assert put(posting(published_at=NOW)) == [Fate.REVISED]
    after = Job.objects.get()
    assert after.title == "Baker"
    assert (after.lifecycle, after.published_at, after.expires_at) == (job.lifecycle, job.published_at, job.expires_at)


def test_jobs_of_a_suspended_company_go_in_and_are_not_live():
    CompanyFactory(name="Acme", status=CompanyStatus.SUSPENDED)
    assert put(posting(published_at=NOW)) == [Fate.CREATED]
    assert not Job.objects.filter(live(NOW)).exists()


def test_source_remembers_when_it_saw_the_posting():
    first, second = ImportRunFactory(), ImportRunFactory()
    put(posting(url="https://acme.example/1"), run_id=first.pk)
    put(posting(url="https://acme.example/1"), run_id=second.pk, now=NOW + timedelta(days=1))
    put(posting(url="https://acme.example/1"), source="other")
    seen = SourcePosting.objects.get(source="board")
    assert (seen.first_seen_at, seen.last_seen_at, seen.last_run_id) == (NOW, NOW + timedelta(days=1), second.pk)
    assert SourcePosting.objects.count() == 2
    assert Job.objects.count() == 1


def test_posting_whose_description_cannot_be_shown_fails_alone():
    outcomes = upsert([posting(reference="1"), posting(reference="2", description="x" * 200_000)], terms())
    assert [outcome.fate for outcome in outcomes] == [Fate.CREATED, Fate.FAILED]
    assert outcomes[1].field == "description"


def test_posting_that_the_database_refuses_fails_alone():
    bad = posting(reference="bad", pay=Pay("EUR", "year", 9, 1))
    outcomes = upsert([*(posting(reference=str(number)) for number in range(5)), bad], terms())
    assert [outcome.fate for outcome in outcomes[:5]] == [Fate.CREATED] * 5
    assert outcomes[5].fate is Fate.FAILED
    assert "compensation_min_below_max" in outcomes[5].reason
    assert Job.objects.count() == 5


def test_dry_run_says_what_would_happen_and_changes_nothing():
    put(posting(reference="1"))
    before = everything()
    into = terms(is_dry_run=True)
    postings = [posting(reference="1", title="New"), posting(reference="2"), posting(company="Bolt")]
    for _ in range(2):
        outcomes = upsert(postings, into)
        assert [outcome.fate for outcome in outcomes] == [Fate.REVISED, Fate.CREATED, Fate.CREATED]
        assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_postings_at_once_write_each_once():
    postings = [posting(company=f"Company {number % 7}", reference=str(number)) for number in range(200)]
    fates: list[list[Outcome]] = []

    def take_in(order):
        fates.append(upsert(order, terms()))

    acts = [lambda: take_in(postings), lambda: take_in(postings[::-1]), lambda: take_in(postings)]
    assert at_once(*acts) == ["done"] * 3
    assert Job.objects.count() == JobRevision.objects.count() == 200
    assert Company.objects.count() == 7
    assert SourcePosting.objects.count() == 200
    created = sum(outcome.fate is Fate.CREATED for outcomes in fates for outcome in outcomes)
    assert created == 200


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_make_revisions_without_gaps():
    before = [posting(reference=str(number)) for number in range(50)]
    upsert(before, terms())
    acts = [
        lambda: upsert([posting(reference=str(number), title="Cook") for number in range(50)], terms()),
        lambda: upsert([posting(reference=str(number), title="Chef") for number in range(50)][::-1], terms()),
    ]
    assert at_once(*acts) == ["done"] * 2
    assert set(Job.objects.values_list("current_revision", "version", "lifecycle")) == {(3, 3, JobLifecycle.PUBLISHED)}
    assert JobRevision.objects.count() == 150
