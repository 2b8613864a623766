"""Reads of what happened in a company, as far as the log of events goes back, for those who may read its audit log."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from jobs.events import JobReported
from jobs.selectors import audit
from kernel import events
from kernel.models import OutboxEvent
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

NEWEST = Order("pk", is_descending=True)
# When somebody reported a posting might tell the company who it was.
UNTOLD = (JobReported.__name__,)


def kinds() -> list[str]:
    """The kinds of events that say of which company they are, and that it is told."""
    told = (kind for name, kind in events.kinds.items() if name not in UNTOLD)
    return sorted(kind.__name__ for kind in told if "company_id" in kind.__dataclass_fields__)


def of_companies(
    viewer: Viewer, keys: Collection[UUID], *, kinds: tuple[str, ...] | None, wanted: Slice
) -> dict[UUID, Page[OutboxEvent]]:
    """A page of what happened in each company, the latest first; none where the viewer may not read its log."""
    return Listing(_events, (kinds,), NEWEST).pages(audit.readable(viewer, keys), _of_company, wanted)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID], *, kinds: tuple[str, ...] | None) -> dict[UUID, int]:
    """How many events each company's log has, where the viewer may read it."""
    shown = {str(key): key for key in audit.readable(viewer, keys)}
    rows = _events(kinds).filter(_company__in=list(shown)).values("_company").annotate(n=Count("pk"))
    return {shown[company]: number for company, number in rows.values_list("_company", "n")}


def _events(kinds: tuple[str, ...] | None) -> QuerySet[Any]:
    # As the index of the table has it.
    rows = OutboxEvent.objects.annotate(_company=KeyTextTransform("company_id", "payload")).exclude(kind__in=UNTOLD)
    return rows if kinds is None else rows.filter(kind__in=kinds)


def _of_company(key: RawSQL) -> Q:
    return Q(_company=Cast(key, TextField()))
