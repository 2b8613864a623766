"""Cases of what was searched for."""

from collections.abc import Callable

from django.utils import timezone

from jobs.models import SearchUse
from tests.contracts.constraint_cases import change, twice


def search_use(text: str = "nurse") -> SearchUse:
    return SearchUse.objects.create(
        on_date=timezone.now().date(),
        text=text,
        found="many",
        searches=1,
        corrected=0,
        broadened=0,
        milliseconds=3,
        slowest=3,
    )


VIOLATIONS: dict[str, Callable[[], object]] = {
    "search_use_is_unique": lambda: twice(search_use),
    "search_use_found_is_known": lambda: change(search_use(), found="gold"),
    "search_use_has_searches": lambda: change(search_use(), searches=0),
}
