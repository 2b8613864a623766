"""What a request has loaded it does not load again, by whichever way."""

from typing import Any

import pytest

from engine import Loaders
from engine.loaders import freeze, loaders_of
from tests.engine.board import Context, Refused, run, run_by_oracle


def numbers(viewer: str, keys: list[int], **args: Any) -> dict[int, str]:
    return {key: f"{viewer} {key} {args}" for key in keys if key < 100}


def test_chained_loads_take_one_call_per_link() -> None:
    for way in (run, run_by_oracle):
        context = Context()
        answer = way("{ jobs { owner { name } } }", context=context)
        assert answer.formatted["data"]["jobs"][0] == {"owner": {"name": "Owner 1"}}
        assert context.calls() == {"companies_by_id": 1, "owners_by_id": 1}


def test_chains_of_unequal_length_meet_in_one_call() -> None:
    for way in (run, run_by_oracle):
        context = Context()
        assert way("{ jobs { owner { name } slowOwner { name } } }", context=context).errors is None
        assert context.calls() == {"companies_by_id": 1, "owners_by_id": 1}


def test_relation_and_load_share_one_call_and_one_memory() -> None:
    context = Context()
    source = "{ jobs { company { name parent { name } } loadedCompany { name parent { name } } both { name } } }"
    assert run(source, context=context).errors is None
    assert context.calls() == {"companies_by_id": 2}
    assert run("{ jobs { loadedCompany { id } } }", context=context).errors is None
    assert context.calls() == {"companies_by_id": 2}


def test_load_outside_an_executor_settles_at_once() -> None:
    loaders = Loaders("Ada")
    assert loaders.load(numbers, 1).get() == "Ada 1 {}"
    assert loaders.load(numbers, 1).then(lambda found: loaders.load(numbers, len(found))).get() == "Ada 8 {}"
    assert loaders.calls[numbers] == 2


def test_load_of_null_or_of_an_unknown_key_is_null() -> None:
    loaders = Loaders("Ada")
    assert loaders.load(numbers, None).get() is None
    assert loaders.calls[numbers] == 0
    assert loaders.load(numbers, 100).get() is None


def test_arguments_have_memories_of_their_own() -> None:
    loaders = Loaders("Ada")
    assert loaders.load(numbers, 1, where={"tags": ["a"]}).get() == "Ada 1 {'where': {'tags': ['a']}}"
    assert loaders.load(numbers, 1, where={"tags": ["b"]}).get() == "Ada 1 {'where': {'tags': ['b']}}"
    assert loaders.load(numbers, 1, where={"tags": ["a"]}).get() == "Ada 1 {'where': {'tags': ['a']}}"
    assert loaders.calls[numbers] == 2


def test_refused_key_stays_refused() -> None:
    def refuse(_viewer: str, keys: list[int]) -> dict[int, Any]:
        raise Refused(str(keys))

    loaders = Loaders("Ada")
    for _ in range(2):
        with pytest.raises(Refused, match=r"\[4\]"):
            loaders.load(refuse, 4).get()
    assert loaders.calls[refuse] == 1


def test_forgotten_value_is_loaded_again() -> None:
    loaders = Loaders("Ada")
    loaders.load(numbers, 1).get()
    loaders.forget()
    loaders.load(numbers, 1).get()
    assert loaders.calls[numbers] == 2


def test_selector_may_change_the_list_of_keys_that_it_gets() -> None:
    def emptying(_viewer: str, keys: list[int]) -> dict[int, int]:
        found = {key: key for key in keys}
        keys.clear()
        return found

    assert Loaders("Ada").load(emptying, 5).get() == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ([1], (1, 2)), ({"a": 1}, {"a": True}), ([], {}), (None, 0), ({1}, [1])],
)
def test_arguments_that_differ_are_told_apart(one: Any, other: Any) -> None:
    assert freeze(one) != freeze(other)


@pytest.mark.parametrize("value", [{"a": [1, {"b": 2}], "c": 3}, [1, "x", None], {1, 2}])
def test_equal_arguments_are_equal(value: Any) -> None:
    copied = {**value} if isinstance(value, dict) else type(value)(value)
    assert freeze(value) == freeze(copied)
    assert hash(freeze(value)) == hash(freeze(copied))


def test_argument_that_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        Loaders("Ada").load(numbers, 1, where=bytearray(b"x"))


def test_loaders_are_found_behind_an_attribute_or_a_bound_method() -> None:
    class Bound:
        def __init__(self) -> None:
            self.load = Loaders("Ada").load

    assert isinstance(loaders_of(Bound()), Loaders)
    assert isinstance(loaders_of(Context()), Loaders)
    assert loaders_of(None) is None
    assert loaders_of({"load": 1}) is None


def test_dict_that_a_selector_keeps_and_changes_is_copied() -> None:
    shared: dict[int, str] = {}

    def sharing(_viewer: str, keys: list[int]) -> dict[int, str]:
        shared.clear()
        shared.update({key: f"value {key}" for key in keys})
        return shared

    loaders = Loaders("Ada")
    assert loaders.load(sharing, 1).get() == "value 1"
    assert loaders.load(sharing, 2).get() == "value 2"
    shared.clear()
    assert [loaders.load(sharing, key).get() for key in (1, 2)] == ["value 1", "value 2"]
    assert loaders.calls[sharing] == 2


def test_value_that_nobody_asked_for_is_not_remembered() -> None:
    def generous(_viewer: str, keys: list[int]) -> dict[int, str]:
        return {1: "one", 7: "not asked for"} if 1 in keys else {}

    loaders = Loaders("Ada")
    batch = loaders.batch(generous, {})
    loaders.want(batch, [1, 2])
    assert loaders.load(generous, 7).get() is None
    assert [loaders.load(generous, key).get() for key in (1, 2, 7)] == ["one", None, None]
    assert loaders.calls[generous] == 2
