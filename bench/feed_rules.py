"""The rules of a feed once more, in plain Python over the tables that are the truth: an oracle for those in SQL."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bench.feed_measures import Subject
from jobs.models import (
    EmployerBlock,
    Experience,
    InteractionEvent,
    Job,
    JobDismissal,
    JobSearch,
    Profile,
)


@dataclass(slots=True)
class _Away:
    """What somebody never wants to see, or has dealt with."""

    applied: set[UUID] = field(default_factory=set)
    dismissed: set[UUID] = field(default_factory=set)
    likenesses: set[int] = field(default_factory=set)
    blocked: set[UUID] = field(default_factory=set)
    employers: set[str] = field(default_factory=set)


def broken(subjects: Sequence[Subject], found: Sequence[Collection[UUID]], at: datetime) -> Counter[str]:
    """How often each rule is broken by what each person is shown."""
    users = [subject.user_id for subject in subjects]
    profiles = {profile.user_id: profile for profile in Profile.objects.filter(user__in=users).select_related("home")}
    away, jobs = _away(users, at), _jobs({job for some in found for job in some})
    likeness = dict(JobSearch.objects.values_list("job_id", "likeness"))
    counts: Counter[str] = Counter()
    for user, some in zip(users, found, strict=True):
        for key in some:
            counts.update(_broken(jobs[key], profiles.get(user), away[user], likeness.get(key), at))
    return counts


def _broken(job: Job, profile: Profile | None, away: _Away, likeness: int | None, at: datetime) -> Iterable[str]:
    if not _is_live(job, at):
        yield "live"
    if profile is not None:
        yield from _unwanted(job, profile)
    if job.pk in away.applied:
        yield "applied"
    if job.pk in away.dismissed or likeness in away.likenesses:
        yield "dismissed"
    if job.company_id in away.blocked:
        yield "blocked"
    if job.company.name.casefold() in away.employers:
        yield "own company"


def _is_live(job: Job, at: datetime) -> bool:
    is_shown = job.lifecycle == "published" and job.moderation in ("clear", "flagged") and job.visibility == "public"
    has_begun = job.published_at is not None and job.published_at <= at
    is_over = job.expires_at is not None and job.expires_at <= at
    return is_shown and has_begun and not is_over and job.company.status == "active"


def _unwanted(job: Job, profile: Profile) -> Iterable[str]:
    language = job.language.partition("-")[0].lower()
    if profile.languages and language and language not in {tag.partition("-")[0].lower() for tag in profile.languages}:
        yield "language"
    if job.employment_types and profile.employment_types and not {*job.employment_types} & {*profile.employment_types}:
        yield "employment type"
    if job.workplace and profile.workplaces and job.workplace not in profile.workplaces:
        yield "workplace"
    if profile.home is not None and not _is_reached(job, profile.home.country_id):
        yield "country"


def _is_reached(job: Job, country: str) -> bool:
    if job.workplace == "remote":
        rows = list(job.remote_eligibility.all())
        allowed = {row.country_id for row in rows if row.is_allowed}
        denied = {row.country_id for row in rows if not row.is_allowed and not row.region_code}
        return country not in denied and (not allowed or country in allowed)
    countries = {row.country_id for row in job.locations.all() if row.country_id}
    return not countries or country in countries


def _away(users: Collection[UUID], at: datetime) -> Mapping[UUID, _Away]:
    found: dict[UUID, _Away] = defaultdict(_Away)
    events = InteractionEvent.objects.filter(user__in=users, kind="apply", occurred_at__lte=at)
    for user, job in events.values_list("user_id", "job_id"):
        found[user].applied.add(job)
    dismissals = JobDismissal.objects.filter(user__in=users)
    told = dismissals.values_list("user_id", "job_id", "reason", "likeness", "job__fingerprint__cluster")
    for user, job, reason, likeness, cluster in told:
        found[user].dismissed.add(job)
        if reason != "wrong_place":
            found[user].likenesses |= {likeness, -cluster if cluster else None} - {None}
    for user, company in EmployerBlock.objects.filter(user__in=users).values_list("user_id", "company_id"):
        found[user].blocked.add(company)
    current = Experience.objects.filter(profile__user__in=users, is_current=True)
    for user, name in current.values_list("profile__user_id", "organisation"):
        found[user].employers.add(name.casefold())
    return found


def _jobs(keys: Collection[UUID]) -> dict[UUID, Job]:
    rows = Job.objects.filter(pk__in=keys).select_related("company")
    return {job.pk: job for job in rows.prefetch_related("locations", "remote_eligibility").defer("description_html")}
