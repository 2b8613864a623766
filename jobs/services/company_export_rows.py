"""What stands in a company's export: postings or applications, read in batches by key, and how rows are written.

Nothing is held in memory but a batch, and no batch looks at what came before: it begins after a key.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from jobs.models import Application, CompanyExport, ExportFormat, ExportKind, FormVersion, Job

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
    forms: dict[int, Mapping[str, str]] = {}
    applications = _applications(export).select_related("candidate", "stage", "job", "resume")
    for jobs in _batches(_jobs(export).only("pk")):
        for job in jobs:
            for batch in _batches(applications.filter(job_id=job.pk).defer("resume__text")):
                yield [_application(row, _questions(row.form_version_id, forms)) for row in batch]


def _application(row: Application, questions: Mapping[str, str]) -> Values:
    same = ("id", "job_id", "status", "submitted_at", "entered_stage_at", "decided_at", "reject_reason", "source")
    person = {name: getattr(row.candidate, name) for name in ("name", "email", "phone", "tags")}
    return {name: getattr(row, name) for name in (*same, "needs_review", "cover_letter")} | {
        **person,
        "job_title": row.job.title,
        "stage": row.stage.name,
        "stage_kind": row.stage.kind,
        "resume": row.resume.name if row.resume else "",
        "answers": {questions.get(question, question): answer for question, answer in row.answers.items()},
    }


def _questions(form_id: int | None, known: dict[int, Mapping[str, str]]) -> Mapping[str, str]:
    """The words of a form's questions by their ids. Of one form there are many applications, one after the other."""
    if form_id is None:
        return {}
    if form_id not in known:
        form = FormVersion.objects.only("questions").get(pk=form_id)
        known.clear()
        known[form_id] = {question["id"]: question.get("label") or question["id"] for question in form.questions}
    return known[form_id]


def _batches[Row: (Job, Application)](rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """All the rows in the order of their keys, a batch at a time."""
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
