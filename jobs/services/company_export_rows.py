"""What stands in a company's export: postings or applications, read in batches by key, and how rows are written.

Nothing is held in memory but a batch, and no batch looks at what came before: it begins after a key.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Application, CompanyExport, ExportFormat, ExportKind, File, FormVersion, Job, QuestionKind
from jobs.selectors.form import NO_FORM, Form, Question, form_of
from jobs.services.answers import files_of

BATCH = 500
# What a spreadsheet may take for a formula, at the beginning of a cell:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What an export holds."""

    columns: tuple[str, ...]
    total: Callable[[], int]
    batches: Callable[[], Iterator[list[Values]]]


def contents_of(export: CompanyExport) -> Contents:
    """What is exported for who asked: all postings of the company, or all applications but their own."""
    if export.kind == ExportKind.JOBS:
        return Contents(JOB_COLUMNS, _jobs(export).count, lambda: _job_batches(export))
    return Contents(APPLICATION_COLUMNS, _applications(export).count, lambda: _application_batches(export))


JOB_COLUMNS = (
    *("id", "slug", "external_reference", "language", "title", "lifecycle", "moderation", "is_template", "category"),
    *("employment_types", "workplace", "seniority", "education", "locations", "pay", "apply_kind", "apply_url"),
    *("apply_email", "benefits", "description", "created_at", "first_published_at", "published_at", "scheduled_at"),
    *("expires_at", "closed_at", "close_reason"),
)
APPLICATION_COLUMNS = (
    *("id", "job_id", "job_title", "name", "email", "phone", "tags", "status", "stage", "stage_kind", "submitted_at"),
    *("entered_stage_at", "decided_at", "reject_reason", "source", "needs_review", "cover_letter", "resume", "answers"),
)


def _jobs(export: CompanyExport) -> QuerySet[Job]:
    return Job.objects.filter(company_id=export.company_id)


def _job_batches(export: CompanyExport) -> Iterator[list[Values]]:
    rows = _jobs(export).select_related("category").prefetch_related("locations", "compensations")
    for batch in _batches(rows.defer("description_source", "description_html")):
        yield [_job(job) for job in batch]


def _job(job: Job) -> Values:
    same = ("id", "slug", "external_reference", "language", "title", "lifecycle", "moderation", "is_template")
    kept = ("employment_types", "workplace", "seniority", "education", "apply_kind", "apply_url", "apply_email")
    times = ("created_at", "first_published_at", "published_at", "scheduled_at", "expires_at", "closed_at")
    return {name: getattr(job, name) for name in (*same, *kept, *times, "benefits", "close_reason")} | {
        "category": job.category.slug if job.category else "",
        "locations": [location.text for location in sorted(job.locations.all(), key=lambda one: one.position)],
        "pay": [
            {
                "kind": pay.kind,
                "currency": pay.currency_id,
                "period": pay.period,
                "min_minor": pay.min_minor,
                "max_minor": pay.max_minor,
            }
            for pay in job.compensations.all()
        ],
        "description": job.description_text,
    }


def _applications(export: CompanyExport) -> QuerySet[Application]:
    # Nobody acts as the company upon what they wrote themselves.
    return Application.objects.filter(job__company_id=export.company_id).exclude(
        candidate__user_id=export.requested_by_id
    )


def _application_batches(export: CompanyExport) -> Iterator[list[Values]]:
    """Job by job, which is how applications can be found in an order."""
    applications = _applications(export).select_related("candidate", "stage", "job", "resume").defer("resume__text")
    applied_for = _jobs(export).filter(Exists(Application.objects.filter(job=OuterRef("pk"))))
    for jobs in _batches(applied_for.only("pk")):
        for job in jobs:
            for batch in _newest_first(applications.filter(job_id=job.pk)):
                yield _with_answers(batch)


def _with_answers(batch: list[Application]) -> list[Values]:
    """The rows of a batch, with what the forms say that they answer, and the names of the files."""
    wanted = {row.form_version_id for row in batch if row.form_version_id is not None}
    forms = {row.pk: form_of(row) for row in FormVersion.objects.filter(pk__in=wanted)}
    asked = [(row, forms[row.form_version_id] if row.form_version_id else NO_FORM) for row in batch]
    files = {key for row, form in asked for key in files_of(form, row.answers)}
    names = dict(File.objects.filter(pk__in=files).values_list("pk", "name"))
    return [_application(row, form, names) for row, form in asked]


def _application(row: Application, form: Form, files: Mapping[UUID, str]) -> Values:
    same = ("id", "job_id", "status", "submitted_at", "entered_stage_at", "decided_at", "reject_reason", "source")
    person = {name: getattr(row.candidate, name) for name in ("name", "email", "phone", "tags")}
    return {name: getattr(row, name) for name in (*same, "needs_review", "cover_letter")} | {
        **person,
        "job_title": row.job.title,
        "stage": row.stage.name,
        "stage_kind": row.stage.kind,
        "resume": row.resume.name if row.resume else "",
        "answers": [
            {"question": question.label, "answer": _answer(question, row.answers[question.id], files)}
            for question in form.questions
            if question.id in row.answers
        ],
    }


def _answer(question: Question, value: Any, files: Mapping[UUID, str]) -> Any:
    """An answer as somebody reads it: options by their words, and a file by its name."""
    if question.kind == QuestionKind.FILE:
        return files.get(UUID(value), "")
    labels = {option.id: option.label for option in question.options}
    if question.kind == QuestionKind.CHOICES:
        return [labels.get(one, one) for one in value]
    return labels.get(value, value) if question.kind == QuestionKind.CHOICE else value


def _newest_first(rows: QuerySet[Application]) -> Iterator[list[Application]]:
    """All applications of one job, a batch at a time, as its index has them."""
    rows = rows.order_by("-submitted_at", "-pk")
    page = rows
    while True:
        found = list(page[:BATCH])
        if found:
            yield found
        if len(found) < BATCH:
            return
        last = found[-1]
        before = Q(submitted_at__lt=last.submitted_at) | Q(submitted_at=last.submitted_at, pk__lt=last.pk)
        page = rows.filter(before, submitted_at__lte=last.submitted_at)


def _batches(rows: QuerySet[Job]) -> Iterator[list[Job]]:
    """All postings in the order of their keys, a batch at a time."""
    last: UUID | None = None
    while True:
        found = list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:BATCH])
        if found:
            yield found
            last = found[-1].pk
        if len(found) < BATCH:
            return


def writer_of(format_: str, file: IO[bytes], columns: tuple[str, ...]) -> Callable[[list[Values]], None]:
    """What writes rows to the file in this format, once the head of the file is written."""
    if format_ == ExportFormat.JSONL:
        return lambda rows: file.writelines(
            orjson.dumps({name: row[name] for name in columns}, default=str) + b"\n" for row in rows
        )
    file.write(_line(columns))
    return lambda rows: file.writelines(_line([_cell(row[name]) for name in columns]) for row in rows)


class _Echo:
    """Where a `csv.writer` puts a line, which it then gives back."""

    @staticmethod
    def write(line: str) -> str:
        return line


# As RFC 4180 has it: lines end in CR LF, quotes are doubled, and what holds a quote, a comma or a line end is quoted.
_csv = csv.writer(_Echo())


def _line(cells: tuple[str, ...] | list[str]) -> bytes:
    # The writer gives what `write` gave.
    line: Any = _csv.writerow(cells)
    return str(line).encode("utf-8", "ignore")


def _cell(value: Any) -> str:
    """A value as a cell, which no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        text = "; ".join(value)
    elif isinstance(value, dict | list | tuple):
        text = orjson.dumps(value, default=str).decode()
    elif hasattr(value, "isoformat"):
        text = value.isoformat()
    else:
        text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
