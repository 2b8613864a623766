"""What was searched for on the board, for those who run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max, Sum, TextChoices
from django.utils import timezone

from jobs import policies
from jobs.models import SearchUse, SearchYield
from kernel.viewer import Viewer


class SearchInsightKind(TextChoices):
    """What searches are looked at for."""

    POPULAR = "popular", "The commonest first"
    ZERO_RESULT = "zero_result", "Those that found nothing, the commonest first"
    SLOW = "slow", "Those that took long, the slowest first"


@dataclass(frozen=True, slots=True)
class SearchInsight:
    """What was searched for in some days: a query, with or without filters."""

    query: str
    filters: tuple[str, ...]
    searches: int
    corrected: int
    broadened: int
    milliseconds: float
    """On average."""
    slowest: int


def insight(viewer: Viewer, kind: SearchInsightKind, *, days: int, most: int) -> Sequence[SearchInsight]:
    """What was searched for, of today and the days before it; nothing for whom it is not meant."""
    if not policies.may_read_searches(viewer):
        return []
    first = timezone.now().date() - timedelta(days=days - 1)
    rows = SearchUse.objects.filter(on_date__gte=first)
    if kind is SearchInsightKind.ZERO_RESULT:
        rows = rows.filter(found=SearchYield.NONE)
    order = "-longest" if kind is SearchInsightKind.SLOW else "-times"
    grouped = (
        rows.order_by()
        .values("text", "filters")
        .annotate(
            times=Sum("searches"),
            mended=Sum("corrected"),
            widened=Sum("broadened"),
            took=Sum("milliseconds"),
            longest=Max("slowest"),
        )
    )
    return [
        SearchInsight(
            query=row["text"],
            filters=tuple(row["filters"].split()),
            searches=row["times"],
            corrected=row["mended"],
            broadened=row["widened"],
            milliseconds=row["took"] / row["times"],
            slowest=row["longest"],
        )
        for row in grouped.order_by(order, "text", "filters")[:most]
    ]
