"""Types of what people say of their feed: how it is made, and which jobs they do not want to see again."""

from collections.abc import Mapping
from operator import attrgetter

import graphene

from jobs.models import DismissReason
from jobs.models import FeedSettings as FeedSettingsRow
from jobs.models import JobDismissal as JobDismissalRow
from jobs.selectors import dismissal as dismissals
from jobs.selectors import job as jobs
from schema.core.connections import connection_of
from schema.core.loading import Computed, one
from schema.core.types import ModelType
from schema.core.visibility import SHOWN
from schema.job.types import Job


def _weight(name: str) -> Computed:
    def weight(weights: Mapping[str, float]) -> float:
        return float(weights.get(name, 1.0))

    return Computed(weight)


class FeedWeights(graphene.ObjectType):
    """How much the main features count in a feed, each from 0, not at all, to 2; 1 is as usual."""

    skill = graphene.Float(required=True, description="How much of what a job asks for the person can do.")
    title = graphene.Float(required=True, description="How near its kind of work is to what the person does or wants.")
    place = graphene.Float(required=True, description="How near it is.")
    pay = graphene.Float(required=True, description="How its pay compares with the least that the person wants.")
    seniority = graphene.Float(required=True, description="How its level compares with the person's.")
    fresh = graphene.Float(required=True, description="How new it is.")

    resolve_skill = _weight("skill")
    resolve_title = _weight("title")
    resolve_place = _weight("place")
    resolve_pay = _weight("pay")
    resolve_seniority = _weight("seniority")
    resolve_fresh = _weight("fresh")


class FeedSettings(ModelType):
    """How the person who asks wants the feed made."""

    class Meta:
        model = FeedSettingsRow
        columns = ("is_profiled", "wanted_titles", "would_relocate")
        private_to = SHOWN

    weights = graphene.Field(FeedWeights, required=True, description="How much the main features count.")

    resolve_weights = Computed(attrgetter("weights"))


class JobDismissal(ModelType):
    """A job that the person who asks does not want to be shown again."""

    class Meta:
        model = JobDismissalRow
        columns = ("reason", "dismissed_at")
        choices = {"reason": DismissReason}
        batch = dismissals.by_id
        private_to = SHOWN

    job = one(Job, key="job_id", batch=jobs.by_id, description="The job; null once it is not shown to anybody.")


JobDismissalConnection = connection_of("JobDismissal", JobDismissal, "dismissed jobs")
