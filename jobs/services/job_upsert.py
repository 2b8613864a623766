"""A company's postings as its own system has them: up to two hundred at once, each known by its reference.

What is refused for one is refused for that one alone, and before anything is written: the rest goes in together. Two
calls of a company come one after the other, so that of two that bring the same new posting the later one finds it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, TextChoices
from django.utils import timezone

from jobs.errors import JobChangedMeanwhile, JobIsTemplate
from jobs.models import Company, DescriptionFormat, Job, JobRevision
from jobs.services import job_editing, job_fields, job_quota, job_writing
from jobs.services.job_lists import Known
from jobs.services.job_writing import RELATIONS, Edit, Rows
from jobs.services.revision import Content
from jobs.services.turns import take_turn
from kernel.errors import DomainError, Invalid
from kernel.ids import uuid7
from kernel.viewer import Viewer

MOST = 200
LANGUAGE = Job().language

type Key = tuple[str, str]  # reference, language


class JobUpsertEffect(TextChoices):
    """What became of a posting that was sent."""

    CREATED = "created", "There was none with this reference: it is a draft"
    UPDATED = "updated", "It says something else now"
    UNCHANGED = "unchanged", "It says this already: nothing was written"


@dataclass(frozen=True, slots=True)
class Sent:
    """A posting as it is to be; with the version that the caller read, if any other is to be refused."""

    fields: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many; in a dry run a new one has no job. Or why it was refused."""

    effect: JobUpsertEffect | None = None
    job_id: UUID | None = None
    error: DomainError | None = None


@transaction.atomic
def upsert(*, by: Viewer, company_id: UUID, sent: Sequence[Sent], is_dry_run: bool = False) -> list[Outcome]:
    """Make the postings that the company does not have, as drafts, and change the others; an outcome each, in order.

    A posting is known by `external_reference` and `language`, which is English unless said; what else is left out of
    its fields stays. `is_dry_run`: nothing is written, and the outcomes are those that there would be. Raises
    `NotFound`, `Forbidden`, `CompanyInactive`, and `Invalid` for none, or too many.
    """
    if not 1 <= len(sent) <= MOST:
        raise Invalid(f"From 1 to {MOST} jobs at once.", field="jobs")
    company = job_editing.hiring(by, company_id)
    take_turn(company_id, "job_upsert")
    call = _Call(by, company, sent)
    call.read()
    if not is_dry_run:
        call.write()
    return [call.outcomes[place] for place in range(len(sent))]


@dataclass(slots=True)
class _Call:
    """One call: what comes of each posting, by its place."""

    by: Viewer
    company: Company
    sent: Sequence[Sent]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    _new: dict[int, tuple[Job, Rows]] = field(default_factory=dict)
    _edits: list[Edit] = field(default_factory=list)

    def read(self) -> None:
        """Judge every posting. What is there stays locked until the transaction ends."""
        keys = self._keys()
        stored = _stored(self.company, set(keys.values()))
        before = _contents(stored)
        known = job_fields.known([self.sent[place].fields for place in keys])
        for place, key in keys.items():
            job = stored.get(key)
            try:
                if job is None:
                    self._begin(place, known)
                else:
                    self._change(place, job, known, before.get(job.pk))
            except DomainError as refusal:
                self.outcomes[place] = Outcome(error=refusal)
        self._keep_to_the_quota()

    def write(self) -> None:
        """Save what was not refused, in a number of statements that does not depend on how many there are."""
        there = job_writing.begin(list(self._new.values()), self.by)
        for place, (job, _) in self._new.items():
            if job.pk in there:
                self.outcomes[place] = Outcome(JobUpsertEffect.CREATED, job.pk)
            else:
                words = "Somebody else made a job with this reference at this moment: send it again."
                path = f"{_path(place)}.external_reference"
                self.outcomes[place] = Outcome(error=JobChangedMeanwhile(words, field=path))
        job_writing.write(self._edits, self.by)

    def _keys(self) -> dict[int, Key]:
        """How the postings are known, but for those that name none, or the same one."""
        keys: dict[int, Key] = {}
        for place, sent in enumerate(self.sent):
            try:
                keys[place] = _key(sent.fields, _path(place))
            except Invalid as refusal:
                self.outcomes[place] = Outcome(error=refusal)
        times = Counter(keys.values())
        for place in [place for place, key in keys.items() if times[key] > 1]:
            words = "Another of these jobs has this reference, in this language."
            self.outcomes[place] = Outcome(error=Invalid(words, field=f"{_path(place)}.external_reference"))
            del keys[place]
        return keys

    def _begin(self, place: int, known: Known) -> None:
        sent = self.sent[place]
        if sent.version is not None:
            words = "There is no job with this reference any more."
            raise JobChangedMeanwhile(words, field=f"jobs.{place}.version")
        said = job_fields.read({"title": None, **sent.fields}, known, within=_path(place))
        _refuse_template(said.columns, place)
        self._new[place] = Job(id=uuid7(), company=self.company, **said.columns), said.rows
        self.outcomes[place] = Outcome(JobUpsertEffect.CREATED)

    def _change(self, place: int, job: Job, known: Known, before: Content | None) -> None:
        sent = self.sent[place]
        if sent.version is not None and sent.version != job.version:
            raise JobChangedMeanwhile(field=f"jobs.{place}.version")
        if job.is_template:
            raise JobIsTemplate
        job_writing.refuse_ended(job)
        said = job_fields.read(_without_its_text(job, sent.fields), known, within=_path(place))
        _refuse_template(said.columns, place)
        edit = job_writing.rewrite(job, said, before=before, by=self.by, within=_path(place))
        self.outcomes[place] = Outcome(JobUpsertEffect.UPDATED if edit else JobUpsertEffect.UNCHANGED, job.pk)
        if edit:
            self._edits.append(edit)

    def _keep_to_the_quota(self) -> None:
        """Refuse the last of those that are more than the company may have made today."""
        if not self._new:
            return
        room = job_quota.room_for_new(self.company, timezone.now())
        for place in sorted(self._new)[room:]:
            del self._new[place]
            self.outcomes[place] = Outcome(error=job_quota.spent(self.company))


def _path(place: int) -> str:
    return f"jobs.{place}.fields"


def _key(fields: Mapping[str, Any], within: str) -> Key:
    named = {"external_reference": None, "language": LANGUAGE}
    said = {name: fields.get(name, default) for name, default in named.items()}
    columns = job_fields.read(said, Known(), within=within).columns
    if not columns["external_reference"]:
        raise Invalid("Say which job this is: your own reference.", field=f"{within}.external_reference")
    return columns["external_reference"], columns["language"]


def _without_its_text(job: Job, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields but for a description that the posting has already: to render it is most of all the work."""
    said = fields.get("description")
    has_it = said and (said["text"], said.get("format") or DescriptionFormat.MARKDOWN) == (
        job.description_source,
        job.description_format,
    )
    return {name: value for name, value in fields.items() if name != "description"} if has_it else fields


def _refuse_template(columns: job_fields.Columns, place: int) -> None:
    if columns.get("is_template"):
        raise Invalid("A template is made by `jobCreate`.", field=f"{_path(place)}.is_template")


def _stored(company: Company, keys: set[Key]) -> dict[Key, Job]:
    """Those of the postings that the company has, locked in the order of their ids, with all that hangs on them."""
    # Without the second condition the planner may not use the partial index.
    of_company = Job.objects.filter(company=company, external_reference__in={reference for reference, _ in keys})
    rows = of_company.exclude(external_reference="").order_by("pk").select_for_update().prefetch_related(*RELATIONS)
    found = {(job.external_reference, job.language): job for job in rows}
    for job in found.values():
        job.company = company
    return {key: job for key, job in found.items() if key in keys}


def _contents(stored: Mapping[Key, Job]) -> dict[UUID, Content]:
    """What the newest revisions of the postings say."""
    jobs = [job.pk for job in stored.values()]
    newest = JobRevision.objects.filter(job__in=jobs, number=F("job__current_revision"))
    return dict(newest.values_list("job_id", "content"))
