import contextlib
import gzip
import io
import os
import time

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.importers.files import MAX_LINE, Broken, Unreadable, opened
from jobs.importers.json_document import MOST_RECOVERIES
from jobs.importers.json_items import JsonItems
from jobs.importers.port import Fault, Row


def read(content: bytes, *paths: str, lone: str = ""):
    return list(JsonItems(*paths, lone=lone).read(io.BytesIO(content)))


def until_broken(content: bytes):
    """The rows, and how the document breaks off."""
    found = []
    with pytest.raises(Broken) as caught:
        found.extend(JsonItems().read(io.BytesIO(content)))
    return found, caught.value


class OneByOne(io.BytesIO):
    """Gives a byte at a time, so that every value is cut at every place."""

    def read1(self, size: int = -1) -> bytes:
        return super().read1(1)


def test_elements_carry_their_number():
    assert read(b'[{"a": 1},\n {"a": "]}"}, {"a": [{"b": "\\""}]}]\n') == [
        Row(1, {"a": 1}),
        Row(2, {"a": "]}"}),
        Row(3, {"a": [{"b": '"'}]}),
    ]


def test_byte_order_mark_is_dropped():
    assert read(b'\xef\xbb\xbf[{"a": 1}]') == [Row(1, {"a": 1})]


def test_empty_list_has_no_rows():
    assert read(b" [ ] ") == []


def test_list_may_stand_under_a_key_of_an_object():
    content = b'{"x": {"jobs": [1]}, "n": -1.5, "t": "a\\"]}", "jobs": [{"a": 1}], "z": [[]]}'
    assert read(content, "data", "jobs") == [Row(1, {"a": 1})]


def test_list_may_stand_deeper():
    assert read(b'{"data": {"of": 1, "jobs": [{"a": 1}]}, "z": {}}', "data.jobs") == [Row(1, {"a": 1})]


def test_object_without_a_list_is_one_row():
    assert read(b'{"title": "Nurse", "tags": ["a"]}\n', "jobs") == [Row(1, {"title": "Nurse", "tags": ["a"]})]


def test_object_that_lacks_the_key_of_a_lone_record_is_named_with_its_keys():
    with pytest.raises(Unreadable, match="without a list under jobs, and is itself no posting: it has no title"):
        read(b'{"error": "Not found", "jobs": null}', "jobs", lone="title")


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b'{"a": tru}', "Not JSON"),
        (b'{"a": NaN}', "Not JSON"),
        (b'{"a": "line\nend"}', "Not JSON"),
        (b'{"a": "Caf\xe9"}', "Not UTF-8 (byte 0xe9 at 11)"),
        (b'{"a": "' + b"x" * MAX_LINE + b'"}', "longer than 4,194,304 bytes"),
        (b'{"a": [' + b"1, " * (MAX_LINE // 2) + b"1]}", "longer than 4,194,304 bytes"),
        (b"[" * 3000 + b"]" * 3000, "Not JSON: depth limit"),
        (b"[{}]", "this is a list"),
        (b'"a, b]"', "this is a text"),
        (b"12", "this is a number"),
        (b"null", "this is null"),
        (b"}", "Not JSON"),
        (b"nonsense", "Not JSON"),
    ],
)
def test_bad_element_is_a_fault_at_its_number_and_the_rest_is_read(element, reason):
    first, fault, last = read(b'[{"a": 1}, ' + element + b', {"a": 3}]')
    assert (first, last) == (Row(1, {"a": 1}), Row(3, {"a": 3}))
    assert isinstance(fault, Fault)
    assert fault.position == 2
    assert reason in fault.reason


@pytest.mark.parametrize(
    "element",
    [
        b'{"a": [1, 2}',  # a bracket is missing
        b'{"a": 1',  # a brace is missing
        b'{"a": "6" pipe"}',  # a quotation mark too many
        b'{"a": "Nurse}',  # a quotation mark is missing
    ],
)
def test_element_that_does_not_end_costs_itself_only(element):
    found = read(b'[{"a": 1}, ' + element + b', {"a": 3}, {"a": 4}]')
    assert [type(entry) for entry in found] == [Row, Fault, Row, Row]
    assert found[2:] == [Row(3, {"a": 3}), Row(4, {"a": 4})]


def test_element_without_an_end_costs_itself_only_far_before_the_end_of_the_list():
    elements = [b'{"a": "%s"}' % (b"x" * 1000)] * 6000
    elements[2] = b'{"a": "6" pipe"}'
    found = read(b"[" + b", ".join(elements) + b"]")
    assert [entry.position for entry in found if isinstance(entry, Fault)] == [3]
    assert len(found) == 6000


def test_document_of_elements_without_an_end_is_given_up():
    content = b"[" + b'{"a": [1}, ' * (MOST_RECOVERIES + 2) + b"]"
    found, error = until_broken(content)
    assert "lack a bracket" in error.reason
    assert error.position == len(found) + 1 == MOST_RECOVERIES + 1


@pytest.mark.parametrize("end", [b'{"a":', b'{"a": "b', b"", b"tru", b'"te', b'{"a": [{'])
def test_document_that_ends_early_is_broken_after_its_good_rows(end):
    found, error = until_broken(b'[{"a": 1}, {"a": 2}, ' + end)
    assert found == [Row(1, {"a": 1}), Row(2, {"a": 2})]
    assert (error.position, error.reason) == (3, "The document ends early: its list is not closed.")


def test_second_document_in_a_file_is_named():
    found, error = until_broken(b'[{"a": 1}]\n[{"a": 2}]')
    assert found == [Row(1, {"a": 1})]
    assert "Something follows the end" in error.reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"<jobs/>", "XML or HTML"),
        (b"12", "something else"),
        (b'{"a": 1}\n{"a": 2}\n', "JSON Lines"),
        (b'{"a": 1} x', "Something follows"),
        (b'{"a": 1', "ends early"),
        (b'[{"a": 1', "ends early"),
        (b"{a: 1}", "key of its outermost object is malformed"),
        (b'{"a" 1}', "has no value"),
        (b'{"a":}', "value of its outermost object is missing"),
        (b'{"' + b"x" * 10_000, "malformed"),
        ('[{"a": 1}]'.encode("utf-16"), "UTF-16"),
        (b'{"a": "' + b"x" * MAX_LINE + b'"}', "object without a list"),
    ],
)
def test_document_that_is_none_is_named(content, message):
    with pytest.raises(Unreadable, match=message):
        read(content)


def test_values_are_cut_wherever_the_chunks_are():
    rows = [{"a\\": 'x"\\', "jobs": [1, {"ü": "\\\\"}], "n": -1.5e3, "t": None}, {"b": "]}"}]
    content = b'{"n": 12, "t": "\\"[", "o": {"jobs": 1}, "f": false, "jobs": ' + orjson.dumps(rows) + b', "z": [1]} '
    assert list(JsonItems("jobs").read(OneByOne(content))) == [Row(1, rows[0]), Row(2, rows[1])]


@pytest.mark.parametrize(
    "content",
    [b"[" * 5_000_000, b'{"a":' * 1_000_000, b'{"a":' + b"[" * 5_000_000, b"[" + b'{{"a":1},' * 500_000],
)
def test_brackets_without_end_are_refused_in_linear_time(content):
    started = time.perf_counter()
    with pytest.raises(Unreadable, match="nested more than 100,000 deep"):
        read(content)
    assert time.perf_counter() - started < 10


def test_damaged_gzip_gives_its_rows_first(tmp_path):
    path = tmp_path / "jobs.json.gz"
    whole = gzip.compress(orjson.dumps([{"a": os.urandom(20).hex()} for _ in range(20_000)]))
    path.write_bytes(whole[: len(whole) // 2])
    found = []
    with opened(path) as file, pytest.raises(Broken, match="compressed file ends early") as caught:
        found.extend(JsonItems().read(file.bytes))
    assert len(found) > 1_000
    assert caught.value.position == len(found) + 1


def test_long_text_outside_the_list_is_passed_over():
    content = b'{"legal": "' + b"x" * (2 * MAX_LINE) + b'", "jobs": [{"a": 1}]}'
    assert read(content, "jobs") == [Row(1, {"a": 1})]


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=8), st.sampled_from('"\\[]{},:')
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), max_size=5)


@settings(max_examples=100, deadline=None, database=None)
@given(records=RECORDS, before=VALUES, is_indented=st.booleans())
def test_any_list_is_read_as_a_parser_reads_it(records, before, is_indented):
    document = orjson.dumps({"a": before, "jobs": records, "z": before}, option=orjson.OPT_INDENT_2 * is_indented)
    expected = [Row(number, record) for number, record in enumerate(records, 1)]
    assert read(document, "jobs") == expected
    assert list(JsonItems("jobs").read(OneByOne(document))) == expected


@settings(max_examples=150, deadline=None, database=None)
@given(records=RECORDS, data=st.data())
def test_any_damage_is_a_fault_or_the_end(records, data):
    document = bytearray(orjson.dumps(records))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, max(len(document) - 1, 0)))
        document[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"}", b"[["])
        )
    found: list[Row | Fault] = []
    with contextlib.suppress(Broken, Unreadable):
        found.extend(JsonItems().read(io.BytesIO(bytes(document))))
    assert [entry.position for entry in found] == list(range(1, len(found) + 1))
