"""Employers with openings, and people who look for work, straight into the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from django.utils import timezone
from graphql_jwt.shortcuts import get_token

from accounts.models import Cadence, Channel, NotificationPreference, Session, Topic, User
from jobs.models import MembershipRole
from schema.core import ids
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, SessionFactory, UserFactory
from tests.hiring_board import stages


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in."""

    user: User
    session: Session

    @property
    def key(self) -> UUID:
        return self.user.pk

    @property
    def address(self) -> str:
        return self.user.email

    @property
    def global_id(self) -> str:
        return ids.encode("User", self.key)

    @property
    def token(self) -> str:
        """A new one: they do not last as long as a test may."""
        return str(get_token(self.user, self.session))


@dataclass(frozen=True, slots=True)
class Opening:
    """A live posting, and the keys of its first three stages."""

    key: UUID
    title: str
    stages: tuple[int, ...]

    @property
    def global_id(self) -> str:
        return ids.encode("Job", self.key)


@dataclass(frozen=True, slots=True)
class Employer:
    """A company with two recruiters, and people of whom each has applied for none of its openings yet."""

    global_id: str
    recruiter: Person
    colleague: Person
    openings: tuple[Opening, ...]
    people: tuple[Person, ...]

    def pairs(self) -> Iterator[tuple[Opening, Person]]:
        return product(self.openings, self.people)


def employer(openings: int, people: int) -> Employer:
    """A new one."""
    # Of a company that has proved who it is, as many drafts are taken as any test makes.
    company = CompanyFactory(verified_at=timezone.now())
    recruiter, colleague = (MembershipFactory(company=company, role=MembershipRole.RECRUITER).user for _ in range(2))
    for user in (recruiter, colleague):
        # Or a mail would come of it, once a day, at eight.
        unwanted = {"topic": Topic.CANDIDATES, "channel": Channel.EMAIL, "cadence": Cadence.NONE}
        NotificationPreference.objects.create(user=user, **unwanted)
    jobs = JobFactory.create_batch(openings, company=company)
    return Employer(
        ids.encode("Company", company.pk),
        _person(recruiter),
        _person(colleague),
        tuple(Opening(job.pk, job.title, tuple(stage.pk for stage in stages(job)[:3])) for job in jobs),
        tuple(_person(user) for user in UserFactory.create_batch(people)),
    )


def _person(user: User) -> Person:
    return Person(user, SessionFactory(user=user))
