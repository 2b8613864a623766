"""What of postings only those are shown who run them, and the board's staff."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from jobs.models import Job, JobRevision
from jobs.selectors import job as jobs
from jobs.selectors import taxonomy
from kernel.reading import Reading
from kernel.viewer import Scope, Viewer

type Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field of what a posting said, before a revision and since: None where there was none. Places, skills,
    occupations and categories are there by name, amounts with the digits of their currency.
    """

    name: str
    before: Any
    after: Any


_INSIDE = Reading(
    lambda: Job.objects.only(
        "version",
        "scheduled_at",
        "review_comment",
        "visibility",
        "is_template",
        "description_source",
        "description_format",
    )
)


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the jobs that the viewer works on, or watches over; the others are left out."""
    if viewer.is_staff:
        return dict.fromkeys(keys, True)
    if not viewer.is_authenticated or not viewer.allows(Scope.JOBS_READ):
        return {}
    return dict.fromkeys(Job.objects.filter(jobs.own_to(viewer), pk__in=keys).values_list("pk", flat=True), True)


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Job]:
    """What readers are not shown of each job, where the viewer works on it."""
    return _INSIDE.one(list(readable(viewer, keys)))


def readable_revisions(viewer: Viewer, keys: Collection[int]) -> dict[int, bool]:
    """True for the revisions of jobs that the viewer works on; the others are left out."""
    of = dict(JobRevision.objects.filter(pk__in=keys).values_list("pk", "job_id"))
    allowed = readable(viewer, set(of.values()))
    return {key: True for key, job_id in of.items() if job_id in allowed}


def changes(viewer: Viewer, keys: Collection[int]) -> dict[int, list[Change]]:
    """What each of the revisions changed, by field, where the viewer works on the job."""
    shown = readable_revisions(viewer, keys)
    former = JobRevision.objects.filter(job=OuterRef("job"), number=OuterRef("number") - 1).values("content")
    rows = JobRevision.objects.filter(pk__in=shown).annotate(former=Subquery(former))
    found = {
        key: (before or {}, after, changed)
        for key, before, after, changed in rows.values_list("pk", "former", "content", "changed")
    }
    names = _Names(viewer, [content for before, after, _ in found.values() for content in (before, after)])
    return {
        key: [Change(name, names.of(name, before.get(name)), names.of(name, after.get(name))) for name in changed]
        for key, (before, after, changed) in found.items()
    }


class _Names:
    """What contents refer to by key, by name. At most five statements."""

    def __init__(self, viewer: Viewer, contents: Collection[Content]) -> None:
        def keys(name: str, part: str) -> set[Any]:
            named = {entry[part] for content in contents for entry in content.get(name, ())}
            return named - {None}

        def plain(name: str) -> set[Any]:
            return {content.get(name) for content in contents} - {None}

        currencies = taxonomy.currencies_by_code(viewer, keys("compensations", "currency"))
        self.digits = {code: currency.digits for code, currency in currencies.items()}
        places = taxonomy.places_by_id(viewer, keys("locations", "place"))
        skills = taxonomy.skills_by_id(viewer, keys("skills", "skill"))
        categories = taxonomy.categories_by_id(viewer, plain("category"))
        occupations = taxonomy.occupations_by_id(viewer, plain("occupation"))
        self.places = {key: place.name for key, place in places.items()}
        self.skills = {key: skill.name for key, skill in skills.items()}
        self.alone: dict[str, dict[Any, str]] = {
            "category": {key: category.name for key, category in categories.items()},
            "occupation": {key: occupation.title for key, occupation in occupations.items()},
        }

    def of(self, name: str, value: Any) -> Any:
        """The value of a content's field, with names in the place of keys."""
        if name in self.alone:
            return self.alone[name].get(value)
        match name:
            case "locations":
                return [entry | {"place": self.places.get(entry["place"])} for entry in value or ()]
            case "skills":
                return [entry | {"skill": self.skills.get(entry["skill"])} for entry in value or ()]
            case "compensations":
                return [entry | {end: self._amount(entry, end) for end in ("min", "max")} for entry in value or ()]
        return value

    def _amount(self, entry: Content, end: str) -> Decimal | None:
        minor = entry[end]
        return None if minor is None else Decimal(minor).scaleb(-self.digits.get(entry["currency"], 2))
