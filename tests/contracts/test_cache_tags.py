"""Tags: every table that the public is shown something of belongs to one, and every answer has the tags of its tables.

PostgreSQL itself tells which tables were read, by whatever way. Which tables are written to is held by `tests.writes`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from kernel import caching
from nexus.graphql.graphiql.page import Example, load_examples
from nexus.graphql.planning import engine
from schema.core.caching import tags_of_shared
from tests.contracts import documents
from tests.door import send

EXAMPLES = load_examples(settings.BASE_DIR / "schema" / "examples")
WITHOUT_TAG = {
    # What is read for a signed-in person only, whose answers are not shared.
    "jobs_companydomain", "jobs_employerblock", "jobs_experience", "jobs_feedsettings", "jobs_follow",
    "jobs_hiringteam", "jobs_invitation", "jobs_jobdismissal", "jobs_membership", "jobs_profile",
    "jobs_profileeducation", "jobs_profilelanguage", "jobs_profilelink", "jobs_profileskill", "jobs_savedjob",
    "jobs_application", "jobs_applicationdraft", "jobs_candidate", "jobs_companyexport", "jobs_file", "jobs_resume",
    "jobs_applicationtransition", "jobs_emailtemplate", "jobs_note", "jobs_rejectionmail", "jobs_stage",
    "jobs_stagetemplate", "jobs_workauthorisation",
    # What the public is never shown.
    "jobs_importrow", "jobs_importrun", "jobs_jobreport", "jobs_moderationcase", "jobs_taxonomyedition", "search_use",
    # What has yet to be indexed; what comes of it is written to the index.
    "search_pending",
    # Its title and homepage stand beside postings. It is written to each time that the source is looked at, which is
    # all the time; a new title is shown when what is cached has lived its time.
    "jobs_importsource",
    # What people did with postings, and what is counted and learned of it: it is written to all the time, and what the
    # public is shown by it may be as old as what is cached gets. Weights of feeds, of which only feeds are made.
    "feed_cell", "job_heat", "jobs_interactionevent", "jobs_rankingmodel",
}  # fmt: skip
# The months of a table are that table.
_SCANS = """
    SELECT coalesce(whole.relname, t.relname), sum(t.seq_scan + coalesce(t.idx_scan, 0))
    FROM pg_stat_xact_user_tables t LEFT JOIN pg_inherits i ON i.inhrelid = t.relid
    LEFT JOIN pg_class whole ON whole.oid = i.inhparent GROUP BY 1"""

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_board")]


@pytest.fixture(scope="module")
def demo_board(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A demo board for all tests of the module, in a transaction around theirs."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", count=60, verbosity=0)
        yield
        transaction.set_rollback(True)


def tables_read(query: str, variables: dict[str, Any] | None = None) -> set[str]:
    """The tables that PostgreSQL looked into for the answer to nobody."""
    before = _scans()
    send(query, variables)
    return {table for table, scans in _scans().items() if scans > before.get(table, 0)}


def _scans() -> dict[str, int]:
    with connection.connection.cursor() as cursor:
        return dict(cursor.execute(_SCANS).fetchall())


def refused_tables(query: str, tables: set[str]) -> set[str]:
    """Those of the tables whose tag the answer to this document does not have."""
    plan = engine().plan(query)
    tags = tags_of_shared(plan.schema, plan.document, plan.operation, plan.types)
    return {table for table in tables if table not in WITHOUT_TAG and caching._by_table.get(table) not in (tags or ())}


def is_shared(query: str) -> bool:
    plan = engine().plan(query)
    return tags_of_shared(plan.schema, plan.document, plan.operation, plan.types) is not None


def test_no_table_of_accounts_has_a_tag() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("accounts").get_models()}
    assert tables.isdisjoint(caching._by_table)


def test_every_table_of_hiring_has_a_tag_or_a_reason() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("jobs").get_models()}
    with_tag = {table for table in tables if table in caching._by_table}
    assert tables - with_tag == WITHOUT_TAG & tables
    assert with_tag.isdisjoint(WITHOUT_TAG)
    assert not WITHOUT_TAG - tables, "a table is gone"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_reads_what_its_tags_say(example: Example) -> None:
    if is_shared(example.query):
        read = tables_read(example.query, example.variables)
        assert read
        assert refused_tables(example.query, read) == set()


@pytest.mark.parametrize("seed", range(40))
def test_a_document_at_random_reads_what_its_tags_say(seed: int) -> None:
    query = documents.at_random(engine().schema, seed)
    if is_shared(query):
        assert refused_tables(query, tables_read(query)) == set()


def test_most_documents_at_random_are_shared() -> None:
    shared = [is_shared(documents.at_random(engine().schema, seed)) for seed in range(40)]
    assert sum(shared) > 20
    assert not all(shared)


def test_a_table_beyond_the_tags_is_found() -> None:
    query = "{ skills { nodes { name } } }"
    assert refused_tables(query, tables_read(query)) == set()
    assert refused_tables(query, {"jobs_job", "jobs_skill"}) == {"jobs_job"}
