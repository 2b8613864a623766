"""What a posting says, as one piece of content; and the history of it.

The pure functions take rows that are already loaded, so that an importer revises thousands of postings without a
query for each. `record` is for one posting at a time.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from jobs.models import Compensation, Job, JobLocation, JobRevision, JobSkill, RemoteEligibility
from kernel.viewer import Viewer

Content = dict[str, Any]

PLAIN_FIELDS = (
    "title",
    "language",
    "description_source",
    "description_format",
    "category_id",
    "occupation_id",
    "employment_types",
    "workplace",
    "remote_utc_from",
    "remote_utc_to",
    "seniority",
    "education",
    "benefits",
    "visa",
    "apply_kind",
    "apply_url",
    "apply_email",
)
# Those that came later stand in a content only where they say something: what was written before keeps its hash.
_LATER = ("benefits", "visa")


def content_of(
    job: Job,
    *,
    locations: Iterable[JobLocation] = (),
    remote_eligibility: Iterable[RemoteEligibility] = (),
    compensations: Iterable[Compensation] = (),
    job_skills: Iterable[JobSkill] = (),
) -> Content:
    """Everything that readers are shown, in a fixed order whatever order the rows come in. Makes no query."""
    content: Content = {name.removesuffix("_id"): getattr(job, name) for name in PLAIN_FIELDS}
    content["employment_types"] = sorted(str(kind) for kind in job.employment_types)
    content["benefits"] = sorted(str(benefit) for benefit in job.benefits)
    for name in _LATER:
        if not content[name]:
            del content[name]
    content["guessed"] = sorted(job.guessed)
    content["locations"] = [
        {
            "place": row.place_id,
            "country": row.country_id,
            "text": row.text,
            "is_primary": row.is_primary,
            "is_guessed": row.is_guessed,
        }
        for row in sorted(locations, key=lambda row: row.position)
    ]
    content["remote_eligibility"] = sorted(
        (
            {"country": row.country_id, "region": row.region_code, "is_allowed": row.is_allowed}
            for row in remote_eligibility
        ),
        key=lambda entry: (entry["country"], entry["region"]),
    )
    content["compensations"] = sorted(
        (
            {
                "kind": row.kind,
                "currency": row.currency_id,
                "period": row.period,
                "min": row.min_minor,
                "max": row.max_minor,
                "text": row.text,
                "is_guessed": row.is_guessed,
            }
            for row in compensations
        ),
        key=lambda entry: entry["kind"],
    )
    content["skills"] = sorted(
        (
            {"skill": row.skill_id, "necessity": row.necessity, "level": row.level, "is_guessed": row.is_guessed}
            for row in job_skills
        ),
        key=lambda entry: entry["skill"],
    )
    return content


def content_hash(content: Content) -> str:
    """SHA-256, in hexadecimal, of the content's canonical JSON: equal content, equal hash."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def changed_fields(before: Content | None, after: Content) -> list[str]:
    """Names of the fields that differ, in alphabetical order; all of them where there is no `before`."""
    before = before or {}
    missing = object()
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name, missing) != after.get(name, missing)
    )


def revise(job: Job, content: Content, *, before: Content | None, actor_id: UUID | None) -> JobRevision | None:
    """The next revision, unsaved, with `job.content_hash` and `job.current_revision` moved on; None if nothing changed.

    `before` is the content of the job's current revision, or None where it has none. The caller saves both rows.
    """
    digest = content_hash(content)
    if job.current_revision and digest == job.content_hash:
        return None
    job.content_hash = digest
    job.current_revision += 1
    return JobRevision(
        job=job,
        number=job.current_revision,
        content=content,
        changed=changed_fields(before, content),
        actor_id=actor_id,
    )


def record(job: Job, by: Viewer) -> JobRevision | None:
    """Write the next revision of `job` if what it says has changed, else nothing.

    Call it inside the transaction that locked and changed the job. It moves `job.content_hash` and
    `job.current_revision` on; the caller saves the job.
    """
    content = content_of(
        job,
        locations=job.locations.all(),
        remote_eligibility=job.remote_eligibility.all(),
        compensations=job.compensations.all(),
        job_skills=job.job_skills.all(),
    )
    before = JobRevision.objects.filter(job=job, number=job.current_revision).values_list("content", flat=True).first()
    revision = revise(job, content, before=before, actor_id=by.user_id)
    if revision is not None:
        revision.save(force_insert=True)
    return revision
