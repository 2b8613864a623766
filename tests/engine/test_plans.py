"""Documents are made ready once, refused with reasons, and kept within bounds."""

import threading
from typing import Any

import pytest
from graphql import GraphQLError, ValidationRule, build_schema, parse

from engine import DocumentInvalid, DocumentLimits, Engine, Plan, plans
from tests.engine.board import SCHEMA, Context


def test_plan_is_made_once_for_a_text_and_an_operation_name(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def noting(source: str, **options: Any) -> Any:
        made.append(source)
        return parse(source, **options)

    monkeypatch.setattr(plans, "parse", noting)
    engine = Engine(SCHEMA)
    source = "query A { jobs { id } } query B { jobs { title } }"
    assert engine.plan(source, "A") is engine.plan(source, "A")
    assert engine.plan(source, "B").operation.name.value == "B"
    for _ in range(3):
        with pytest.raises(DocumentInvalid):
            engine.plan("{ nonsense }")
    assert made == [source, source, "{ nonsense }"]


def test_cache_keeps_the_plans_last_used_and_no_more() -> None:
    engine = Engine(SCHEMA, max_plans=3)
    plans_of = {name: engine.plan(f"query {name} {{ jobs {{ id }} }}") for name in "abc"}
    assert engine.plan("query a { jobs { id } }") is plans_of["a"]
    engine.plan("query d { jobs { id } }")
    assert engine.plan("query a { jobs { id } }") is plans_of["a"]
    assert engine.plan("query b { jobs { id } }") is not plans_of["b"]
    for number in range(50):
        engine.plan(f"query q{number} {{ jobs {{ id }} }}")
        with pytest.raises(DocumentInvalid):
            engine.plan(f"query q{number} {{ nonsense }}")
    assert len(engine._plans) == 6


def test_flood_of_invalid_documents_evicts_no_plan() -> None:
    engine = Engine(SCHEMA, max_plans=3)
    plan = engine.plan("{ jobs { id } }")
    for number in range(20):
        with pytest.raises(DocumentInvalid):
            engine.plan(f"{{ nonsense{number} }}")
    assert engine.plan("{ jobs { id } }") is plan


def test_document_that_is_only_looked_at_takes_nobodys_place() -> None:
    engine = Engine(SCHEMA, max_plans=3)
    plan = engine.plan("{ jobs { id } }")
    for number in range(20):
        looked_at = f"query q{number} {{ jobs {{ id }} }}"
        assert engine.plan(looked_at, keep=False).operation.name
        assert engine.held_plan(looked_at) is None
        with pytest.raises(DocumentInvalid):
            engine.plan(f"{{ nonsense{number} }}", keep=False)
    assert engine.held_plan("{ jobs { id } }") is plan
    assert engine.plan("{ jobs { id } }", keep=False) is plan
    assert len(engine._plans) == 1


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        ("{ jobs {", None, "Syntax Error: Expected Name, found <EOF>."),
        ("", None, "Syntax Error: Unexpected <EOF>."),
        ("{ jobs { nonsense } }", None, "Cannot query field 'nonsense' on type 'Job'."),
        ("query A { jobs { id } } query B { jobs { id } }", None, "Must provide operation name"),
        ("query A { jobs { id } }", "B", "Unknown operation named 'B'."),
        ("{ jobs { id } }", "", "Unknown operation named ''."),
        ("subscription { tick }", None, "subscription"),
        ('{ jobs { id(x: "\ud800") } }', None, "Invalid character within String: U+D800"),
    ],
)
def test_document_that_cannot_run_is_refused_with_the_reason(source: str, name: str | None, message: str) -> None:
    engine = Engine(SCHEMA)
    for _ in range(2):
        with pytest.raises(DocumentInvalid) as refusal:
            engine.plan(source, name)
        assert message in refusal.value.errors[0].message


def test_validation_stops_after_twenty_errors() -> None:
    fields = " ".join(f"nonsense{number}" for number in range(100))
    with pytest.raises(DocumentInvalid) as refusal:
        Engine(SCHEMA).plan(f"{{ {fields} }}")
    assert len(refusal.value.errors) == 21
    assert "Too many validation errors" in refusal.value.errors[-1].message


def test_rules_may_be_ones_own() -> None:
    class NoJobs(ValidationRule):
        def enter_field(self, node: Any, *_: Any) -> None:
            if node.name.value == "jobs":
                self.report_error(GraphQLError("No jobs today.", node))

    with pytest.raises(DocumentInvalid, match=r"No jobs today\."):
        Engine(SCHEMA, rules=[NoJobs]).plan("{ jobs { id } }")


def test_plan_names_the_types_that_it_may_read() -> None:
    schema = build_schema("""
        interface Node { id: ID }
        type A implements Node { id: ID b: B c: [C!] }
        type B implements Node { id: ID n: Int }
        type C { n: Int }
        type D { n: Int }
        union BorC = B | C
        type Query { node: Node a: A u: BorC d: D }
    """)
    engine = Engine(schema)

    def types(source: str) -> set[str]:
        return set(engine.plan(source).types)

    assert types("{ a { c { n } } }") == {"Query", "A", "C"}
    assert types("{ node { id } }") == {"Query", "Node", "A", "B"}
    assert types("{ u { __typename ... on C { n } } }") == {"Query", "BorC", "B", "C"}
    assert types(
        "{ ...F } fragment F on Query { a { ...G } ...F2 } fragment G on A { b { n } } "
        "fragment F2 on Query { d @skip(if: true) { n } }"
    ) == {"Query", "A", "B", "D"}
    assert types("query X { d { n } }") == {"Query", "D"}
    assert types("{ __typename }") == {"Query"}
    assert "__Schema" in types("{ __schema { queryType { name } } }")


def test_plan_reads_only_the_chosen_operation() -> None:
    engine = Engine(SCHEMA)
    source = "query A { jobs { id } } query B { companies(ids: [1]) { name } }"
    assert engine.plan(source, "A").types == {"Query", "Job"}
    assert engine.plan(source, "A").operation_type.value == "query"


def test_shapes_of_a_plan_are_bounded_whatever_its_conditions() -> None:
    names = [f"c{number}" for number in range(8)]
    declared = ", ".join(f"${name}: Boolean = false" for name in names)
    fields = " ".join(f"{name}: id @include(if: ${name})" for name in names)
    engine = Engine(SCHEMA)
    plan = engine.plan(f"query ({declared}) {{ jobs(first: 1) {{ id {fields} }} }}")
    for bits in range(256):
        chosen = {name: bool(bits >> place & 1) for place, name in enumerate(names)}
        answer = engine.execute(plan, variables=chosen, context=Context())
        assert answer.data is not None
        assert set(answer.data["jobs"][0]) == {"id", *(name for name in names if chosen[name])}
    assert len(plan._shapes) == plans.MAX_SHAPES


def test_selections_nested_too_deeply_are_an_error() -> None:
    depth = 10_000
    chain = "\n".join(f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(depth))
    document = parse(f"{{ ...F0 }} {chain} fragment F{depth} on Query {{ __typename }}", no_location=True)
    answer = Engine(SCHEMA).execute(Plan(SCHEMA, document), variables=None, context=Context())
    assert answer.data is None
    assert [error.message for error in answer.errors or []] == ["Selections are nested too deeply. Execution aborted."]


def test_threads_that_plan_and_execute_at_once_get_their_own_answers() -> None:
    engine = Engine(SCHEMA, max_plans=4)
    wrong: list[Any] = []
    barrier = threading.Barrier(6)

    def work(number: int) -> None:
        barrier.wait()
        for turn in range(40):
            count = (number + turn) % 7 + 1
            source = (
                f"query ($s: Boolean!) {{ jobs(first: {count}) {{ id t: title @skip(if: $s) company {{ name }} }} }}"
            )
            answer = engine.execute(engine.plan(source), variables={"s": bool(turn % 2)}, context=Context())
            keys = {"id", "company"} if turn % 2 else {"id", "t", "company"}
            if answer.errors or len(answer.data["jobs"]) != count or set(answer.data["jobs"][0]) != keys:
                wrong.append(answer)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert engine.stats.executed == 240


def test_long_documents_are_not_kept() -> None:
    engine = Engine(SCHEMA)
    valid = "{ " + " ".join(f"a{number}: __typename" for number in range(2_000)) + " }"
    assert len(valid) > plans.MAX_KEPT_SOURCE
    assert engine.plan(valid) is not engine.plan(valid)
    with pytest.raises(DocumentInvalid):
        engine.plan(valid + "}")
    assert len(engine._plans) == 0


def test_documents_of_more_tokens_than_allowed_are_refused() -> None:
    engine = Engine(SCHEMA, limits=DocumentLimits(tokens=10))
    assert engine.plan("{ jobs { id } }")
    with pytest.raises(DocumentInvalid, match="has 11 tokens; at most 10 are allowed"):
        engine.plan("{ a: __typename b: __typename c: __typename d: __typename }")
