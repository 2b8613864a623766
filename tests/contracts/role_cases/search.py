"""What every role is shown by the root fields that search."""

from typing import Any

from django.utils import timezone

from jobs.models import SearchUse
from jobs.search.postgres import suggestions
from tests.roles import ROLES, QueryCase, Scene
from tests.search_board import live_job

STAFF = {"moderator", "support", "platform_admin"}


def _live(scene: Scene) -> None:
    live_job("Glassblower", company=scene.company)
    suggestions.rebuild()


def _searches(scene: Scene) -> None:
    SearchUse.objects.create(
        on_date=timezone.now().date(),
        text="glassblower",
        found="none",
        searches=1,
        corrected=0,
        broadened=0,
        milliseconds=3,
        slowest=3,
    )


def _found(data: Any) -> Any:
    return data["jobSearch"]["nodes"]


QUERIES = {
    "jobSearch": QueryCase(
        ROLES, lambda scene: ('{ jobSearch(query: "glassblower") { nodes { title } } }', {}), _found, prepare=_live
    ),
    "suggest": QueryCase(
        ROLES, lambda scene: ('{ suggest(prefix: "glassb") { text } }', {}), lambda data: data["suggest"], prepare=_live
    ),
    "searchInsight": QueryCase(
        STAFF,
        lambda scene: ("{ searchInsight { query searches } }", {}),
        lambda data: data["searchInsight"],
        prepare=_searches,
    ),
}
