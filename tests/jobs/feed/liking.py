"""Kinds of work, jobs of them, and people who opened those."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from jobs.models import InteractionEvent, Job, Occupation, Skill
from tests.factories import OccupationFactory, SkillFactory, UserFactory
from tests.search_board import live_jobs


def kind(skills: int = 1) -> tuple[Occupation, list[Skill]]:
    """An occupation that nobody has, and skills to go with it."""
    return OccupationFactory(), [SkillFactory() for _ in range(skills)]


def jobs_of(occupation: Occupation, skills: Sequence[Skill], count: int = 1, **values: Any) -> list[Job]:
    """Live, indexed jobs whose titles say nothing."""
    titles = [f"Zqx{occupation.pk}v{number}" for number in range(count)]
    return live_jobs(*titles, occupation=occupation, skills=list(skills), **values)


def people(count: int) -> list[User]:
    return [UserFactory() for _ in range(count)]


def like(jobs: Collection[Job], by: Collection[User] | int, *, kind: str = "view", at: datetime | None = None) -> None:
    """All of the people did this with all of the jobs, an hour ago if nothing else is said."""
    moment = at or timezone.now() - timedelta(hours=1)
    users = people(by) if isinstance(by, int) else by
    InteractionEvent.objects.bulk_create(
        InteractionEvent(user=user, job=job, kind=kind, occurred_at=moment) for user in users for job in jobs
    )
