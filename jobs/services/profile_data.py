"""What this app keeps of a person: given to them as data, and gone with their account."""

from typing import Any

from django.db.models import F

from accounts.models import User
from accounts.services import erasure, export
from jobs.models import EmployerBlock, FeedSettings, InteractionEvent, JobDismissal, Profile, SavedJob
from jobs.selectors import profile as profiles
from jobs.services import json_resume

MOST_INTERACTIONS = 10_000
_PLAIN = (
    *("headline", "summary", "home_id", "radius_km", "seniority", "workplaces", "employment_types", "languages"),
    *("salary_floor_minor", "salary_floor_currency_id", "salary_floor_period", "notice_days", "is_open"),
    *("visibility", "shown_sections", "created_at", "updated_at"),
)


@erasure.eraser
def forget_profile(user: User) -> None:
    """Delete what the person said and kept; what they did with postings stays counted, of nobody."""
    Profile.objects.filter(user=user).delete()
    SavedJob.objects.filter(user=user).delete()
    EmployerBlock.objects.filter(user=user).delete()
    FeedSettings.objects.filter(user=user).delete()
    JobDismissal.objects.filter(user=user).delete()
    # Nor does a session hold together what one and the same did. What waits to be written is not written any more.
    InteractionEvent.objects.filter(user=user).update(user=None, session=None)


@export.section("profile")
def profile_of(user: User) -> dict[str, Any] | None:
    """All of the person's profile, and the same as a JSON Resume document; None without one."""
    profile = Profile.objects.select_related("home").filter(user=user).first()
    if profile is None:
        return None
    return {
        **{column: getattr(profile, column) for column in _PLAIN},
        "categories": list(profile.categories.values_list("name", flat=True)),
        "occupations": list(profile.occupations.values_list("title", flat=True)),
        "skills": list(profile.profile_skills.values("level", "years", name=F("skill__name"))),
        "work_authorisations": list(profile.work_authorisations.values("permission", country_code=F("country_id"))),
        "json_resume": json_resume.document_of(profile, profiles.lists_of(profile)),
    }


@export.section("profile_reads")
def profile_reads_of(user: User) -> list[Any]:
    """When others read the profile."""
    key = Profile.objects.filter(user=user).values_list("pk", flat=True).first()
    return [] if key is None else export.acts_of_others(user, ("Profile", key))


@export.section("saved_jobs")
def saved_jobs_of(user: User) -> list[Any]:
    """The jobs that the person keeps for later, with their notes."""
    return list(SavedJob.objects.filter(user=user).order_by("pk").values("job_id", "title", "note", "saved_at"))


@export.section("blocked_employers")
def blocked_employers_of(user: User) -> list[Any]:
    """The companies whose people are not shown the person's profile."""
    blocks = EmployerBlock.objects.filter(user=user).order_by("pk")
    return list(blocks.values("company_id", "created_at", company_name=F("company__name")))


@export.section("interactions")
def interactions_of(user: User) -> list[Any]:
    """The last things that the person did with postings, and what they had been shown them by."""
    events = InteractionEvent.objects.filter(user=user).order_by("-occurred_at")
    shown_by = ("surface", "session", "position", "model_version", "seconds")
    return list(events.values("kind", "job_id", "occurred_at", *shown_by)[:MOST_INTERACTIONS])


@export.section("dismissed_jobs")
def dismissed_jobs_of(user: User) -> list[Any]:
    """The jobs that the person does not want to be shown."""
    dismissals = JobDismissal.objects.filter(user=user).order_by("pk")
    return list(dismissals.values("job_id", "reason", "dismissed_at", job_title=F("job__title")))


@export.section("feed_settings")
def feed_settings_of(user: User) -> list[Any]:
    """How the person wants their feed made, if they have said."""
    columns = ("is_profiled", "weights", "wanted_titles", "would_relocate")
    return list(FeedSettings.objects.filter(user=user).values(*columns))
