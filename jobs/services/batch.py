"""Many writes to a company's postings at once, by its own references; each has a result of its own.

This is exact synchronisation, as imports are: what the company keeps under two references is two postings, and both go
live, though they say the same. They are found as each other's duplicates; it is `job.publish`, the act of a person on
one draft, that refuses what is live already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from jobs import policies
from jobs.errors import CompanyInactive
from jobs.models import Company, CompanyStatus, Job
from jobs.selectors import company as companies
from jobs.selectors import membership
from jobs.services import duplicate, posting_check
from jobs.services import job as jobs
from jobs.services.company import Employers, Resolved
from jobs.services.incoming import Fate, Import, Outcome, Posting
from jobs.services.posting import upsert
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

MOST_OPERATIONS = 200
SOURCE = "api"

type Key = tuple[str, str]  # reference, language


@dataclass(frozen=True, slots=True)
class Write:
    """A posting as it is to be, new or not. It belongs to the batch's company, whatever `posting.company` says."""

    posting: Posting

    @property
    def key(self) -> Key:
        return self.posting.reference, self.posting.language


@dataclass(frozen=True, slots=True)
class Close:
    """An end for a posting that is there; `reason` is a `CloseReason`."""

    reference: str
    reason: str
    language: str = "en"

    @property
    def key(self) -> Key:
        return self.reference, self.language


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation; where it failed, by which refusal, because of which field, and why in words."""

    fate: Fate
    job_id: UUID | None = None
    code: str = ""
    field: str = ""
    message: str = ""


def apply(*, by: Viewer, company_id: UUID, operations: Sequence[Write | Close]) -> list[Result]:
    """Write and close postings of a company; one `Result` each, in their order. An operation that fails fails alone.

    Raises `NotFound` and `Forbidden` for the company, and `Invalid` for more than `MOST_OPERATIONS`.
    """
    if len(operations) > MOST_OPERATIONS:
        raise Invalid(f"At most {MOST_OPERATIONS} operations at once; these are {len(operations)}.", field="operations")
    company = companies.by_id(by, {company_id}).get(company_id)
    if company is None:
        raise NotFound(field="company_id")
    if not policies.may_write_jobs(by, membership.roles(by), company):
        raise Forbidden
    results = _repeated(operations)
    writes = {
        place: act.posting
        for place, act in enumerate(operations)
        if isinstance(act, Write) and place not in results
    }  # fmt: skip
    results |= _written(by, company, writes)
    closes = {
        place: act for place, act in enumerate(operations) if isinstance(act, Close) and place not in results
    }  # fmt: skip
    results |= _closed(by, company, closes)
    return [results[place] for place in range(len(operations))]


def _repeated(operations: Sequence[Write | Close]) -> dict[int, Result]:
    """Refusals of what names a posting that an operation before it names."""
    first: dict[Key, int] = {}
    refused: dict[int, Result] = {}
    for place, act in enumerate(operations):
        before = first.setdefault(act.key, place)
        if before != place:
            reference, language = act.key
            told = f"The reference {reference!r} in {language!r} is already that of operation {before + 1}."
            refused[place] = _failed(Invalid(told, field="reference"))
    return refused


def _written(by: Viewer, company: Company, postings: Mapping[int, Posting]) -> dict[int, Result]:
    results: dict[int, Result] = {}
    sound: dict[int, Posting] = {}
    known = posting_check.known(postings.values())
    for place, posting in postings.items():
        try:
            if company.status != CompanyStatus.ACTIVE:
                raise CompanyInactive
            posting_check.check(posting, known)
            sound[place] = posting
        except DomainError as refusal:
            results[place] = _failed(refusal)
    if not sound:
        return results
    into = Import(source=SOURCE, now=timezone.now(), employers=_OneEmployer(company), actor_id=by.user_id)
    outcomes = upsert(list(sound.values()), into)
    results |= {place: _result(outcome) for place, outcome in zip(sound, outcomes, strict=True)}
    anew = (Fate.CREATED, Fate.REVISED)
    duplicate.refresh([outcome.job_id for outcome in outcomes if outcome.job_id and outcome.fate in anew])
    return results


def _closed(by: Viewer, company: Company, closes: Mapping[int, Close]) -> dict[int, Result]:
    references = [close.reference for close in closes.values()]
    rows = Job.objects.filter(company_id=company.pk, external_reference__in=references)
    found = {
        (reference, language): key
        for key, reference, language in rows.exclude(external_reference="").values_list(
            "pk", "external_reference", "language"
        )
    }
    results: dict[int, Result] = {}
    for place, close in closes.items():
        try:
            if close.key not in found:
                raise NotFound("This company has no job with this reference in this language.", field="reference")
            job = jobs.close(by=by, job_id=found[close.key], reason=close.reason)
            results[place] = Result(Fate.CLOSED, job.pk)
        except DomainError as refusal:
            results[place] = _failed(refusal)
    return results


def _result(outcome: Outcome) -> Result:
    code = Invalid.code if outcome.fate is Fate.FAILED else ""
    return Result(outcome.fate, outcome.job_id, code, outcome.field, outcome.reason)


def _failed(refusal: DomainError) -> Result:
    return Result(Fate.FAILED, None, refusal.code, refusal.field or "", str(refusal))


class _OneEmployer(Employers):
    """The one company of a batch, whatever it is called."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def resolve(self, names: Iterable[str]) -> Resolved:
        return Resolved(dict.fromkeys(names, self._company.pk), {})

    def remember(self, resolved: Resolved) -> None:
        """Nothing was created."""
