"""Mutations of a person's feed."""

from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case

from jobs.errors import ProfileChangedMeanwhile, TooManyDismissals, TooManySignals
from jobs.models import DismissReason
from jobs.services import dismissal, feed_settings, preferences, signal
from jobs.services.signal import MOST_SIGNALS, SignalRefusal
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.costs import costs
from schema.core.inputs import plain_value
from schema.core.loading import Computed, ListSize
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.feed.inputs import FeedWeightsInput, PreferenceChanges, SignalInput, preference_changes, signals_of
from schema.feed.kept import FeedSettings
from schema.feed.kept import JobDismissal as JobDismissalType
from schema.profile.types import Profile


class PreferencesUpdate(Mutation):
    """Say what work the own feed is to be of. It writes the own profile, which is made where there is none.

    The next first page of the feed goes by it.
    """

    errors = (Invalid, Forbidden, ProfileChangedMeanwhile)
    scope = Scope.PROFILE_WRITE

    class Input:
        changes = graphene.InputField(PreferenceChanges, required=True, description="What is to be different.")
        version = graphene.Int(
            description="The `version` of the profile that was read: refused if there is a newer one. Without it, what "
            "was written meanwhile is overwritten."
        )

    profile = graphene.Field(Profile, description="The profile as it is now; null when refused.")
    feed_settings = graphene.Field(FeedSettings, description="How the feed is made now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, changes: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        done = preferences.update(by=viewer, changes=preference_changes(changes), version=version)
        return {"profile": done.profile, "feed_settings": done.settings}


class FeedWeightsUpdate(Mutation):
    """Say how much the main features count in the own feed, and whether what one does changes it."""

    errors = (Invalid, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        weights = graphene.InputField(FeedWeightsInput, description="How much the main features count.")
        is_profiled = graphene.Boolean(
            description="Whether what the person opens, keeps and applies to changes what is shown. Null leaves it."
        )
        is_reset = graphene.Boolean(
            default_value=False, description="First take back all weights that the person has set."
        )

    feed_settings = graphene.Field(FeedSettings, description="How the feed is made now; null when refused.")

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        weights: dict[str, float | None] | None = None,
        is_profiled: bool | None = None,
        is_reset: bool | None = None,
    ) -> dict[str, Any]:
        settings = feed_settings.weigh(
            by=viewer, weights=weights or {}, is_profiled=is_profiled, is_reset=is_reset is True
        )
        return {"feed_settings": settings}


class JobDismiss(Mutation):
    """Do not show a job in the own feed any more, nor, unless its place was wrong, what says the same over again. To
    say it again, with another reason, changes the reason alone.
    """

    errors = (NotFound, Invalid, Forbidden, TooManyDismissals)
    scope = Scope.PROFILE_WRITE
    is_idempotent = True

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        reason = graphene.InputField(
            enum_of(DismissReason), description="Why: `NOT_INTERESTED`, unless another was given before."
        )

    job_dismissal = graphene.Field(JobDismissalType, description="What was said; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, reason: Any = None) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job_dismissal": dismissal.dismiss(by=viewer, job_id=key, reason=plain_value(reason))}


class JobDismissUndo(Mutation):
    """Take a dismissal back, and those of what says the same: the job may be shown in the own feed again."""

    errors = (NotFound, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job, whether or not it is still shown.")

    job_dismissal = graphene.Field(JobDismissalType, description="What was said, and is no longer; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job_dismissal": dismissal.undo(by=viewer, job_id=key)}


class RefusedSignal(graphene.ObjectType):
    """A signal that was not recorded. The others were."""

    index = graphene.Int(required=True, description="Its place in the list that was sent, from 0.")
    id = graphene.ID(required=True, description="The one that the client made up for it.")
    code = enum_of(SignalRefusal)(required=True, description="Why.")
    field = graphene.String(required=True, description="Which of its values is at fault.")
    text = graphene.String(required=True, description="Why, for people. In English.")

    resolve_field = Computed(lambda refused: to_camel_case(refused.field))
    resolve_text = Computed(lambda refused: f"{SignalRefusal(refused.code).label}.")


class SignalsRecord(Mutation):
    """Record what the person was shown, and did with it. It is written a moment later, and no signal counts twice.

    Whether there is such a job is not told.
    """

    errors = (Invalid, Forbidden, TooManySignals)
    scope = Scope.PROFILE_WRITE
    # A point a signal of a full call: nobody alone fills the room that there is for everybody's.
    cost = MOST_SIGNALS

    class Input:
        signals = graphene.List(
            graphene.NonNull(SignalInput), required=True, description=f"At most {MOST_SIGNALS}, of one person."
        )

    accepted = graphene.Int(description="How many were taken, those included that came before; null when refused.")
    refused = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(RefusedSignal)),
            description=f"Those that were not, in their order; null when all were refused. At most {MOST_SIGNALS}.",
        ),
        list_size=ListSize(MOST_SIGNALS),
    )

    @classmethod
    def run(cls, viewer: Viewer, *, signals: list[dict[str, Any]]) -> dict[str, Any]:
        recorded = signal.record(by=viewer, signals=signals_of(signals))
        return {"accepted": recorded.accepted, "refused": list(recorded.refused)}
