"""The hard constraints, each beside an oracle in plain Python on a board of chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.feed.constraints import Constraints, eligible, eligible_often, rules
from jobs.feed.match import Rule
from jobs.models import (
    Company,
    EmploymentType,
    InteractionEvent,
    Job,
    JobDismissal,
    JobLocation,
    JobSearch,
    RemoteEligibility,
    Workplace,
)
from jobs.search.postgres.fragment import Fragment, rows
from tests.factories import (
    CompanyDomainFactory,
    CompanyFactory,
    CountryFactory,
    EmployerBlockFactory,
    ExperienceFactory,
    JobFactory,
    MembershipFactory,
    PlaceFactory,
    ProfileFactory,
    RemoteEligibilityFactory,
    UserFactory,
)
from tests.search_board import index_all, live_job

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "en", "en-GB", "de", "de-AT", "fr", ""]
COUNTRIES = ["DE", "FR", "US"]
TYPES = [EmploymentType.FULL_TIME.value, EmploymentType.PART_TIME.value, EmploymentType.CONTRACT.value]
WORKPLACES = ["", *Workplace.values]


@dataclass
class Somebody:
    """What the oracle knows of a person beside the constraints."""

    user: User
    applied: set[UUID] = field(default_factory=set)
    dismissed: set[UUID] = field(default_factory=set)
    blocked: set[UUID] = field(default_factory=set)
    own: set[UUID] = field(default_factory=set)


def board(chance: Random, size: int) -> list[Job]:
    """Jobs of every kind, some of which say the same over again."""
    places = {code: PlaceFactory(country=CountryFactory(code=code)) for code in COUNTRIES}
    companies = CompanyFactory.create_batch(6)
    now = timezone.now()
    made: list[Job] = []
    for number in range(size):
        workplace = chance.choice(WORKPLACES)
        job = JobFactory(
            title=f"Engineer {number % (size // 2)}",
            company=chance.choice(companies),
            language=chance.choice(LANGUAGES),
            workplace=workplace,
            employment_types=chance.sample(TYPES, chance.randrange(3)),
            visa=chance.choice(["", "offered", "not_offered"]),
            places=[places[code] for code in chance.sample(COUNTRIES, chance.randrange(3))],
            published_at=now - timedelta(days=chance.randrange(1, 20)) if number % 9 else now + timedelta(hours=2),
            expires_at=now
            + (timedelta(days=chance.randrange(1, 20)) if number % 5 else timedelta(hours=2, minutes=30)),
        )
        if workplace == Workplace.REMOTE:
            for code in chance.sample(COUNTRIES, chance.randrange(3)):
                RemoteEligibilityFactory(job=job, country_id=code, is_allowed=chance.random() < 0.6)
        made.append(job)
    index_all()
    return made


def somebody(chance: Random, jobs: Sequence[Job]) -> Somebody:
    """Somebody who has applied, put away, blocked, and works somewhere."""
    person = Somebody(UserFactory())
    for job in chance.sample(jobs, 4):
        InteractionEvent.objects.create(user=person.user, job=job, kind=chance.choice(["apply", "view"]))
    person.applied = set(
        InteractionEvent.objects.filter(user=person.user, kind="apply").values_list("job_id", flat=True)
    )
    for job in chance.sample(jobs, 3):
        likeness = JobSearch.objects.get(pk=job.pk).likeness
        JobDismissal.objects.create(user=person.user, job=job, likeness=chance.choice([likeness, None]))
        person.dismissed.add(job.pk)
    companies = sorted({job.company_id for job in jobs})
    blocked, member, employer = chance.sample(companies, 3)
    EmployerBlockFactory(user=person.user, company_id=blocked)
    MembershipFactory(user=person.user, company_id=member)
    person.blocked, person.own = {blocked}, {member}
    if chance.random() < 0.5:
        name = Company.objects.get(pk=employer).name.upper()
        ExperienceFactory(profile=ProfileFactory(user=person.user), organisation=name, is_current=True)
        person.own.add(employer)
    return person


def wishes(chance: Random, person: Somebody | None) -> Constraints:
    countries = tuple(chance.sample(COUNTRIES, chance.randrange(3)))
    return Constraints(
        user_id=person.user.pk if person else None,
        languages=tuple(chance.sample(["en", "de", "fr"], chance.randrange(3))),
        countries=countries,
        remote_for=tuple(chance.sample(COUNTRIES, chance.randrange(3))),
        needs_visa=tuple(code for code in countries if chance.random() < 0.4),
        employment_types=tuple(chance.sample(TYPES, chance.randrange(3))),
        workplaces=tuple(chance.sample(Workplace.values, chance.randrange(3))),
    )


def kept(job: Job, wish: Constraints, person: Somebody | None, at: datetime) -> dict[Rule, bool]:
    """What the rules say of a job, read from the tables and worked out in Python."""
    assert job.published_at
    assert job.expires_at
    places = JobLocation.objects.filter(job=job, country__isnull=False)
    countries = set(places.values_list("country_id", flat=True))
    eligibility = RemoteEligibility.objects.filter(job=job)
    allowed = {row.country_id for row in eligibility if row.is_allowed}
    denied = {row.country_id for row in eligibility if not row.is_allowed}
    if job.workplace == Workplace.REMOTE:
        ways = {code for code in wish.remote_for if code not in denied and (not allowed or code in allowed)}
        is_there = not wish.remote_for or any(code not in wish.needs_visa or job.visa == "offered" for code in ways)
    elif not wish.countries or not countries:
        is_there = True
    else:
        ways = countries & set(wish.countries)
        is_there = any(code not in wish.needs_visa or job.visa == "offered" for code in ways)
    said = {
        Rule.LIVE: job.published_at <= at < job.expires_at,
        Rule.LANGUAGE: not wish.languages or job.language.split("-")[0] in ("", *wish.languages),
        Rule.COUNTRY: is_there,
        Rule.EMPLOYMENT_TYPE: not wish.employment_types
        or not job.employment_types
        or bool(set(job.employment_types) & set(wish.employment_types)),
        Rule.WORKPLACE: not wish.workplaces or job.workplace in ("", *wish.workplaces),
    }
    if person is None:
        return said | dict.fromkeys([Rule.APPLIED, Rule.DISMISSED, Rule.BLOCKED, Rule.OWN_COMPANY], True)
    alike = set(
        JobDismissal.objects.filter(user=person.user, likeness__isnull=False).values_list("likeness", flat=True)
    )
    return said | {
        Rule.APPLIED: job.pk not in person.applied,
        Rule.DISMISSED: job.pk not in person.dismissed and JobSearch.objects.get(pk=job.pk).likeness not in alike,
        Rule.BLOCKED: job.company_id not in person.blocked,
        Rule.OWN_COMPANY: job.company_id not in person.own,
    }


def found(condition: Fragment) -> set[UUID]:
    return {key for (key,) in rows(Fragment.of("SELECT s.job_id FROM job_search s WHERE {}", condition))}


@pytest.mark.parametrize("seed", range(4))
def test_each_rule_refuses_just_what_it_should(seed: int) -> None:
    chance = Random(seed)
    jobs = board(chance, 36)
    refused = dict.fromkeys(Rule, 0)
    for turn in range(6):
        person = somebody(chance, jobs) if turn % 3 else None
        wish = wishes(chance, person)
        at = timezone.now() + timedelta(hours=chance.choice([0, 0, 1, 3]))
        expected = {job.pk: kept(job, wish, person, at) for job in jobs}
        assert rules(wish, at).keys() == set(Rule)
        for rule, condition in rules(wish, at).items():
            assert found(condition) == {key for key, says in expected.items() if says[rule]}, (rule, wish)
            refused[rule] += sum(not says[rule] for says in expected.values())
        all_kept = {key for key, says in expected.items() if all(says.values())}
        assert found(eligible(wish, at)) == all_kept
        tables, said, shown = eligible_often(wish, at)
        often = Fragment.of("SELECT s.job_id FROM job_search s WHERE {} AND {}", said, shown)
        if tables:
            often = Fragment("WITH ") + tables[0] + " " + often
        assert {key for (key,) in rows(often)} == all_kept
    assert all(refused.values()), refused


def test_nobody_is_asked_nothing_but_what_is_live() -> None:
    job = live_job(employment_types=["part_time"], language="fi")
    assert found(eligible(Constraints(), timezone.now())) == {job.pk}
    assert found(eligible(Constraints(), timezone.now() - timedelta(days=2))) == set()


def _as_organisation(company: Company) -> dict[str, object]:
    return {"organisation": f"{company.name.swapcase()}"}


def _by_domain(company: Company) -> dict[str, object]:
    CompanyDomainFactory(company=company, domain="acme.example", verified_at=timezone.now())
    return {"organisation": "ACME.example"}


def _by_address(company: Company) -> dict[str, object]:
    CompanyDomainFactory(company=company, domain="acme.example", verified_at=timezone.now())
    return {"organisation": "The best of all", "beside": {"url": "https://www.acme.example/about"}}


@pytest.mark.parametrize("known_by", [_as_organisation, _by_domain, _by_address])
def test_a_confidential_search_hides_from_whom_one_works_for(known_by: Callable[[Company], dict[str, object]]) -> None:
    company = CompanyFactory(name="Acme")
    job = live_job(company=company)
    profile = ProfileFactory()
    employed = ExperienceFactory(profile=profile, is_current=True, **known_by(company))
    wish = Constraints(user_id=profile.user_id)
    assert found(rules(wish, timezone.now())[Rule.OWN_COMPANY]) == set()
    employed.is_current = False
    employed.save()
    assert found(rules(wish, timezone.now())[Rule.OWN_COMPANY]) == {job.pk}


def test_a_domain_that_is_not_proved_is_nobodys() -> None:
    company = CompanyFactory(name="Acme")
    job = live_job(company=company)
    CompanyDomainFactory(company=company, domain="acme.example")
    profile = ProfileFactory()
    ExperienceFactory(profile=profile, is_current=True, organisation="acme.example")
    assert found(rules(Constraints(user_id=profile.user_id), timezone.now())[Rule.OWN_COMPANY]) == {job.pk}
