from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.feed import improving, session
from jobs.feed.improving import Improvement, ImprovementCode, text_of
from jobs.feed.person import person_of
from jobs.feed.reading import FeedRequest, feed
from jobs.feed.reading import improvements as of_session
from jobs.models import FeedSettings, FxRate, Job, JobDismissal, Place
from jobs.models.person import Profile
from jobs.search.postgres.document import index
from kernel import caching
from kernel.viewer import ANONYMOUS, Viewer
from schema.core import ids
from tests.door import send
from tests.factories import (
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    CurrencyFactory,
    JobFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
    UserFactory,
    WorkAuthorisationFactory,
    viewer_of,
)
from tests.feed_board import ranked_as, seeker
from tests.search_board import live_job

pytestmark = pytest.mark.django_db
HOME = {"latitude": 52.5, "longitude": 13.4}


def skill(name: str) -> Any:
    return SkillFactory(name=name, slug=name.lower())


def job(**values: Any) -> Job:
    """A job that is all that `somebody` wants."""
    usual: dict[str, Any] = {
        "skills": [skill("Feeding")],
        "workplace": "on_site",
        "employment_types": ["full_time"],
        "places": [Place.objects.get(name="Home")],
        "pay": (50_000_00, 60_000_00),
    }
    pay = values.get("pay", usual["pay"])
    made = JobFactory(**{**usual, **values, "pay": None})
    if pay:
        currency = values.get("pay__currency", "EUR")
        CompensationFactory(
            job=made, min_minor=pay[0], max_minor=pay[1], currency=CurrencyFactory(code=currency, name=currency)
        )
    index([made.pk])
    return made


def somebody(**profile: Any) -> Viewer:
    home = PlaceFactory(name="Home", **HOME)
    usual = {
        "home": home,
        "radius_km": 20,
        "workplaces": ["on_site"],
        "employment_types": ["full_time"],
        "salary_floor_minor": 50_000_00,
        "salary_floor_currency": CurrencyFactory(),
        "salary_floor_period": "year",
    }
    return seeker("Feeding", **{**usual, **profile})


def counted(viewer: Viewer) -> dict[tuple[str, object], int]:
    """How many each would open, by its code and what matters of its params."""
    named = ("workplace", "employment_type", "skill", "radius_km", "minor", "countries", "language")
    return {
        (one.code, next((value for name, value in one.params.items() if name in named), None)): one.count
        for one in improving.improvements(viewer)
    }


def test_what_fits_already_opens_nothing() -> None:
    viewer = somebody()
    job()
    assert counted(viewer) == {}


def test_a_wish_given_up_opens_what_breaks_its_rule_alone() -> None:
    viewer = somebody()
    job()
    for _ in range(3):
        job(workplace="remote")
    job(workplace="hybrid")
    job(workplace="hybrid", employment_types=["part_time"])
    job(employment_types=["part_time", "contract"])
    job(employment_types=["part_time"])
    job(workplace="remote", employment_types=["internship"])
    assert counted(viewer) == {
        ("workplace", "remote"): 3,
        ("workplace", "hybrid"): 1,
        ("employment_type", "part_time"): 2,
        ("employment_type", "contract"): 1,
    }


def test_pay_that_is_known_and_below_the_floor_is_opened_by_a_lower_one() -> None:
    viewer = somebody()
    for most in (49_999_99, 45_000_00, 44_999_99, 20_000_00):
        job(pay=(most, most))
    job(pay=None)
    job(pay=(10_000_00, 50_000_00))
    assert counted(viewer) == {("pay_floor_lower", 45_000_00): 2, ("pay_floor_drop", None): 4}


def test_pay_in_another_currency_is_compared_by_the_newest_rate() -> None:
    viewer = somebody()
    dollar = CurrencyFactory(code="USD", name="US dollar")
    for currency, rate in ((CurrencyFactory(), 1), (dollar, 2)):
        FxRate.objects.update_or_create(currency=currency, on_date=timezone.now().date(), defaults={"per_euro": rate})
    job(pay=(98_000_00, 98_000_00), pay__currency="USD")
    job(pay=(80_000_00, 80_000_00), pay__currency="USD")
    job(pay=(100_000_00, 100_000_00), pay__currency="USD")
    assert counted(viewer) == {("pay_floor_lower", 45_000_00): 1, ("pay_floor_drop", None): 2}


def test_a_wider_circle_opens_what_lies_between() -> None:
    viewer = somebody()
    # A tenth of a degree of latitude is eleven kilometres.
    for number, degrees in enumerate((0.1, 0.2, 0.3, 0.5)):
        place = PlaceFactory(name=f"Place {number}", latitude=52.5 + degrees, longitude=13.4)
        job(places=[place])
    job(places=[])
    assert counted(viewer) == {("radius", 40): 2}


def test_a_skill_opens_what_asks_for_nothing_else_that_is_missing() -> None:
    viewer = somebody()
    feeding, sql, rust, go, perl = map(skill, ("Feeding", "SQL", "Rust", "Go", "Perl"))
    for _ in range(3):
        job(skills=[feeding, sql])
    for _ in range(2):
        job(skills=[feeding, rust])
    job(skills=[feeding, go])
    for _ in range(4):
        job(skills=[feeding, sql, perl])
    assert counted(viewer) == {("skill", "SQL"): 3, ("skill", "Rust"): 2}


def test_a_language_opens_what_is_in_it_and_fits_otherwise() -> None:
    viewer = somebody(languages=["en"])
    for language in ("de", "de-AT", "fr", "en", ""):
        job(language=language)
    job(language="de", workplace="remote")
    assert counted(viewer) == {("language", "de"): 2}
    anything = somebody()
    assert counted(anything) == {("workplace", "remote"): 1}


def test_less_pay_opens_more_also_to_who_has_said_nothing_of_their_work() -> None:
    user = UserFactory()
    floor = {"salary_floor_minor": 50_000_00, "salary_floor_currency": CurrencyFactory(), "salary_floor_period": "year"}
    home = PlaceFactory(name="Home", **HOME)
    Profile.objects.create(user=user, home=home, radius_km=20, **floor)
    job(pay=(20_000_00, 30_000_00))
    job(pay=(40_000_00, 46_000_00))
    assert counted(viewer_of(user)) == {("pay_floor_lower", 45_000_00): 1, ("pay_floor_drop", None): 2}


def test_other_countries_open_what_is_there_and_allowed() -> None:
    viewer = somebody()
    profile = Profile.objects.get(user_id=viewer.user_id)
    for code in ("FR", "US"):
        place = PlaceFactory(name=code, country=CountryFactory(code=code, name=code), latitude=1, longitude=1)
        job(places=[place])
    assert [(one.code, one.params, one.count) for one in improving.improvements(viewer)] == [
        ("relocate", {"countries": []}, 2)
    ]
    WorkAuthorisationFactory(profile=profile, country_id="FR")
    assert [(one.code, one.params, one.count) for one in improving.improvements(viewer)] == [
        ("relocate", {"countries": ["DE", "FR"]}, 1)
    ]
    FeedSettings.objects.create(user_id=viewer.user_id, would_relocate=True)
    assert counted(viewer) == {}


def test_what_may_not_be_shown_is_never_counted() -> None:
    viewer = somebody(languages=["en"])
    hidden = [job(workplace="remote") for _ in range(4)]
    JobDismissal.objects.create(user_id=viewer.user_id, job=hidden[0])
    Job.objects.filter(pk=hidden[1].pk).update(lifecycle="paused")
    Job.objects.filter(pk=hidden[2].pk).update(moderation="frozen")
    job(workplace="remote", language="de")
    job(workplace="remote", published_at=timezone.now() + timedelta(hours=1))
    assert counted(viewer) == {("workplace", "remote"): 1}


def of_feed(viewer: Viewer, session_id: UUID) -> dict[str, int]:
    return {one.code: one.count for one in of_session(viewer, session_id)}


def worse_jobs(place: Place) -> list[Job]:
    """One each that pays too little, is far, and asks for more."""
    return [job(pay=(20_000_00, 20_000_00)), job(places=[place]), job(skills=[skill("Feeding"), skill("SQL")])]


WORSE = {"pay_floor_drop": 1, "radius": 1, "skill": 1}


def test_a_feed_that_shows_all_there_is_is_told_of_nothing_that_it_shows() -> None:
    viewer = somebody()
    shown = worse_jobs(PlaceFactory(name="Further", latitude=52.75, longitude=13.4))
    job(workplace="remote")
    page = feed(viewer, FeedRequest())
    assert {fed.match.job_id for fed in page.jobs} == {one.pk for one in shown}
    assert of_feed(viewer, page.session_id) == {"workplace": 1}


def test_what_the_session_has_on_any_page_is_shown_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = somebody()
    further = PlaceFactory(name="Further", latitude=52.75, longitude=13.4)
    ranked_as(monkeypatch, worse_jobs(further))
    page = feed(viewer, FeedRequest(1))
    assert of_feed(viewer, page.session_id) == {}
    worse_jobs(further)
    assert of_feed(viewer, page.session_id) == WORSE


def test_of_a_session_that_is_gone_nothing_is_known_to_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = somebody()
    worse_jobs(PlaceFactory(name="Further", latitude=52.75, longitude=13.4))
    page = feed(viewer, FeedRequest())
    assert of_feed(viewer, page.session_id) == {}
    key = f"{settings.KEY_PREFIX}:feed:{session.owner_of(viewer)}:{page.session_id.hex}"
    assert caching.server().delete(f"{key}:jobs") == 1
    assert of_feed(viewer, page.session_id) == WORSE
    caching.server().delete(key)
    assert of_feed(viewer, page.session_id) == WORSE
    again = feed(viewer, FeedRequest(is_refreshed=True))
    assert of_feed(viewer, again.session_id) == {}

    def away(*_: object) -> None:
        raise caching.CacheAway

    monkeypatch.setattr(session, "found", away)
    assert of_feed(viewer, again.session_id) == WORSE


def test_of_what_says_the_same_one_is_counted() -> None:
    viewer = somebody(languages=["en"])
    feeding, sql = skill("Feeding"), skill("SQL")
    further = PlaceFactory(name="Further", latitude=52.75, longitude=13.4)
    kinds: list[dict[str, Any]] = [
        {"workplace": "remote"},
        {"pay": (20_000_00, 20_000_00)},
        {"places": [further]},
        {"skills": [feeding, sql]},
        {"language": "de"},
    ]
    for number, kind in enumerate(kinds):
        company = CompanyFactory()
        for _ in range(3):
            job(company=company, title=f"Feeder {number}", **kind)
        job(**kind)
    assert {one.code: one.count for one in improving.improvements(viewer)} == {
        "workplace": 2,
        "pay_floor_drop": 2,
        "radius": 2,
        "skill": 2,
        "language": 2,
    }


def test_a_copy_of_what_is_open_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = somebody()
    company = CompanyFactory()
    here = job(company=company, title="Feeder")
    job(company=company, title="Feeder", workplace="remote")
    assert counted(viewer) == {}
    ranked_as(monkeypatch, [here])
    page = feed(viewer, FeedRequest())
    job(company=company, title="Feeder", pay=(20_000_00, 20_000_00))
    assert of_feed(viewer, page.session_id) == {}
    # What the session has, and may no longer be shown, is not open.
    Job.objects.filter(title="Feeder").exclude(workplace="remote").update(workplace="hybrid")
    index(list(Job.objects.values_list("pk", flat=True)))
    assert of_feed(viewer, page.session_id) == {"workplace": 1}


def test_counted_up_to_a_thousand_and_said_to_be_more(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = somebody()
    for _ in range(4):
        job(workplace="remote")
    assert improving.improvements(viewer) == (Improvement("workplace", {"workplace": "remote"}, 4, is_exact=True),)
    monkeypatch.setattr(improving, "MOST_COUNTED", 3)
    assert improving.improvements(viewer) == (Improvement("workplace", {"workplace": "remote"}, 3, is_exact=False),)
    monkeypatch.setattr(improving, "MOST_COUNTED", 1_000)
    monkeypatch.setattr(improving, "MOST_JUDGED", 3)
    (one,) = improving.improvements(viewer)
    assert (one.count, one.is_exact) == (4, False)


def test_six_at_most_the_most_first() -> None:
    viewer = somebody()
    for number, terms in enumerate(["part_time", "contract", "temporary", "internship", "apprenticeship", "volunteer"]):
        for _ in range(number + 1):
            job(employment_types=[terms])
    job(workplace="remote")
    job(workplace="hybrid")
    found = improving.improvements(viewer)
    assert [one.count for one in found] == [6, 5, 4, 3, 2, 1]
    assert len(found) == improving.MOST_IMPROVEMENTS


def test_it_takes_nine_statements_at_most() -> None:
    viewer = somebody()
    job(workplace="remote")
    improving.improvements(viewer)
    with CaptureQueriesContext(connection) as statements:
        assert improving.improvements(viewer)
    assert len(statements) <= 9


def test_of_who_names_nothing_the_newest_are_counted() -> None:
    user = UserFactory()
    Profile.objects.create(user=user, workplaces=["on_site"])
    live_job("Something", workplace="remote")
    assert counted(viewer_of(user)) == {("workplace", "remote"): 1}


def test_of_who_names_an_occupation_jobs_of_that_kind_are_counted() -> None:
    viewer = somebody()
    remote = job(workplace="remote")
    job(workplace="remote", title="Something else")
    occupation = OccupationFactory(title="Feeder")
    Profile.objects.get(user_id=viewer.user_id).occupations.add(occupation)
    Job.objects.filter(pk=remote.pk).update(occupation=occupation)
    index([remote.pk])
    assert counted(viewer) == {("workplace", "remote"): 1}


def test_no_job_of_what_the_title_has_hardly_to_do_with_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = somebody()
    kinds = {name: OccupationFactory(title=name) for name in ("Teacher", "Tutor", "Coach", "Nurse")}
    for number, occupation in enumerate(kinds.values()):
        for _ in range(number + 1):
            job(workplace="remote", title=f"Zq{number}", occupation=occupation)
    own = {kinds["Teacher"].pk: 0.5, kinds["Tutor"].pk: 0.15, kinds["Coach"].pk: 0.149, kinds["Nurse"].pk: 0.02}
    person = replace(person_of(viewer, timezone.now()), occupations=own)
    monkeypatch.setattr(improving, "person_of", lambda *_: person)
    assert counted(viewer) == {("workplace", "remote"): 1 + 2}


def test_who_reads_no_language_of_the_board_is_told_so_though_nothing_is_shown() -> None:
    """Through GraphQL, with what three taps say."""
    london = PlaceFactory(name="London", country=CountryFactory(code="GB"), latitude=51.5, longitude=-0.1)
    OccupationFactory(title="Software engineer")
    for _ in range(3):
        live_job("Software Engineer", language="en", places=[london], workplace="on_site")
    live_job("Software Engineer", language="fr", places=[london], workplace="on_site")
    live_job("Nurse", language="fr", places=[london], workplace="on_site")
    user = UserFactory()
    tapped = send(
        """mutation Tap($home: ID!) { preferencesUpdate(input: { changes: {
            wantedTitles: ["Software Engineer"], homeId: $home, workLanguages: ["de"]
        } }) { userErrors { code } } }""",
        {"home": ids.encode("Place", london.pk)},
        by=user,
    )
    assert tapped.data["preferencesUpdate"]["userErrors"] == []
    shown = send("{ viewer { feed { nodes { id } improve { code text count { value } } } } }", by=user).data
    assert shown["viewer"]["feed"] == {
        "nodes": [],
        "improve": [
            {"code": "LANGUAGE", "text": "If you read English, too: 3 more jobs.", "count": {"value": 3}},
        ],
    }


def test_improvements_are_of_a_session_of_ones_own() -> None:
    viewer = somebody()
    job(workplace="remote")
    job()
    page = feed(viewer, FeedRequest())
    assert [one.code for one in of_session(viewer, page.session_id)] == ["workplace"]
    assert of_session(ANONYMOUS, feed(ANONYMOUS, FeedRequest()).session_id) == ()
    with pytest.raises(ValueError, match="no session of this feed"):
        of_session(seeker(), page.session_id)


@pytest.mark.parametrize(
    ("improvement", "sentence"),
    [
        (Improvement("workplace", {"workplace": "on_site"}, 12), "If your work could be on site, too: 12 more jobs."),
        (
            Improvement("employment_type", {"employment_type": "contract"}, 1),
            "If you would work on contract, too: 1 more job.",
        ),
        (
            Improvement("radius", {"radius_km": 40}, 1_000, False),
            "If you looked within 40 km of home: 1,000 or more jobs.",
        ),
        (Improvement("relocate", {"countries": ["FR"]}, 2), "If you would go to another country: 2 more jobs."),
        (
            Improvement("pay_floor_lower", {"minor": 45_000_00, "currency": "EUR", "digits": 2}, 3),
            "If 45,000 EUR a year were enough: 3 more jobs.",
        ),
        (Improvement("pay_floor_drop", {}, 3), "If you named no least pay: 3 more jobs."),
        (Improvement("skill", {"skill_id": 3, "skill": "SQL"}, 3), "With SQL in your profile: 3 more jobs."),
        (Improvement("language", {"language": "de"}, 3), "If you read German, too: 3 more jobs."),
        (Improvement("language", {"language": "xx"}, 1), "If you read xx, too: 1 more job."),
    ],
)
def test_an_improvement_is_a_sentence(improvement: Improvement, sentence: str) -> None:
    assert text_of(improvement) == sentence


def test_every_code_has_its_sentence() -> None:
    assert set(improving._DOING) == set(ImprovementCode)
