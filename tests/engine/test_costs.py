"""Prices, worked out by hand beside the rule, and never below what an execution costs."""

import re
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema, get_introspection_query, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Engine, FieldCost, ListSize, Plan, SliceTooLarge
from engine.costs import MAX_PRICE, UNDECLARED_SIZE

PAGE = ListSize(20, ("first", "last"), ("edges", "nodes"), most=100)
COSTS = {
    "Query.jobs": FieldCost(10, PAGE),
    "Query.top": FieldCost(list_size=ListSize(5, ("first",))),
    "Query.some": FieldCost(list_size=ListSize(100, ("ids",), most=100)),
    "Query.dear": FieldCost(weight=7),
    "Jobs.count": FieldCost(weight=50),
    "Job.skills": FieldCost(list_size=ListSize(30)),
    "Job.others": FieldCost(3, PAGE),
    "Job.pay": FieldCost(weight=2),
}


def make_schema() -> GraphQLSchema:
    schema = build_schema("""
        interface Named { name: String }
        type Query {
            jobs(first: Int, last: Int): Jobs!  top(first: Int = 3): [Job!]!  some(ids: [ID!]!): [Job]!
            dear: Int  job: Job  named: Named  result: Result  tags: [String]  open: [Job]
        }
        type Jobs { nodes: [Job!]!  edges: [Edge!]!  info: Info!  count: Int! }
        type Edge { node: Job!  cursor: String }
        type Info { more: Boolean }
        type Job implements Named {
            name: String  pay: Int  skills: [Skill!]!  others(first: Int, last: Int): Jobs!  company: Company
        }
        type Company implements Named { name: String  jobs: [Job!]!  home: Info }
        type Skill { name: String }
        union Result = Job | Company | Skill
    """)
    for coordinate, cost in COSTS.items():
        type_name, field_name = coordinate.split(".")
        type_ = schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        type_.fields[field_name].extensions["cost"] = cost
    return schema


SCHEMA = make_schema()


def price(source: str, variables: dict[str, Any] | None = None) -> int:
    plan = Engine(SCHEMA).plan(source)
    return plan.price.under(plan.coerce(variables))


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("{ __typename tags }", 0),
        ("{ dear }", 7),
        ("{ a: dear b: dear }", 14),
        ("{ job { name } }", 1),
        ("{ job { pay company { name home { more } } } }", 1 + 2 + 1 + 1),
        # A page: its weight, the connection, and so many nodes.
        ("{ jobs { nodes { name } } }", 10 + 1 + 20),
        ("{ jobs(first: 5) { nodes { name pay } } }", 10 + 1 + 5 * (1 + 2)),
        ("{ jobs(last: 5) { edges { cursor node { name } } } }", 10 + 1 + 5 * (1 + 1)),
        ("{ jobs(first: 3, last: 5) { nodes { name } } }", 10 + 1 + 5),
        ("{ jobs(first: null) { nodes { name } } }", 10 + 1 + 20),
        ("{ jobs(first: 0) { nodes { name } info { more } count } }", 10 + 1 + 1 + 50),
        ("{ jobs(first: 2) { nodes { name } edges { node { pay } } } }", 10 + 1 + 2 + 2 * (1 + 1 + 2)),
        ("{ jobs(first: 2) { nodes { others(first: 4) { nodes { name } } } } }", 10 + 1 + 2 * (1 + 3 + 1 + 4)),
        ("{ jobs(first: 2) { a: nodes { name } nodes { name } } }", 10 + 1 + 2 + 2),
        # Lists: by an argument, by its default, by the declared size, and without any.
        ("{ top(first: 2) { skills { name } } }", 2 * (1 + 30)),
        ("{ top { name } }", 3),
        ('{ some(ids: ["a", "b"]) { name } }', 2),
        ('{ some(ids: "a") { name } }', 1),
        ("{ some(ids: []) { name } }", 0),
        ("{ open { name } }", UNDECLARED_SIZE),
        # Of an interface or union the dearest type, with what all of them have.
        ("{ named { name ... on Job { pay skills { name } } ... on Company { home { more } } } }", 1 + 2 + 30),
        ("{ result { ... on Skill { name } ... on Company { home { more } jobs { name } } } }", 1 + 1 + 100),
        ("{ named { ... on Named { ... on Job { pay } } ... on Company { home { more } } } }", 1 + 2 + 1),
        ("{ named { ...A ...B } } fragment A on Job { pay } fragment B on Job { company { name } }", 1 + 2 + 1),
        # Fragments count wherever they are spread.
        ("{ job { ...F company { jobs { ...F } } } } fragment F on Job { pay }", 1 + 2 + 1 + 100 * (1 + 2)),
        ("{ jobs(first: 4) { ...P } } fragment P on Jobs { nodes { ...N } } fragment N on Job { pay }", 10 + 1 + 4 * 3),
        ("{ a: jobs(first: 4) { ...P } jobs(first: 2) { ...P } } fragment P on Jobs { nodes { name } }", 22 + 4 + 2),
        # What is skipped costs nothing.
        ("{ dear @skip(if: true) job @include(if: false) { name } a: dear @include(if: true) @skip(if: false) }", 7),
        ("{ ...F @skip(if: true) ... @include(if: false) { dear } } fragment F on Query { dear }", 0),
        # An operation has the price of its own selections.
        ("query Q { dear } fragment F on Query { a: dear }", 7),
    ],
)
def test_price_is_what_the_rule_says(source: str, points: int) -> None:
    document = parse(source)
    found = Plan(SCHEMA, document).price
    assert found.is_fixed
    assert found.under({}) == points


@pytest.mark.parametrize(
    ("variables", "points"),
    [
        ({}, 10 + 1 + 20),
        ({"n": 7}, 10 + 1 + 7),
        ({"n": None}, 10 + 1 + 20),
        ({"n": 7, "with": True}, 10 + 1 + 7 + 50),
        ({"n": 7, "without": True}, 10 + 1),
        ({"ids": ["a", "b", "c"]}, 10 + 1 + 20 + 3),
    ],
)
def test_price_follows_the_variables(variables: dict[str, Any], points: int) -> None:
    source = """
        query ($n: Int, $with: Boolean = false, $without: Boolean = false, $ids: [ID!]! = []) {
            jobs(first: $n) { ...P @skip(if: $without) count @include(if: $with) }
            some(ids: $ids) { name }
        }
        fragment P on Jobs { nodes { name } }
    """
    assert price(source, variables) == points


def test_field_on_an_interface_weighs_what_the_heaviest_behind_it_does() -> None:
    schema = build_schema("""
        interface Named { name: String }
        type Query { named: [Named] }
        type Job implements Named { name: String }
        type Company implements Named { name: String }
    """)
    types: dict[str, Any] = schema.type_map
    types["Company"].fields["name"].extensions["cost"] = FieldCost(weight=4)
    types["Job"].is_type_of = lambda value, _info: value == 1
    types["Company"].is_type_of = lambda value, _info: value == 2.0
    types["Query"].fields["named"].resolve = lambda _root, _info: [2.0] * UNDECLARED_SIZE
    engine = Engine(schema)
    plan = engine.plan("{ named { name } }")
    assert plan.price.under({}) == UNDECLARED_SIZE * (1 + 4)
    assert [engine.execute(plan).cost for _ in range(3)] == [plan.price.under({})] * 3


def test_default_of_a_variable_counts_where_none_is_given() -> None:
    source = "query ($n: Int = 6) { jobs(first: $n) { nodes { name } } }"
    assert [price(source), price(source, {"n": 2})] == [10 + 1 + 6, 10 + 1 + 2]


def test_default_of_an_argument_counts_where_its_variable_is_not_given() -> None:
    source = "query ($n: Int) { top(first: $n) { name } }"
    assert [price(source), price(source, {"n": 2}), price(source, {"n": None})] == [3, 2, 5]


@pytest.mark.parametrize(
    ("source", "variables", "argument"),
    [
        ("{ jobs(first: 101) { count } }", None, "first"),
        ("query ($n: Int) { jobs(last: $n) { count } }", {"n": 101}, "last"),
        ("query ($n: Int = 101) { job { others(first: $n) { count } } }", None, "first"),
        ("query ($ids: [ID!]!) { some(ids: $ids) { name } }", {"ids": ["a"] * 101}, "ids"),
    ],
)
def test_page_that_is_too_large_has_no_price(source: str, variables: Any, argument: str) -> None:
    with pytest.raises(SliceTooLarge) as refused:
        price(source, variables)
    assert (refused.value.argument, refused.value.most) == (argument, 100)
    assert refused.value.message == f"`{argument}` must be between 0 and 100."


def test_page_that_is_skipped_may_be_too_large() -> None:
    source = "query ($v: Boolean!) { dear jobs(first: 101) @include(if: $v) { count } }"
    assert price(source, {"v": False}) == 7
    with pytest.raises(SliceTooLarge):
        price(source, {"v": True})


def test_largest_and_smallest_pages_have_a_price() -> None:
    assert price("{ jobs(first: 100) { nodes { name } } }") == 10 + 1 + 100
    assert price("{ jobs(first: -5) { nodes { name } } }") == 10 + 1


def test_price_is_no_higher_than_the_highest() -> None:
    assert price("{ open " + "{ company { jobs " * 60 + "{ name }" + " } }" * 60 + " }") == MAX_PRICE
    doubling = " ".join(
        f"fragment F{n} on Job {{ a: company {{ jobs {{ ...F{n + 1} }} }} ...F{n + 1} }}" for n in range(80)
    )
    document = parse(f"{{ job {{ ...F0 }} }} {doubling} fragment F80 on Job {{ name }}")
    assert Plan(SCHEMA, document).price.under({}) == MAX_PRICE


def test_price_of_fragments_that_double_is_worked_out_once_for_each() -> None:
    """2^60 evaluations would never end."""
    doubling = " ".join(
        f"fragment F{n} on Jobs {{ nodes {{ x: others(first: $n) {{ ...F{n + 1} }} y: others {{ ...F{n + 1} }} }} }}"
        for n in range(60)
    )
    source = f"query ($n: Int) {{ jobs {{ ...F0 }} }} {doubling} fragment F60 on Jobs {{ count }}"
    plan = Plan(SCHEMA, parse(source))
    assert not plan.price.is_fixed
    assert plan.price.under({"n": 2}) == MAX_PRICE
    assert plan.price.under({"n": 0}) == MAX_PRICE


def test_selections_nested_beyond_execution_have_the_highest_price() -> None:
    chain = "\n".join(f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(10_000))
    document = parse(f"{{ ...F0 }} {chain} fragment F10000 on Query {{ dear }}", no_location=True)
    assert Plan(SCHEMA, document).price.under({}) == MAX_PRICE


def test_fragment_that_spreads_itself_has_a_price() -> None:
    document = parse("{ job { ...F } } fragment F on Job { pay company { jobs { ...F } } }")
    assert Plan(SCHEMA, document).price.under({}) == 1 + 2 + 1 + 100


def test_introspection_costs_as_much_as_it_gives() -> None:
    source = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
    engine = Engine(SCHEMA)
    plan = engine.plan(source)
    result = engine.execute(plan)
    assert result.errors is None
    assert 0 < result.cost <= plan.price.under({}) < 10 * result.cost
    one = engine.plan('{ __type(name: "Job") { fields { name args { name } } } }')
    assert engine.execute(one).cost <= one.price.under({})


# Executions of random documents over random data.

LEADS = {
    "Query": {"jobs": "Jobs", "top": "Job", "some": "Job", "job": "Job", "named": "Named", "result": "Result"},
    "Jobs": {"nodes": "Job", "edges": "Edge", "info": "Info"},
    "Edge": {"node": "Job"},
    "Info": {},
    "Job": {"skills": "Skill", "others": "Jobs", "company": "Company"},
    "Company": {"home": "Info"},
    "Skill": {},
    "Named": {},
    "Result": {},
}
LEAVES = {
    "Query": ["dear"],
    "Jobs": ["count"],
    "Edge": ["cursor"],
    "Info": ["more"],
    "Job": ["name", "pay"],
    "Company": ["name"],
    "Skill": ["name"],
    "Named": ["name"],
    "Result": ["__typename"],
}
BEHIND = {"Named": ["Job", "Company"], "Result": ["Job", "Company", "Skill"]}
PAGES = ["", "(first: 2)", "(last: 3)", "(first: $n)", "(first: 0)"]
ARGUMENTS = {"jobs": PAGES, "others": PAGES, "top": ["", "(first: 2)", "(first: $n)"], "some": ["(ids: $ids)"]}
CONDITIONS = ["", "", "", "@skip(if: $v)", "@include(if: $v)"]


@st.composite
def selections(draw: st.DrawFn, type_name: str, depth: int, may_spread: bool = True) -> str:
    parts = [draw(st.sampled_from(LEAVES[type_name]))]
    for _ in range(draw(st.integers(0, 3))):
        condition = draw(st.sampled_from(CONDITIONS))
        kinds = ["leaf", "inline", "fragment"] + ["field"] * 3 * bool(LEADS[type_name] and depth)
        kind = draw(st.sampled_from(kinds))
        if kind == "field":
            name = draw(st.sampled_from(sorted(LEADS[type_name])))
            arguments = draw(st.sampled_from(ARGUMENTS.get(name, [""])))
            # A key of its own: the same field twice with other arguments would not be valid.
            key = re.sub(r"\W", "_", f"{name}{arguments}")
            below = draw(selections(LEADS[type_name][name], depth - 1, may_spread))
            parts.append(f"{key}: {name}{arguments} {condition} {below}")
        elif kind == "inline":
            inner = draw(st.sampled_from(BEHIND.get(type_name, [type_name])))
            parts.append(f"... on {inner} {condition} {draw(selections(inner, max(depth - 1, 0), may_spread))}")
        elif kind == "fragment" and may_spread and type_name in ("Job", "Jobs"):
            parts.append(f"...Of{type_name} {condition}")
    return "{ " + " ".join(parts) + " }"


@st.composite
def documents(draw: st.DrawFn) -> str:
    fragments = " ".join(
        f"fragment Of{name} on {name} {draw(selections(name, 1, may_spread=False))}" for name in ("Job", "Jobs")
    )
    # All that is declared, once.
    used = "a: job { ...OfJob } b: jobs { ...OfJobs } c: some(ids: $ids) { name } d: top(first: $n) { pay }"
    body = draw(selections("Query", 4))
    return f"query ($n: Int, $v: Boolean!, $ids: [ID!]!) {{ {used} e: dear @skip(if: $v) {body[1:]} {fragments}"


@settings(max_examples=300, deadline=None)
@given(documents(), st.booleans(), st.none() | st.integers(0, 5), st.integers(0, 4), st.randoms(use_true_random=False))
def test_execution_never_costs_more_than_its_price(source: str, v: bool, n: int | None, ids: int, random: Any) -> None:
    variables: dict[str, Any] = {"v": v, "ids": [str(number) for number in range(ids)], "n": n}

    def page(size: int) -> dict[str, Any]:
        rows = [job() for _ in range(random.randint(0, size))]
        return {
            "nodes": rows,
            "edges": [{"node": row} for row in rows],
            "info": {} if random.random() < 0.9 else None,
            "count": 1,
        }

    def asked(first: int | None = None, last: int | None = None) -> int:
        return 20 if first is None and last is None else max(first or 0, last or 0)

    def job() -> dict[str, Any]:
        return {
            "__typename": "Job",
            "pay": 1,
            "skills": [{}] * random.randint(0, 30),
            "company": random.choice([None, {"__typename": "Company", "home": {}}]),
            "others": lambda info, **arguments: page(min(asked(**arguments), 4)),
        }

    root = {
        "jobs": lambda info, **arguments: page(asked(**arguments)),
        "top": lambda info, first=5: [job()] * random.randint(0, 5 if first is None else first),
        "some": lambda info, ids: [random.choice([None, job()]) for _ in ids],
        "dear": 1,
        "job": job(),
        "named": random.choice([job(), {"__typename": "Company", "home": {}}]),
        "result": random.choice([job(), {"__typename": "Skill"}, {"__typename": "Company", "home": {}}]),
    }
    engine = Engine(SCHEMA)
    plan = engine.plan(source)
    result = engine.execute(plan, variables=variables, root=root)
    assert result.cost <= plan.price.under(plan.coerce(variables))
