"""What every role is shown by the root fields that read."""

from typing import Any

from tests.factories import JobFactory
from tests.roles import ROLES, SIGNED_IN, QueryCase, Scene

READS_DRAFTS = {"recruiter", "company_admin", "owner", "moderator", "platform_admin"}


def _draft_by_slug(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "query($by: JobBy!) { job(by: $by) { title } }", {"by": {"slug": scene.job.slug}}


def _draft_by_id(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "query($id: ID!) { node(id: $id) { id } }", {"id": scene.id("Job", scene.job.pk)}


def _drafts_by_ids(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [scene.id("Job", scene.job.pk)]}


def _company_by_slug(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "query($by: CompanyBy!) { company(by: $by) { name } }", {"by": {"slug": scene.company.slug}}


def _own_account(scene: Scene) -> tuple[str, dict[str, Any]]:
    return "{ viewer { user { email } } }", {}


def _own_email_is_shown(scene_data: Any) -> bool:
    return bool(scene_data["viewer"] and scene_data["viewer"]["user"]["email"])


def _list(name: str) -> QueryCase:
    """A public list: everybody is shown the same rows."""
    return QueryCase(
        seen_by=ROLES,
        prepare=lambda scene: JobFactory(company=scene.company),
        query=lambda scene: (f"{{ {name}(first: 1) {{ nodes {{ id }} }} }}", {}),
        found=lambda data: data[name]["nodes"],
    )


QUERIES = {
    "node": QueryCase(READS_DRAFTS, _draft_by_id, lambda data: data["node"]),
    "nodes": QueryCase(READS_DRAFTS, _drafts_by_ids, lambda data: data["nodes"][0]),
    "job": QueryCase(READS_DRAFTS, _draft_by_slug, lambda data: data["job"]),
    "company": QueryCase(ROLES, _company_by_slug, lambda data: data["company"]),
    "viewer": QueryCase(SIGNED_IN, _own_account, _own_email_is_shown),
    **{name: _list(name) for name in ("jobs", "companies", "categories", "skills", "occupations", "places")},
    "rateLimit": QueryCase((), lambda scene: ("{ rateLimit { limit } }", {}), lambda data: data["rateLimit"]),
    "costOf": QueryCase(
        ROLES,
        lambda scene: ('{ costOf(document: "{ jobs { totalCount } }") { cost } }', {}),
        lambda data: data["costOf"]["cost"],
    ),
}
