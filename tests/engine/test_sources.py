"""Locations of errors are graphql-core's, whatever ends the lines, and found without reading the text for each."""

import time

import pytest
from graphql import Source, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from engine import DocumentInvalid, Engine
from engine.sources import FastSource
from tests.engine.board import SCHEMA


@given(st.text("ab\r\n\x0b\u2028", max_size=30))
def test_locations_are_those_of_graphql_core(text: str) -> None:
    found = [FastSource(text).get_location(position) for position in range(len(text) + 2)]
    assert found == [Source(text).get_location(position) for position in range(len(text) + 2)]


def test_each_of_several_places_that_an_error_points_to_is_told() -> None:
    source = "query A {\n  jobs { id }\r\n  a: jobs { a: id\r a: title } } query\nA { jobs { id } }"
    with pytest.raises(DocumentInvalid) as refusal:
        Engine(SCHEMA).plan(source, "A")
    found = [(error.message[:6], error.locations) for error in refusal.value.errors]
    assert found == [(error.message[:6], error.locations) for error in validate(SCHEMA, parse(source))]
    assert [len(locations or ()) for _, locations in found] == [2, 2]


def test_errors_at_two_places_far_down_a_long_document_are_found_in_no_time() -> None:
    conflicts = " ".join(f"a{number}: id a{number}: title" for number in range(20))
    started = time.process_time()
    with pytest.raises(DocumentInvalid) as refusal:
        Engine(SCHEMA, suggest=False).plan("{ jobs {" + "\n" * 400_000 + conflicts + "} }")
    assert time.process_time() - started < 1.5
    locations = refusal.value.errors[19].locations or []
    assert [location.line for location in locations] == [400_001, 400_001]


@pytest.mark.parametrize("filler", ["\n", "\r\n", " ", ","])
def test_errors_far_down_a_long_document_are_found_in_no_time(filler: str) -> None:
    source = "{" + filler * 400_000 + " ".join(f"nothing{number}" for number in range(20)) + "}"
    started = time.process_time()
    with pytest.raises(DocumentInvalid) as refusal:
        Engine(SCHEMA, suggest=False).plan(source)
    assert time.process_time() - started < 1.5
    lines = 400_000 if filler != " " and filler != "," else 0
    assert refusal.value.errors[19].locations is not None
    assert refusal.value.errors[19].locations[0].line == lines + 1
