import io

import pytest

from jobs.importers.files import MAX_LINE, Unreadable
from jobs.importers.port import Fault, Row
from jobs.importers.tabular import MAX_CELL, Csv


def read(content: bytes):
    return list(Csv().read(io.BytesIO(content)))


def test_rows_are_read_by_the_names_of_the_header():
    assert read(b"title,company\nNurse,Acme\n") == [Row(2, {"title": "Nurse", "company": "Acme"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_header_tells_the_delimiter(delimiter):
    content = f"title{delimiter}company\r\nNurse{delimiter}Acme\r\n".encode()
    assert read(content) == [Row(2, {"title": "Nurse", "company": "Acme"})]


def test_quoted_cell_may_hold_lines_and_the_next_row_knows_where_it_begins():
    content = b'title,description\nNurse,"One\ntwo, ""three"""\nBaker,Bread\n'
    assert read(content) == [
        Row(2, {"title": "Nurse", "description": 'One\ntwo, "three"'}),
        Row(4, {"title": "Baker", "description": "Bread"}),
    ]


def test_empty_cells_and_empty_lines_are_left_out():
    assert read(b"title,company\n\nNurse, \n") == [Row(3, {"title": "Nurse"})]


def test_row_with_too_many_or_too_few_cells_is_a_fault_and_the_rest_is_read():
    assert read(b"title,company\nNurse\nBaker,Acme\nCook,Acme,x\n") == [
        Fault(2, "The row has 1 cells, the header 2."),
        Row(3, {"title": "Baker", "company": "Acme"}),
        Fault(4, "The row has 3 cells, the header 2."),
    ]


def test_misplaced_quotation_mark_is_a_fault_and_the_rest_is_read():
    fault, row = read(b'title,company\n"Nurse" x,Acme\nBaker,Acme\n')
    assert isinstance(fault, Fault)
    assert fault.position == 2
    assert row == Row(3, {"title": "Baker", "company": "Acme"})


def test_quotation_mark_that_never_ends_costs_its_own_line_only():
    row, fault, after = read(b'title,company\nNurse,Acme\nBaker,"Acme\nCook,Acme\n')
    assert row == Row(2, {"title": "Nurse", "company": "Acme"})
    assert fault.position == 3
    assert "lines 3 to 4" in fault.reason
    assert after == Row(4, {"title": "Cook", "company": "Acme"})


def test_stray_quotation_mark_early_in_a_long_file_loses_no_other_row():
    lines = [b"title,company\n", *(b"Baker %d,Acme\n" % number for number in range(5_000))]
    lines[10] = b'"Baker,Acme\n'
    found = read(b"".join(lines))
    assert len(found) == 5_000
    (fault,) = [entry for entry in found if isinstance(entry, Fault)]
    assert fault.position == 11
    assert "not closed within 1,000 lines" in fault.reason
    assert found[-1] == Row(5_001, {"title": "Baker 4999", "company": "Acme"})


def test_bytes_that_are_not_utf_8_are_a_fault_of_their_row():
    assert read(b"title,company\nNurse,Caf\xe9\nBaker,Acme\n") == [
        Fault(2, "Not UTF-8. Is the file in another encoding?", "company"),
        Row(3, {"title": "Baker", "company": "Acme"}),
    ]


def test_too_long_cell_is_a_fault():
    fault, row = read(b"title,company\nNurse,x" + b"x" * MAX_CELL + b"\nBaker,Acme\n")
    assert isinstance(fault, Fault)
    assert fault.position == 2
    assert row.position == 3


def test_too_long_line_is_a_fault_and_the_rest_is_read():
    found = read(b"title,company\nNurse," + b"x" * MAX_LINE + b"\nBaker,Acme\n")
    assert Fault(2, "The line is longer than 4,194,304 bytes.") in found
    assert Row(3, {"title": "Baker", "company": "Acme"}) in found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\nNurse,Acme\n", "no header line"),
        (b"title,,company\n", "Column 2 .* has no name"),
        (b"title,title\nNurse,Acme\n", "names 'title' twice"),
        (b'title,"company\n', "header line is not CSV"),
    ],
)
def test_unusable_header_is_named(content, message):
    with pytest.raises(Unreadable, match=message):
        read(content)
