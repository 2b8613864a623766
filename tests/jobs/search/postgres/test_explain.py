"""How PostgreSQL runs each kind of search: the nodes of its plans, as they were reviewed.

A plan that flips makes a search slow before anybody changes it, so a changed file here is a change to review: run with
`NEXUS_WRITE_PLANS=1` to write the plans of now. The board is a small market with its statistics. Reading a whole table
is forbidden, as the planner itself would find it too dear on a large board.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from jobs.market.run import generate
from jobs.search.engine import engine
from jobs.search.grammar import parse
from jobs.search.port import FacetDimension, JobSearchOrderField, Query, SearchOrder, SuggestionKind
from jobs.search.where import JobFilter, Near

PLANS = Path(__file__).parent / "plans"
JOBS = 2_800
SETTINGS = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    "effective_cache_size": "4GB",
    "work_mem": "4MB",
    "enable_seqscan": "off",
}
ANALYZED = ("job_search", "search_term", "search_delete", "search_suggestion")
# More than a thousand postings have the first two, and next to none has the last.
COMMON, TWO_COMMON, RARE = "work", "work start", "bayesian"
BERLIN = Near(latitude=52.52, longitude=13.405, radius_km=100)
NEWEST, BEST_PAID = SearchOrder(JobSearchOrderField.PUBLISHED), SearchOrder(JobSearchOrderField.PAY)
NEAREST = SearchOrder(JobSearchOrderField.DISTANCE, is_descending=False)
EIGHT = [dimension for dimension in FacetDimension if dimension not in (FacetDimension.PAY, FacetDimension.PUBLISHED)]
REMOTE = JobFilter(workplaces=("remote",))


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A market for all tests of the module, in a transaction around theirs."""
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            # Pages that earlier tests left behind make an index dearer than it is, and another one cheaper by that.
            cursor.execute(f"TRUNCATE {', '.join(ANALYZED)}")
            # What waits on the index's list, until vacuum sorts it in, would too.
            cursor.execute("ALTER INDEX job_search_words SET (fastupdate = off)")
        generate(JOBS, seed=1, people=0)
        with connection.cursor() as cursor:
            for name in ANALYZED:
                cursor.execute(f"ANALYZE {name}")
            for name, value in SETTINGS.items():
                cursor.execute(f"SET LOCAL {name} = '{value}'")
            # Or each test would check the whole market's references once more.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


def asked(text: str = "", **values: Any) -> Query:
    """A query as of now."""
    return Query(at=timezone.now(), question=parse(text) if text else None, **values)


def deep(order: SearchOrder) -> tuple[Any, UUID]:
    """Where the third page of a hundred ends."""
    hit = engine().listed(asked(order=order), 300)[-1]
    return hit.value, hit.job_id


def some_job() -> UUID:
    return engine().listed(asked(order=NEWEST), 1)[0].job_id


def in_a_place() -> JobFilter:
    return JobFilter(places=(commonest("unnest(place_ids)"),))


def in_a_category() -> JobFilter:
    return JobFilter(categories=(commonest("category_id"),))


@cache
def commonest(values: str) -> int:
    """What most rows have."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {values} AS v FROM job_search GROUP BY v ORDER BY count(*) DESC, v LIMIT 1")
        ((value,),) = cursor.fetchall()
    return int(value)


SHAPES: dict[str, Callable[[], object]] = {
    "probe-rare": lambda: engine().total(asked(RARE), 1_001),
    "probe-common": lambda: engine().total(asked(COMMON), 1_001),
    "probe-filtered": lambda: engine().total(asked(where=REMOTE), 1_001),
    "ranked-rare": lambda: engine().ranked(asked(RARE)),
    "ranked-common": lambda: engine().ranked(asked(COMMON)),
    "ranked-two-common": lambda: engine().ranked(asked(TWO_COMMON)),
    "ranked-filtered": lambda: engine().ranked(asked(COMMON, where=REMOTE)),
    "ranked-in-a-place": lambda: engine().ranked(asked(TWO_COMMON, where=in_a_place())),
    "ranked-in-a-category": lambda: engine().ranked(asked(TWO_COMMON, where=in_a_category())),
    "newest": lambda: engine().listed(asked(order=NEWEST), 20),
    "newest-deep": lambda: engine().listed(asked(order=NEWEST), 20, after=deep(NEWEST)),
    "newest-rare": lambda: engine().listed(asked(RARE, order=NEWEST), 20),
    "newest-common": lambda: engine().listed(asked(COMMON, order=NEWEST), 20),
    "newest-common-deep": lambda: engine().listed(asked(COMMON, order=NEWEST), 20, after=deep(NEWEST)),
    "paid": lambda: engine().listed(asked(order=BEST_PAID), 20),
    "paid-deep": lambda: engine().listed(asked(order=BEST_PAID), 20, after=deep(BEST_PAID)),
    "paid-common": lambda: engine().listed(asked(COMMON, order=BEST_PAID), 20),
    "nearest": lambda: engine().listed(asked(order=NEAREST, near=(BERLIN,)), 20),
    "nearest-common": lambda: engine().listed(asked(COMMON, order=NEAREST, near=(BERLIN,)), 20),
    "facets": lambda: engine().facets(asked(), EIGHT, 10),
    "facets-rare": lambda: engine().facets(asked(RARE), EIGHT, 10),
    "facets-common": lambda: engine().facets(asked(COMMON), EIGHT, 10),
    "facets-filtered": lambda: engine().facets(asked(COMMON, where=REMOTE), EIGHT, 10),
    "facets-in-a-place": lambda: engine().facets(asked(COMMON, where=in_a_place()), EIGHT, 10),
    "suggestions": lambda: engine().suggest("eng", list(SuggestionKind), 10, timezone.now()),
    "suggestions-mistyped": lambda: engine().suggest("egnin", list(SuggestionKind), 10, timezone.now()),
    "correction": lambda: engine().correct(["engneer"]),
    "similar": lambda: engine().similar([some_job()], 10, timezone.now()),
    "explained": lambda: engine().explained(asked(COMMON), [some_job()]),
    "highlights": lambda: engine().highlights(asked(COMMON), [some_job()]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_plan_is_the_one_that_was_reviewed(name: str) -> None:
    text = "\n".join(plans(SHAPES[name]))
    file = PLANS / f"{name}.txt"
    if os.environ.get("NEXUS_WRITE_PLANS"):
        file.write_text(text)
    assert text == file.read_text()


def test_every_reviewed_plan_is_of_a_shape() -> None:
    assert {path.stem for path in PLANS.glob("*.txt")} == set(SHAPES)


def test_words_are_as_common_as_the_shapes_say() -> None:
    assert engine().total(asked(COMMON), 1_001).value == 1_001
    assert engine().total(asked(TWO_COMMON), 1_001).value == 1_001
    assert 0 < engine().total(asked(RARE), 1_001).value < 20


def test_a_plan_that_reads_all_rows_is_seen() -> None:
    """The snapshot would differ if an index were gone."""
    before = plans(SHAPES["newest"])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX job_search_newest")
        after = plans(SHAPES["newest"])
        transaction.set_rollback(True)

    assert before != after


def plans(run: Callable[[], object]) -> list[str]:
    """The plans of what is run, statement by statement, without the second run of one that comes again."""
    seen = []
    for statement, values in statements(run):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
            ((content,),) = cursor.fetchall()
        (explained,) = json.loads(content) if isinstance(content, str) else content
        lines = "\n".join(told(explained["Plan"]))
        if lines not in seen:
            seen.append(lines)
    return [f"{lines}\n" for lines in seen]


def statements(run: Callable[[], object]) -> list[tuple[str, Any]]:
    """What is read by a second run, which finds looked up what only the first has to."""
    read: list[tuple[str, Any]] = []

    def watch(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
        read.append((statement, values))
        return execute(statement, values, many, context)

    run()
    with connection.execute_wrapper(watch):
        run()
    return [one for one in read if one[0].lstrip().upper().startswith(("SELECT", "WITH", "("))]


_LIKE = re.compile(r"_term_[0-9a-f]{8}_like$")
_ALL_SO_FAR = re.compile(r"\(published_at <= '[^']*'::timestamp with time zone\)")


def told(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """A line for each node: what it does to which table or index. Estimates and values are left out."""
    words = [node["Node Type"]]
    if node.get("Join Type") not in (None, "Inner"):
        words.append(node["Join Type"])
    if node.get("Strategy") not in (None, "Plain"):
        words.append(node["Strategy"])
    if where := node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name"):
        words.append(f"on {where}")
    if index := node.get("Index Name"):
        # A word is found as quickly by either of the two indexes that Django makes of a key that is text, and all that
        # is published by each that has the instant.
        is_all = node["Node Type"].startswith("Bitmap") and _ALL_SO_FAR.fullmatch(node.get("Index Cond", ""))
        words.append("by an index of instants" if is_all else f"by {_LIKE.sub('_pkey', index)}")
    if keys := node.get("Sort Key"):
        words.append(f"by {', '.join(key if len(key) < 40 else 'an expression' for key in keys)}")
    conditions = ("Index Cond", "Filter", "One-Time Filter", "Join Filter")
    words += [f"[{name.lower()}]" for name in conditions if name in node]
    if named := node.get("Subplan Name"):
        words.append(f"({named})")
    yield f"{'  ' * depth}{' '.join(words)}"
    for child in node.get("Plans", []):
        yield from told(child, depth + 1)
