"""The stages of a job, and those of a company's template, with which its new jobs begin.

Each has one "applied", which is first, and one "hired", which is last. What a stage is stays as it was made: it decides
what those are shown who applied. The order, the names and the stages between are the company's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.services import audit
from accounts.text import refuse_unreadable
from jobs import policies
from jobs.errors import StageInUse, TooManyStages
from jobs.models import Application, ApplicationStatus, Company, Job, Stage, StageKind, StageTemplate
from jobs.selectors import company as companies
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.selectors import stage as stages
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

MOST_STAGES = 30
LONGEST_NAME = 80
DEFAULTS = (
    (StageKind.APPLIED.value, "Applied"),
    (StageKind.SCREEN.value, "Screening"),
    (StageKind.INTERVIEW.value, "Interview"),
    (StageKind.OFFER.value, "Offer"),
    (StageKind.HIRED.value, "Hired"),
)
ENDS = frozenset({StageKind.APPLIED, StageKind.HIRED})

type Row = Stage | StageTemplate


@dataclass(frozen=True, slots=True)
class Line:
    """The stages of one owner, locked and in their order."""

    owner: Job | Company
    rows: list[Row]
    make: Callable[..., Row]

    @property
    def company_id(self) -> UUID:
        return self.owner.company_id if isinstance(self.owner, Job) else self.owner.pk


def begin(job: Job) -> Stage:
    """The stage that applications for the job begin in. One statement where the job has its stages.

    Where it has none yet, it gets those of its company's template, or the usual five. Of two at once, one makes them.
    """
    return _applied(job) or _begun(job)


def held(stage_id: int) -> Stage | None:
    """The stage, which nobody can delete until the transaction ends; None where there is none. One statement."""
    found = Stage.objects.raw("SELECT * FROM jobs_stage WHERE id = %s FOR KEY SHARE", [stage_id])
    return next(iter(found), None)


@transaction.atomic
def create(
    *,
    by: Viewer,
    kind: str,
    name: str,
    job_id: UUID | None = None,
    company_id: UUID | None = None,
    position: int | None = None,
) -> Job | Company:
    """Add a stage to a job, or to a company's template, and give the owner back.

    `position` counts from 0; without it the stage is the last but one. Raises `Invalid`, `TooManyStages`.
    """
    line = _line(by, job_id=job_id, company_id=company_id)
    if kind not in StageKind.values or kind in ENDS:
        raise Invalid("A stage between the first and the last is one of: screen, interview, offer.", field="kind")
    said = _name(name, line.rows)
    if len(line.rows) >= MOST_STAGES:
        raise TooManyStages
    place = len(line.rows) - 1 if position is None else position
    if not 0 < place < len(line.rows):
        raise Invalid(f"From 1 to {len(line.rows) - 1}: between the first stage and the last.", field="position")
    _order([*line.rows[:place], made := line.make(kind=kind, name=said, position=MOST_STAGES), *line.rows[place:]])
    made.save(force_insert=True)
    _record("stage.create", by, line, made, after={"kind": kind, "name": said, "position": place})
    return line.owner


@transaction.atomic
def rename(*, by: Viewer, name: str, stage_id: int | None = None, template_id: int | None = None) -> Job | Company:
    """Call a stage something else, and give its owner back."""
    line, row = _found(by, stage_id, template_id)
    said = _name(name, [other for other in line.rows if other.pk != row.pk])
    if said == row.name:
        return line.owner
    before = row.name
    row.name = said
    row.save(update_fields=["name"])
    _record("stage.update", by, line, row, before={"name": before}, after={"name": said})
    return line.owner


@transaction.atomic
def reorder(
    *, by: Viewer, keys: Sequence[int], job_id: UUID | None = None, company_id: UUID | None = None
) -> Job | Company:
    """Put all stages of a job, or of a company's template, into another order, and give the owner back."""
    line = _line(by, job_id=job_id, company_id=company_id)
    rows = {row.pk: row for row in line.rows}
    if sorted(keys) != sorted(rows):
        raise Invalid("Name every stage once; somebody may have added or deleted one meanwhile.", field="ids")
    ordered = [rows[key] for key in keys]
    if ordered[0].kind != StageKind.APPLIED or ordered[-1].kind != StageKind.HIRED:
        raise Invalid("The applied stage is first, the hired stage last.", field="ids")
    before = [row.name for row in line.rows]
    after = [row.name for row in ordered]
    if before != after:
        _order(ordered)
        _record("stage.reorder", by, line, None, before={"stages": before}, after={"stages": after})
    return line.owner


@transaction.atomic
def delete(*, by: Viewer, stage_id: int | None = None, template_id: int | None = None) -> Job | Company:
    """Delete a stage, and give its owner back. Raises `StageInUse` while applications are under way in it.

    Those that ended in it are filed under the stage before; their history keeps the name.
    """
    line, row = _found(by, stage_id, template_id)
    if row.kind in ENDS:
        raise Invalid("The first stage and the last one stay.", field="id")
    if isinstance(row, Stage):
        _empty(row, line.rows)
    left = [other for other in line.rows if other.pk != row.pk]
    _record("stage.delete", by, line, row, before={"kind": row.kind, "name": row.name})
    row.delete()
    _order(left)
    return line.owner


def lock(owner_id: UUID) -> None:
    """One at a time sets up the stages of a job, or of a company's template, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"nexus.stages {owner_id}"])


def _applied(job: Job) -> Stage | None:
    return Stage.objects.filter(job=job, kind=StageKind.APPLIED).first()


@transaction.atomic
def _begun(job: Job) -> Stage:
    lock(job.pk)
    if found := _applied(job):
        return found
    template = StageTemplate.objects.filter(company=job.company_id).order_by("position")
    wanted = list(template.values_list("kind", "name")) or DEFAULTS
    rows = [Stage(job=job, kind=kind, name=name, position=place) for place, (kind, name) in enumerate(wanted)]
    return Stage.objects.bulk_create(rows)[0]


def _line(by: Viewer, *, job_id: UUID | None = None, company_id: UUID | None = None) -> Line:
    """The stages that `by` may set up. Where there are none yet, they begin."""
    if job_id is not None and company_id is None:
        return _of_job(by, job_id)
    if company_id is not None and job_id is None:
        return _of_company(by, company_id)
    raise Invalid("Name a job or a company, and not both.", field="of")


def _of_job(by: Viewer, job_id: UUID) -> Line:
    job = Job.objects.filter(jobs.visible_to(by), pk=job_id).select_related("company").first()
    if job is None:
        raise NotFound(field="of.job_id")
    if not policies.may_edit_job(by, membership.standing(by), job):
        raise Forbidden
    begin(job)
    lock(job.pk)
    return Line(job, list(job.stages.order_by("position")), lambda **values: Stage(job=job, **values))


def _of_company(by: Viewer, company_id: UUID) -> Line:
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="of.company_id")
    if not policies.may_write_jobs(by, membership.roles(by), company):
        raise Forbidden
    lock(company.pk)
    rows = list(company.stage_templates.order_by("position"))
    if not rows:
        rows = StageTemplate.objects.bulk_create(
            StageTemplate(company=company, kind=kind, name=name, position=place)
            for place, (kind, name) in enumerate(DEFAULTS)
        )
    return Line(company, list(rows), lambda **values: StageTemplate(company=company, **values))


def _found(by: Viewer, stage_id: int | None, template_id: int | None) -> tuple[Line, Row]:
    """A stage among those of its owner. Who is not shown the stage is not told either that it is another's."""
    known: Row | None = None
    if stage_id is not None:
        known = Stage.objects.filter(pk=stage_id).first()
    elif template_id is not None:
        known = StageTemplate.objects.filter(pk=template_id).first()
    if known is None:
        raise NotFound(field="id")
    try:
        line = _of_job(by, known.job_id) if isinstance(known, Stage) else _of_company(by, known.company_id)
    except (NotFound, Forbidden) as refusal:
        shown = stages.by_id if isinstance(known, Stage) else stages.template_by_id
        if isinstance(refusal, Forbidden) and shown(by, [known.pk]):
            raise
        raise NotFound(field="id") from None
    # Read again, now that nobody else sets them up.
    row = next((row for row in line.rows if row.pk == known.pk), None)
    if row is None:
        raise NotFound(field="id")
    return line, row


def _empty(row: Stage, rows: Sequence[Row]) -> None:
    """Take out of the stage what has ended there, holding the stage so that nothing comes into it."""
    Stage.objects.select_for_update().get(pk=row.pk)
    there = Application.objects.filter(job=row.job_id, stage=row)
    statuses = there.order_by("pk").select_for_update().values_list("status", flat=True)
    if ApplicationStatus.ACTIVE in set(statuses):
        raise StageInUse
    there.update(stage=rows[row.position - 1].pk)


def _order(rows: Sequence[Row]) -> None:
    """Number the stages anew, in one statement. The database compares positions when the transaction ends."""
    moved = [row for place, row in enumerate(rows) if row.position != place]
    for place, row in enumerate(rows):
        row.position = place
    kept: list[Any] = [row for row in moved if row.pk is not None]
    if kept:
        type(kept[0])._default_manager.bulk_update(kept, ["position"])


def _name(name: str, others: Sequence[Row]) -> str:
    refuse_unreadable(name, field="name")
    said = " ".join(name.split())
    if not said:
        raise Invalid("A stage has a name.", field="name")
    if len(said) > LONGEST_NAME:
        raise Invalid(f"At most {LONGEST_NAME} characters.", field="name")
    if said.casefold() in {other.name.casefold() for other in others}:
        raise Invalid("Another stage is called so.", field="name")
    return said


def _record(
    act: str,
    by: Viewer,
    line: Line,
    row: Row | None,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    target = (type(line.owner).__name__, line.owner.pk) if row is None else (type(row).__name__, row.pk)
    audit.record(act, by=by, target=target, company_id=line.company_id, before=before, after=after)
