"""Cases of feeds: their weights, what people dismissed and did, and what was learned of it."""

from collections.abc import Callable

from django.db import models

from jobs.models import FeedCell, InteractionEvent, JobDismissal, RankingModel
from tests.contracts.constraint_cases import change, share
from tests.factories import JobFactory, OccupationFactory, SkillFactory, UserFactory


def ranking_model(version: int = 1_001) -> RankingModel:
    return RankingModel.objects.create(version=version, weights={}, checksum="0" * 64)


def dismissal() -> JobDismissal:
    return JobDismissal.objects.create(user=UserFactory(), job=JobFactory())


def dismissed_twice() -> None:
    share(dismissal(), dismissal(), "user_id", "job_id")


def cell() -> FeedCell:
    keys = [OccupationFactory().pk, SkillFactory().pk, OccupationFactory().pk]
    columns = ("occupation_id", "skill_id", "near_occupation_id")
    return FeedCell.objects.create(**dict(zip(columns, keys, strict=True)), near_skill_id=None, likeness=0.5)


def learned_twice() -> None:
    share(cell(), cell(), "occupation_id", "skill_id", "near_occupation_id", "near_skill_id")


def active_twice() -> None:
    RankingModel.objects.update(is_active=False)
    change(ranking_model(1_001), is_active=True)
    change(ranking_model(1_002), is_active=True)


def event() -> InteractionEvent:
    return InteractionEvent.objects.create(job=JobFactory(), kind="view")


VIOLATIONS: dict[str, Callable[[], object]] = {
    "interaction_event_surface_is_known": lambda: change(event(), surface="moon"),
    "ranking_model_one_is_active": active_twice,
    "job_dismissal_is_unique": dismissed_twice,
    "job_dismissal_reason_is_known": lambda: change(dismissal(), reason="rain"),
    "feed_cell_is_unique": learned_twice,
    "feed_cell_likeness_in_bounds": lambda: change(cell(), likeness=0),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (RankingModel, "version"): lambda: share(ranking_model(1_001), ranking_model(1_002), "version"),
}
