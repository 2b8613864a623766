"""Asking for feeds, as a client does."""

from typing import Any

from accounts.models import User
from jobs.models import Job
from jobs.services import preferences
from schema.core import ids
from tests.door import Answer, send
from tests.factories import UserFactory, viewer_of
from tests.search_board import live_jobs

PARTS = """
    session { id madeAt modelVersion isRestored }
    pageInfo { hasNextPage hasPreviousPage endCursor }
    edges {
      cursor
      node { id title }
      match {
        score modelVersion isExploration sources
        reasons { code text weight }
        gaps { code text }
        parts { feature value }
      }
    }
"""
OWN = f"""
query Own($first: Int, $after: String, $refresh: Boolean, $near: JobNearInput, $country: CountryCode) {{
  viewer {{ feed(first: $first, after: $after, refresh: $refresh, near: $near, country: $country) {{ {PARTS} }} }}
}}
"""
NOBODYS = f"""
query Nobodys($first: Int, $after: String, $near: JobNearInput, $country: CountryCode) {{
  feed(first: $first, after: $after, near: $near, country: $country) {{ {PARTS} }}
}}
"""
WHY_NOT = """
query Why($id: ID!) {
  node(id: $id) { ... on Job { whyNot { rules { code text } place match { score parts { value } } } } }
}
"""


def seeker(*titles: str, **changes: Any) -> User:
    """Somebody who wants work of these titles."""
    user = UserFactory()
    preferences.update(by=viewer_of(user), changes={"wanted_titles": list(titles or ("Nurse",)), **changes})
    return user


def nurses(count: int) -> list[Job]:
    """Live postings for nurses, each of a company of its own."""
    return live_jobs(*(f"Nurse in ward {number}" for number in range(count)))


def own_feed(by: User, **variables: Any) -> Any:
    """A page of somebody's feed."""
    return send(OWN, variables, by=by).data["viewer"]["feed"]


def feed_of_nobody(**variables: Any) -> Any:
    """A page of nobody's feed."""
    return send(NOBODYS, variables).data["feed"]


def refusal(answered: Answer) -> tuple[str, str]:
    """The code of the one error, and the argument at fault."""
    (error,) = answered.errors
    return error["extensions"]["code"], error["extensions"].get("argument", "")


def titles(page: Any) -> list[str]:
    """The titles of a page's jobs."""
    return [edge["node"]["title"] for edge in page["edges"]]


def job_id(job: Job) -> str:
    """The global id of a job."""
    return ids.encode("Job", job.pk)


def why_not(by: User | None, job: Job) -> Any:
    """What keeps a job out of somebody's feed."""
    return send(WHY_NOT, {"id": job_id(job)}, by=by).data["node"]["whyNot"]
