"""Nobody is shown through a cache what others may see: with and without, in any order, everybody is told the same.

What is told within a transaction comes from no cache; that is what the answers of all orders are compared with.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command
from django.db import transaction

from jobs.models import CompanyStatus, Job
from jobs.services import job as job_service
from kernel import caching
from kernel.viewer import Scope
from nexus.graphql import cache
from nexus.graphql.graphiql.page import load_examples
from nexus.graphql.planning import engine
from schema.core import ids
from schema.core.cached import counts as field_counts
from tests.contracts import documents, private_rows
from tests.contracts.paths import Paths, lift_limits
from tests.door import send
from tests.factories import CompanyFactory, JobFactory, UserFactory, viewer_of
from tests.roles import ROLES, Scene, authorization_of, key_for, make_scene

RANDOM_DOCUMENTS = 10
ORDERS = 2
# When a key or a session was last used is written down a moment later; feeds are judged by how old their jobs are at
# this very moment, and no answer that holds one is shared. To read an application writes the audit log, and a link to a
# file says until when it is good.
MOMENTARY = {"auditLog", "feed", "lastUsedAt", "link", "whyNot"}
# A cursor of a search says as of when it was: what `["jobSearch"` is in base64.
SEARCH_CURSOR = "WyJqb2JTZWFyY2gi"


@dataclass(frozen=True)
class Question:
    """A document with its variables."""

    query: str
    variables: dict[str, Any] | None = None


def headers_of_everybody(scene: Scene) -> dict[str, dict[str, str]]:
    """How a request of every role proves who it comes from, of a key with every scope, and of staff who act for one."""
    everybody = {role: {"authorization": authorization_of(scene, role)} for role in ROLES if role != "anonymous"}
    owner, seeker = scene.people["owner"], scene.people["seeker"]
    assert owner is not None
    assert seeker is not None
    everybody["key with every scope"] = {"authorization": f"Bearer {key_for(owner, *Scope)}"}
    acting = {"authorization": authorization_of(scene, "support"), "x_on_behalf_of": str(seeker.pk)}
    return {"anonymous": {}, **everybody, "support for the seeker": acting}


def questions(scene: Scene, hidden: Job) -> list[Question]:
    """Every example, documents at random, the paths to all that is private, and what depends most on who asks."""
    draft = scene.job
    arguments = {
        "Query.costOf": '(document: "{ jobs { totalCount } }")',
        "Viewer.applicationDraft": f'(jobId: "{ids.encode("Job", draft.pk)}")',
        "Job.sourceToken": '(label: "Fair")',
    }
    paths = Paths(engine().schema, arguments)
    examples = load_examples(settings.BASE_DIR / "schema" / "examples")
    shown = "{ title lifecycle company { name jobs(first: 3) { totalCount nodes { title } } } duplicates { title } }"
    by_slug = f"query One($by: JobBy!) {{ job(by: $by) {shown} }}"
    by_id = f"query Any($id: ID!) {{ node(id: $id) {{ id ... on Job {shown} ... on Company {{ name }} }} }}"
    of_company = "query($by: CompanyBy!) { company(by: $by) { name jobs { totalCount } } }"
    about = (draft, hidden)
    return [
        *(Question(example.query, example.variables) for example in examples if "mutation" not in example.query),
        *(Question(documents.at_random(engine().schema, seed)) for seed in range(RANDOM_DOCUMENTS)),
        *(Question(by_slug, {"by": {"slug": job.slug}}) for job in about),
        *(Question(by_id, {"id": ids.encode("Job", job.pk)}) for job in about),
        *(Question(by_id, {"id": ids.encode("Company", job.company_id)}) for job in about),
        *(Question(of_company, {"by": {"slug": job.company.slug}}) for job in about),
        Question("{ viewer { user { email } memberships { role company { name } } } jobs { totalCount } }"),
        Question("{ jobs { totalCount nodes { title } } }"),
        Question('{ jobSearch(query: "engineer") { totalCount { value } nodes { title isSaved } } }'),
        *(Question(paths.of_root(name)) for name in ("viewer", "jobs", "companies")),
        *(Question(paths.of_node("Company"), {"id": ids.encode("Company", job.company_id)}) for job in about),
    ]


def told(question: Question, headers: dict[str, str]) -> Any:
    """What somebody is answered, without what differs from request to request."""
    content = send(question.query, question.variables, **headers).content
    content.pop("extensions", None)
    return lasting(content)


def lasting(value: Any) -> Any:
    """What does not change from one moment to the next."""
    if isinstance(value, dict):
        return {name: lasting(item) for name, item in value.items() if name not in MOMENTARY}
    if isinstance(value, str) and value.startswith(SEARCH_CURSOR):
        return SEARCH_CURSOR
    return [lasting(item) for item in value if not is_of_the_moment(item)] if isinstance(value, list) else value


def is_of_the_moment(value: Any) -> bool:
    """Whether this is an error of a field that changes from one moment to the next."""
    path = value.get("path") if isinstance(value, dict) else None
    return isinstance(path, list) and not MOMENTARY.isdisjoint(map(str, path))


@pytest.mark.django_db(transaction=True)
def test_caches_tell_everybody_what_they_would_be_told_without(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, record_property: Any, empty_cache: None
) -> None:
    # Longer than the test takes on a slow machine, or the second order would find nothing of the first.
    monkeypatch.setattr(caching, "LIFETIME_SECONDS", 600.0)
    lift_limits(monkeypatch)
    settings.RESPONSE_CACHE = True
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0
    settings.COST_LIMIT = 10**9
    call_command("demo", count=40, verbosity=0)
    scene = make_scene()
    private_rows.plant(scene, JobFactory(company=scene.company))
    hidden = JobFactory(company=CompanyFactory(status=CompanyStatus.SUSPENDED), title="Of a company that is suspended")
    people = headers_of_everybody(scene)
    asked = questions(scene, hidden)

    def compare(seed: int) -> None:
        # Nothing that depends on the moment itself may change between the two.
        with transaction.atomic():
            true = {(name, n): told(one, by) for name, by in people.items() for n, one in enumerate(asked)}
        assert len({str(true[name, n]) for name in people for n in range(len(asked))}) > len(asked), (
            "all are told the same"
        )
        # As in a process that has just begun: what others have cached is in the cache server.
        cache.forget()
        # Others are told nothing from these caches; who may be is asked again and again, before them and after.
        shared = [told for told in true if told[0] == "anonymous"]
        order = [*true, *shared, *shared]
        Random(seed).shuffle(order)
        for name, n in order:
            assert told(asked[n], people[name]) == true[name, n], f"{name} was told something else: {asked[n].query}"

    before = cache.counts(), field_counts.copy()
    for seed in range(ORDERS):
        compare(seed)
    job_service.publish(by=viewer_of(UserFactory(platform_admin=True)), job_id=scene.job.pk)
    compare(ORDERS)
    counts = {name: count - before[0][name] for name, count in cache.counts().items()}
    fields = {name: field_counts[name] - before[1][name] for name in field_counts}
    assert min(counts["process"], counts["redis"], counts["miss"], counts["bypass"]) > 0
    assert min(fields["hit"], fields["miss"]) > 0
    record_property("tally", f"cached answers compared: {counts}, fields: {fields}")
