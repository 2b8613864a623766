import io

import pytest

from jobs.importers.files import MAX_LINE, Unreadable
from jobs.importers.jsonl import JsonLines
from jobs.importers.port import Fault, Row


def read(content: bytes):
    return list(JsonLines().read(io.BytesIO(content)))


def test_rows_carry_the_number_of_their_line():
    assert read(b'{"a": 1}\n\n{"a": 2}') == [Row(1, {"a": 1}), Row(3, {"a": 2})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "Nurse"', "Not JSON"),
        (b'{"title": "Nurse"} {"title": "Baker"}', "Not JSON"),
        (b'{"salary_min": NaN}', "Not JSON"),
        (b'{"salary_min": -Infinity}', "Not JSON"),
        (b'{"salary_min": ' + b"9" * 4300 + b"}", "Not JSON"),
        (b'{"title": "\\ud800"}', "Not JSON"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "Not JSON"),
        (b'{"title": "Caf\xe9"}', "Not UTF-8 (byte 0xe9 at 15)"),
        (b'{"title": "\xed\xa0\x80"}', "Not UTF-8"),
        (b"12", "this is a number"),
        (b'"Nurse"', "this is a text"),
        (b"null", "this is null"),
    ],
)
def test_bad_line_is_a_fault_at_its_position_and_the_rest_is_read(line, reason):
    first, fault, last = read(b'{"a": 1}\n' + line + b'\n{"a": 3}\n')
    assert (first, last) == (Row(1, {"a": 1}), Row(3, {"a": 3}))
    assert isinstance(fault, Fault)
    assert fault.position == 2
    assert reason in fault.reason


def test_too_long_line_is_a_fault():
    assert read(b'{"a": 1}\n{"a": "' + b"x" * MAX_LINE + b'"}\n{"a": 3}\n') == [
        Row(1, {"a": 1}),
        Fault(2, "The line is longer than 4,194,304 bytes."),
        Row(3, {"a": 3}),
    ]


def test_json_array_is_named():
    with pytest.raises(Unreadable, match="JSON array"):
        read(b'[\n{"a": 1},\n{"a": 2}\n]\n')


def test_list_after_the_first_row_is_only_a_fault():
    assert read(b'{"a": 1}\n[]\n')[1] == Fault(2, "A row is an object with keys; this is a list.")
