"""What the feed knows of somebody."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.feed.done import HALF_LIFE_DAYS, WORTH
from jobs.feed.match import Feature
from jobs.feed.person import Person, person_of, version_of
from jobs.models import (
    FeedSettings,
    FxRate,
    InteractionEvent,
    Job,
    JobDismissal,
    JobSearch,
    Profile,
    RelatedOccupation,
    SearchSynonym,
    SearchTerm,
    WorkPermission,
)
from jobs.search.postgres import terms
from jobs.services import dismissal
from kernel.viewer import ANONYMOUS
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CountryFactory,
    CurrencyFactory,
    ExperienceFactory,
    FollowFactory,
    JobFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    ProfileLanguageFactory,
    ProfileSkillFactory,
    SavedJobFactory,
    SkillFactory,
    UserFactory,
    WorkAuthorisationFactory,
    viewer_of,
)
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db


def known(profile: Profile) -> Person:
    return person_of(viewer_of(profile.user), timezone.now())


def did(profile: Profile, job: Job, kind: str, *, days: float = 0, **values: Any) -> None:
    at = timezone.now() - timedelta(days=days, minutes=1)
    InteractionEvent.objects.create(user=profile.user, job=job, kind=kind, occurred_at=at, **values)


def likeness(job: Job) -> int:
    return JobSearch.objects.get(job=job).likeness


def test_of_nobody_nothing_is_known() -> None:
    assert person_of(ANONYMOUS, timezone.now()) == Person(person_of(ANONYMOUS, timezone.now()).constraints)
    assert version_of(ANONYMOUS, timezone.now()) == ""


def test_who_has_said_nothing_is_held_to_nothing_but_what_they_did() -> None:
    user = UserFactory()
    person = person_of(viewer_of(user), timezone.now())
    assert person.constraints.user_id == user.pk
    assert (person.constraints.languages, person.constraints.countries, person.constraints.remote_for) == ((), (), ())
    assert not person.skills
    assert not person.occupations
    assert person.is_profiled


@pytest.mark.parametrize(("rates", "expected"), [((), None), (((3, "1.5"), (2, "2"), (1, "1.6")), 30_000_00)])
def test_the_least_pay_in_euros_is_by_the_newest_rate(rates: Any, expected: int | None) -> None:
    currency = CurrencyFactory(code="USD", digits=2)
    FxRate.objects.filter(currency=currency).delete()
    for days, per_euro in rates:
        on_date = date(2026, 1, days)
        FxRate.objects.create(currency=currency, on_date=on_date, per_euro=per_euro)
    profile = ProfileFactory(salary_floor_minor=45_000_00, salary_floor_currency=currency, salary_floor_period="year")
    assert known(profile).pay_floor_common == expected


def test_all_that_a_profile_says_takes_four_statements(django_assert_max_num_queries: Any) -> None:
    profile = ProfileFactory(
        headline="Nurse",
        radius_km=30,
        salary_floor_minor=4_000_00,
        salary_floor_currency_id="EUR",
        salary_floor_period="month",
        seniority="senior",
        employment_types=["part_time"],
        workplaces=["on_site"],
    )
    skill = SkillFactory(name="Wound care")
    ProfileSkillFactory(profile=profile, skill=skill, level=4)
    other = SkillFactory()
    ProfileSkillFactory(profile=profile, skill=other)
    ExperienceFactory(profile=profile, title="Ward sister", is_current=True, summary="Ran a dialysis ward.")
    company = FollowFactory(user=profile.user).company
    known(profile)
    # One more, because this transaction wrote to the taxonomy: whether its names are those that were read.
    with django_assert_max_num_queries(4 + 1):
        person = known(profile)
    assert person.skills == {skill.pk: 0.8, other.pk: 0.7}
    assert person.pay_floor == (48_000_00, "EUR")
    assert person.seniority == "senior"
    assert person.home == (profile.home.latitude, profile.home.longitude)
    assert person.constraints.countries == ("DE",)
    assert person.constraints.remote_for == ("DE",)
    assert person.constraints.employment_types == ("part_time",)
    assert person.constraints.workplaces == ("on_site",)
    assert list(person.followed) == [company.pk]
    assert {"dialysis", "wound", "ward"} <= {word for word, _ in person.words}
    assert [words for words, _ in person.titles] == [("nurse",), ("ward", "sister")]


def test_places_are_those_within_the_radius_and_the_distances_go_on() -> None:
    home = PlaceFactory(latitude=10.0, longitude=60.0)
    near = PlaceFactory(latitude=10.1, longitude=60.0)
    further = PlaceFactory(latitude=10.4, longitude=60.0)
    far = PlaceFactory(latitude=14.0, longitude=60.0)
    person = known(ProfileFactory(home=home, radius_km=20))
    assert set(person.place_ids) == {home.pk, near.pk}
    assert person.distances[home.pk] == pytest.approx(0, abs=0.01)
    assert person.distances[further.pk] == pytest.approx(44.5, abs=0.5)
    assert far.pk not in person.distances


def test_by_a_border_is_who_may_not_work_in_all_places_around() -> None:
    home = PlaceFactory(latitude=10.0, longitude=60.0)
    abroad = PlaceFactory(latitude=10.1, longitude=60.0, country=CountryFactory(code="PL", name="Poland"))
    profile = ProfileFactory(home=home, radius_km=20)

    assert known(profile).is_by_border
    abroad.delete()
    assert not known(profile).is_by_border


def test_languages_are_those_to_work_in_and_those_spoken_well_enough() -> None:
    profile = ProfileFactory(languages=["en-GB"])
    ProfileLanguageFactory(profile=profile, tag="de", level="b1")
    ProfileLanguageFactory(profile=profile, tag="fr", level="a2")
    ProfileLanguageFactory(profile=profile, tag="it", level="native")
    assert set(known(profile).constraints.languages) == {"en", "de", "it"}


def test_countries_are_home_and_with_the_wish_to_move_wherever_one_may_work() -> None:
    profile = ProfileFactory()
    for code, permission in (("FR", WorkPermission.CITIZEN), ("US", WorkPermission.NEEDS_SPONSORSHIP)):
        WorkAuthorisationFactory(profile=profile, country=CountryFactory(code=code), permission=permission)
    assert known(profile).constraints.countries == ("DE",)
    FeedSettings.objects.create(user=profile.user, would_relocate=True)
    wish = known(profile).constraints
    assert wish.countries == wish.remote_for == ("DE", "FR", "US")
    assert wish.needs_visa == ("US",)
    profile.home = None
    profile.save()
    FeedSettings.objects.update(would_relocate=False)
    wish = known(profile).constraints
    assert wish.countries == wish.remote_for == ("FR", "US")


def test_who_would_move_and_names_no_permit_may_go_anywhere() -> None:
    profile = ProfileFactory()
    FeedSettings.objects.create(user=profile.user, would_relocate=True)
    assert known(profile).constraints.countries == known(profile).constraints.remote_for == ()


def test_what_is_wanted_counts_more_than_what_was_done() -> None:
    did_it, wants = OccupationFactory(title="Zookeeper"), OccupationFactory(title="Lighthouse painter")
    profile = ProfileFactory(headline="")
    ExperienceFactory(profile=profile, title="Zookeeper", is_current=True)
    before = known(profile).occupations
    assert before[did_it.pk] == pytest.approx(0.8)
    FeedSettings.objects.create(user=profile.user, wanted_titles=["Lighthouse painter"])
    after = known(profile).occupations
    assert after[wants.pk] == pytest.approx(1)
    assert after[did_it.pk] < before[did_it.pk]
    profile.occupations.add(did_it)
    assert known(profile).occupations[did_it.pk] == 1


def test_what_is_recent_counts_more_than_what_was_long_ago() -> None:
    now, then = OccupationFactory(title="Zookeeper"), OccupationFactory(title="Lighthouse painter")
    profile = ProfileFactory(headline="")
    old = ExperienceFactory(
        profile=profile, title="Lighthouse painter", started_on=date(1990, 1, 1), ended_on=date(1995, 1, 1), position=0
    )
    ExperienceFactory(profile=profile, title="Zookeeper", is_current=True, position=1)
    long_ago = known(profile).occupations
    assert long_ago[now.pk] > long_ago[then.pk] > 0
    old.ended_on = timezone.now().date() - timedelta(days=100)
    old.save()
    assert known(profile).occupations[then.pk] > long_ago[then.pk]


def test_occupations_of_wanted_fields_and_related_ones_count_a_little() -> None:
    field = CategoryFactory()
    inside = OccupationFactory(category=CategoryFactory(parent=field))
    related = OccupationFactory()
    RelatedOccupation.objects.create(occupation=inside, related=related, rank=1, scheme="onet")
    profile = ProfileFactory(headline="")
    profile.categories.add(field)
    person = known(profile)
    assert person.occupations == {inside.pk: 0.3}
    assert person.related == {related.pk: pytest.approx(0.12)}


def test_skills_say_the_occupation_where_nothing_else_does() -> None:
    skill, other = SkillFactory(), SkillFactory()
    occupation = OccupationFactory()
    occupation.skills.create(skill=skill, relevance="essential", scheme="nexus")
    occupation.skills.create(skill=other, relevance="essential", scheme="nexus")
    profile = ProfileFactory(headline="")
    ProfileSkillFactory(profile=profile, skill=skill)
    assert occupation.pk in known(profile).occupations
    profile.headline = "Zookeeper"
    profile.save()
    assert occupation.pk not in known(profile).occupations


def test_an_essential_skill_says_more_of_an_occupation_than_an_optional_one() -> None:
    skill = SkillFactory()
    needs, takes = OccupationFactory(), OccupationFactory()
    takes.skills.create(skill=skill, relevance="optional", scheme="nexus")
    needs.skills.create(skill=skill, relevance="essential", scheme="nexus")
    profile = ProfileFactory(headline="")
    ProfileSkillFactory(profile=profile, skill=skill)
    found = known(profile).occupations
    assert found[needs.pk] > found[takes.pk] > 0


def test_texts_say_the_title_where_nothing_else_does() -> None:
    mentioned, called = OccupationFactory(title="Lighthouse painter"), OccupationFactory(title="Otter zookeeper")
    profile = ProfileFactory(headline="", summary="Ten years a lighthouse painter.\nNow: lighthouse painter, Globex")
    experience = ExperienceFactory(profile=profile, title="", summary="Once for a day otter zookeeper.")
    person = known(profile)
    assert [words for words, _ in person.titles] == [("lighthouse", "painter"), ("otter", "zookeeper")]
    assert person.occupations[mentioned.pk] > person.occupations[called.pk] > 0
    experience.title = "Otter zookeeper"
    experience.save()
    assert known(profile).titles == ((("otter", "zookeeper"), pytest.approx(0.8)),)


def test_what_is_short_for_something_in_a_title_is_spelt_out() -> None:
    SearchSynonym.objects.create(folded="qx", stands_for="quality zookeeper", weight=0.9, is_ours=False)
    occupation = OccupationFactory(title="Quality zookeeper")
    titles = dict(known(ProfileFactory(headline="Senior QX")).titles)
    assert titles == {("qx",): 1.0, ("quality", "zookeeper"): pytest.approx(0.63)}
    profile = ProfileFactory(headline="QX")
    assert known(profile).occupations[occupation.pk] == pytest.approx(0.63)


def test_what_was_done_is_worth_less_every_day() -> None:
    profile = ProfileFactory()
    viewed, glanced, applied, old, gone = [JobFactory() for _ in range(5)]
    did(profile, viewed, "view", seconds=60)
    did(profile, glanced, "view", seconds=3)
    did(profile, applied, "apply")
    did(profile, old, "view", days=HALF_LIFE_DAYS)
    did(profile, gone, "view", days=100)
    saved = SavedJobFactory(user=profile.user).job
    hidden = JobFactory()
    JobDismissal.objects.create(user=profile.user, job=hidden)
    liked = dict(known(profile).liked)
    assert liked[viewed.pk] == pytest.approx(WORTH["view"], rel=0.01)
    assert 0 < liked[glanced.pk] < liked[viewed.pk]
    assert liked[applied.pk] == pytest.approx(7, rel=0.01)
    assert liked[old.pk] == pytest.approx(0.5, rel=0.01)
    assert liked[saved.pk] == pytest.approx(3, rel=0.01)
    assert liked[hidden.pk] < 0
    assert gone.pk not in liked


def test_what_was_shown_is_forgotten_once_it_is_opened() -> None:
    profile = ProfileFactory()
    opened, ignored, again = live_jobs("Nurse", "Cook", "Baker")
    for job in (opened, ignored, again):
        for days in (3, 2):
            did(profile, job, "impression", days=days)
    did(profile, opened, "view", days=1)
    did(profile, again, "view", days=2.5)
    did(profile, ignored, "impression", days=20)
    assert known(profile).shown == {likeness(ignored): 2, likeness(again): 1}


def test_what_says_the_same_was_shown_with_it() -> None:
    profile = ProfileFactory()
    one, other = live_jobs("Nurse", "Nurse", company=CompanyFactory())
    for job, days in ((one, 3), (one, 2), (other, 1)):
        did(profile, job, "impression", days=days)
    did(profile, JobFactory(), "impression")
    assert known(profile).shown == {likeness(one): 3}
    did(profile, other, "view", days=2.5)
    assert known(profile).shown == {likeness(one): 2}


def test_who_is_not_profiled_is_known_by_what_they_said_alone() -> None:
    profile = ProfileFactory()
    FeedSettings.objects.create(user=profile.user, is_profiled=False)
    opened, ignored = live_jobs("Nurse", "Cook")
    did(profile, opened, "apply")
    for days in (1, 2, 3):
        did(profile, ignored, "impression", days=days)
    person = known(profile)
    assert person.liked == ()
    assert person.shown == {likeness(ignored): 1}
    assert not person.is_profiled
    # What is done with it makes no difference.
    did(profile, ignored, "view", days=0.5)
    assert known(profile).shown == {likeness(ignored): 1}


def test_as_of_an_instant_what_came_later_has_not_happened() -> None:
    profile = ProfileFactory()
    [job] = live_jobs("Nurse")
    did(profile, job, "view")
    did(profile, job, "impression")
    SavedJobFactory(user=profile.user)
    person = person_of(viewer_of(profile.user), timezone.now() - timedelta(hours=1))
    assert (person.liked, person.shown) == ((), {})


def test_sliders_are_read_within_their_bounds() -> None:
    profile = ProfileFactory()
    FeedSettings.objects.create(user=profile.user, weights={"pay": 2, "fresh": 9, "charm": 1})
    assert known(profile).sliders == {Feature.PAY: 2.0, Feature.FRESH: 2.0}


def test_the_version_changes_with_what_was_said() -> None:
    profile = ProfileFactory()
    viewer, now = viewer_of(profile.user), timezone.now()
    seen = {version_of(viewer, now)}
    assert person_of(viewer, now).version in seen
    profile.version += 1
    profile.save()
    seen.add(version_of(viewer, now))
    settings = FeedSettings.objects.create(user=profile.user)
    seen.add(version_of(viewer, now))
    settings.version += 1
    settings.save()
    seen.add(version_of(viewer, now))
    assert len(seen) == 4
    assert person_of(viewer, now).version == version_of(viewer, now)


def test_the_version_changes_where_only_the_place_is_said_to_be_wrong_now() -> None:
    viewer, job = viewer_of(ProfileFactory().user), live_jobs("Nurse")[0]
    dismissal.dismiss(by=viewer, job_id=job.pk)
    now = timezone.now()
    before = version_of(viewer, now)
    dismissal.dismiss(by=viewer, job_id=job.pk, reason="wrong_role")
    assert version_of(viewer, now) == before
    dismissal.dismiss(by=viewer, job_id=job.pk, reason="wrong_place")
    assert version_of(viewer, now) != before


def test_words_that_no_posting_has_tell_nothing() -> None:
    live_jobs("Nurse", "Nurse", "Dialysis nurse", "Plumber")
    terms.rebuild()
    assert SearchTerm.objects.filter(term="dialysis", jobs=1).exists()
    words = [word for word, _ in known(ProfileFactory(headline="Zqxish dialysis nurse")).words]
    assert words == ["dialysis", "nurse"]
