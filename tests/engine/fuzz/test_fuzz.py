"""Random documents over random schemas and data get the same answers from the engine and from graphql-core.

`make test` compares the same cases each time; `make test-long` draws others, which `--hypothesis-seed` repeats.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.engine.fuzz.cases import Case, cases
from tests.engine.fuzz.comparing import compare

type Record = Callable[[str, object], None]

EXAMPLES = 100
EXAMPLES_LONG = 3000
CHECKED = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": False}


def told(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counted.most_common())


@pytest.mark.parametrize("number", range(6))
def test_random_documents_get_the_answer_of_graphql_core(number: int, record_property: Record) -> None:
    counted: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=EXAMPLES, **CHECKED)
    @given(case=cases())
    def run(case: Case) -> None:
        compare(case, counted)

    run()
    record_property("tally", f"fuzzer, seed {number}: {told(counted)}")
    assert counted["documents"] >= EXAMPLES
    assert counted["with errors"] > EXAMPLES / 10
    assert counted["with nulls propagated"] > EXAMPLES / 20
    assert counted["equal with promises"] > EXAMPLES / 10
    assert counted["values"] > 3 * EXAMPLES


@pytest.mark.long
@pytest.mark.parametrize("number", range(10))
def test_many_random_documents_get_the_answer_of_graphql_core(number: int, record_property: Record) -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES_LONG, **CHECKED)
    @given(case=cases())
    def run(case: Case) -> None:
        compare(case, counted)

    run()
    record_property("tally", f"fuzzer, long run {number}: {told(counted)}")
    assert counted["documents"] >= EXAMPLES_LONG
