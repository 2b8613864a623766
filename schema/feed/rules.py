"""Who has a feed."""

from jobs import policies
from kernel.viewer import Scope, Viewer
from schema.core.visibility import Rule


def has_feed(viewer: Viewer) -> bool:
    """Whether there is a feed of the viewer's own, which the request may read."""
    return policies.may_look_for_work(viewer, scope=Scope.PROFILE_READ)


FEED = Rule(
    "feed",
    "For all but the board's own people, who have none, and for keys with the scope `profile:read`.",
    allows=lambda viewer, _: has_feed(viewer),
)
