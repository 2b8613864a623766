"""Who may read a job that is not live, by every path that leads to one."""

import ast
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from accounts.models import PlatformRole, User
from jobs.models import CompanyStatus, Job, MembershipRole
from schema.core import ids
from tests.door import send
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def member(role: str) -> Callable[[Job], User]:
    return lambda job: MembershipFactory(company=job.company, role=role).user


ROLES: dict[str, tuple[Callable[[Job], User | None], bool]] = {
    "anonymous": (lambda job: None, False),
    "seeker": (lambda job: UserFactory(), False),
    "recruiter elsewhere": (lambda job: MembershipFactory(role=MembershipRole.RECRUITER).user, False),
    "interviewer": (member(MembershipRole.INTERVIEWER), False),
    "hiring manager": (member(MembershipRole.HIRING_MANAGER), False),
    "recruiter": (member(MembershipRole.RECRUITER), True),
    "company admin": (member(MembershipRole.ADMIN), True),
    "owner": (member(MembershipRole.OWNER), True),
    "support": (lambda job: UserFactory(platform_role=PlatformRole.SUPPORT), False),
    "moderator": (lambda job: UserFactory(platform_role=PlatformRole.MODERATOR), True),
    "platform admin": (lambda job: UserFactory(platform_role=PlatformRole.ADMIN), True),
}
each_role = pytest.mark.parametrize("role", ROLES)
PATHS: dict[str, tuple[str, Callable[[Job], Any]]] = {
    "node": ("query($key: ID!) { found: node(id: $key) { id } }", lambda job: ids.encode("Job", job.pk)),
    "nodes": ("query($key: [ID!]!) { found: nodes(ids: $key) { id } }", lambda job: [ids.encode("Job", job.pk)]),
    "id": ("query($key: ID!) { found: job(by: {id: $key}) { id } }", lambda job: ids.encode("Job", job.pk)),
    "slug": ("query($key: String!) { found: job(by: {slug: $key}) { id } }", lambda job: job.slug),
    "reference": (
        "query($key: JobBy!) { found: job(by: $key) { id } }",
        lambda job: {"externalReference": {"companySlug": job.company.slug, "reference": job.external_reference}},
    ),
}


@each_role
@pytest.mark.parametrize("path", PATHS)
def test_a_draft_is_there_only_for_those_who_may_read_it(path: str, role: str) -> None:
    job = JobFactory(draft=True, external_reference="R-1")
    query, key = PATHS[path]
    make_viewer, may_read = ROLES[role]
    found = send(query, {"key": key(job)}, by=make_viewer(job)).data["found"]
    expected = {"id": ids.encode("Job", job.pk)} if may_read else None
    assert found == ([expected] if path == "nodes" else expected)


@pytest.mark.parametrize("path", PATHS)
def test_a_live_job_is_there_for_everybody(path: str) -> None:
    job = JobFactory(external_reference="R-1")
    query, key = PATHS[path]
    assert send(query, {"key": key(job)}).data["found"]


@pytest.mark.parametrize("path", PATHS)
def test_hidden_and_missing_look_the_same(path: str) -> None:
    hidden, missing = JobFactory(frozen=True, external_reference="R-1"), JobFactory(external_reference="R-2")
    query, key = PATHS[path]
    keys = [key(hidden), key(missing)]
    missing.delete()
    first, second = (send(query, {"key": value}).content for value in keys)
    first.pop("extensions"), second.pop("extensions")
    assert first == second


@each_role
def test_drafts_are_in_nobodys_list_or_count(role: str) -> None:
    job = JobFactory(draft=True)
    make_viewer, _ = ROLES[role]
    query = "{ jobs { totalCount nodes { id } } companies { nodes { jobs { totalCount nodes { id } } } } }"
    data = send(query, by=make_viewer(job)).data
    assert data["jobs"] == {"totalCount": 0, "nodes": []}
    assert all(company["jobs"] == {"totalCount": 0, "nodes": []} for company in data["companies"]["nodes"])


def mentions_of_posting(source: str) -> set[str]:
    """Where a file names the selectors of what hangs on a job: the top-level classes and functions, or its imports."""
    tree = ast.parse(source)
    imported = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if not any(name.startswith("jobs.selectors.posting") for name in imported):
        return set()
    named = {
        getattr(part, "name", "the module")
        for part in tree.body
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and node.id == "posting"
    }
    return named or {"the module"}


def test_only_a_job_leads_to_what_hangs_on_it() -> None:
    """`posting` does not ask who may see a job, so nobody may ask it who does not hold one that was shown."""
    found = {
        (str(path.relative_to(settings.BASE_DIR)), name)
        for folder in ("schema", "nexus", "jobs", "accounts")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
        if "node_modules" not in path.parts
        for name in mentions_of_posting(path.read_text(encoding="utf-8"))
    }
    # Each of them is given jobs that a selector has shown to the same viewer.
    assert found == {
        ("schema/job/types.py", "Job"),
        ("nexus/rest/job_shapes.py", "job_shown"),
        ("nexus/rest/job_shapes.py", "jobs_shown"),
        ("nexus/feeds/jobposting.py", "job_posting"),
        ("nexus/feeds/jobposting.py", "_open_to"),
    }


@pytest.mark.parametrize(
    "source",
    [
        "from jobs.selectors import posting\nclass User:\n    pay = many(batch=posting.compensations)",
        "from jobs.selectors import posting\ndef _resolve(root, info): return info.context.load(posting.skills, 1)",
        "from jobs.selectors import posting\nids.register('Job', posting.skills)",
        "from jobs.selectors.posting import skills",
    ],
)
def test_another_way_to_what_hangs_on_a_job_is_found(source: str) -> None:
    assert mentions_of_posting(source) - {"Job"}


@pytest.mark.parametrize("status", [CompanyStatus.SUSPENDED, CompanyStatus.CLOSED])
def test_a_company_that_is_not_active_is_there_for_its_team_and_staff_only(status: str) -> None:
    company = CompanyFactory(status=status)
    query = "query($slug: String!) { company(by: {slug: $slug}) { name } companies { nodes { name } } }"
    hidden = {"company": None, "companies": {"nodes": []}}
    assert send(query, {"slug": company.slug}).data == hidden
    assert send(query, {"slug": company.slug}, by=UserFactory()).data == hidden
    for reader in (MembershipFactory(company=company).user, UserFactory(moderator=True)):
        assert send(query, {"slug": company.slug}, by=reader).data == {**hidden, "company": {"name": company.name}}


def test_nobody_reads_another_persons_account() -> None:
    person, other = UserFactory(), UserFactory()
    query = "query($id: ID!) { node(id: $id) { ... on User { email } } }"
    key = {"id": ids.encode("User", person.pk)}
    assert send(query, key).data == {"node": None}
    assert send(query, key, by=other).data == {"node": None}
    assert send(query, key, by=person).data == {"node": {"email": person.email}}
