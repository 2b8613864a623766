"""Who acts for which company."""

from uuid import UUID

from jobs.models import Membership
from kernel.viewer import Viewer


def roles(viewer: Viewer) -> dict[UUID, str]:
    """The viewer's role in each of the viewer's companies, by company id. One query; none for nobody."""
    if viewer.user_id is None:
        return {}
    return dict(Membership.objects.filter(user_id=viewer.user_id).values_list("company_id", "role"))
