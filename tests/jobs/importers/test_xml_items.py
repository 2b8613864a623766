import contextlib
import io
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.importers.files import MAX_LINE, Broken, Unreadable
from jobs.importers.port import Fault, Row
from jobs.importers.xml_items import MAX_PIECE, XmlItems

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def read(content: bytes, *names: str):
    return list(XmlItems(*(names or ("job",)), markup=("description",)).read(io.BytesIO(content)))


def values(content: bytes):
    (row,) = read(content)
    return row.values


def until_broken(content: bytes):
    """The rows, and how the document breaks off."""
    found = []
    with pytest.raises(Broken) as caught:
        found.extend(XmlItems("job").read(io.BytesIO(content)))
    return found, caught.value


def test_elements_of_the_name_are_rows_with_their_number():
    content = b"<source><publisher>x</publisher><job><a>1</a></job>\n<job><a><![CDATA[ <2> ]]></a></job></source>"
    assert read(content) == [Row(1, {"a": "1"}), Row(2, {"a": "<2>"})]


def test_repeated_elements_are_a_list_and_nested_ones_objects():
    content = b"<jobs><job><t>1</t><t>2</t><t>3</t><place><city>Oslo</city><zip/></place></job></jobs>"
    assert values(content) == {"t": ["1", "2", "3"], "place": {"city": "Oslo", "zip": ""}}


def test_attributes_stand_under_their_names():
    content = b'<jobs><job id="7" xmlns:x="urn:x" x:lang="de"><pay currency="EUR">12</pay></job></jobs>'
    assert values(content) == {"@id": "7", "@lang": "de", "pay": {"@currency": "EUR", "#text": "12"}}


def test_prefixes_do_not_count():
    assert values(b'<h:jobs xmlns:h="urn:h"><h:job><h:a>1</h:a></h:job></h:jobs>') == {"a": "1"}


def test_element_within_an_element_of_its_name_is_part_of_it():
    assert values(b"<jobs><job><a>1</a><job><a>2</a></job></job></jobs>") == {"a": "1", "job": {"a": "2"}}


def test_several_names_are_looked_for():
    assert read(b"<all><job><a>1</a></job><offer><a>2</a></offer></all>", "job", "offer") == [
        Row(1, {"a": "1"}),
        Row(2, {"a": "2"}),
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<![CDATA[<p>a &amp; b</p>]]>", "<p>a &amp; b</p>"),
        ("&lt;p&gt;a&lt;/p&gt;", "<p>a</p>"),
        ("a &amp; b", "a & b"),
        ('a &lt; b <p class="x&quot;">c</p><br/><![CDATA[<i>d</i>]]>', 'a &lt; b <p class="x&quot;">c</p><br><i>d</i>'),
    ],
)
def test_markup_is_kept_as_text(written, text):
    content = f"<jobs><job><description>{written}</description><a>1</a></job></jobs>"
    assert values(content.encode()) == {"description": text, "a": "1"}


def test_entities_of_html_are_known_everywhere():
    assert values(b"<jobs><job><a>Caf&eacute;&nbsp;&unheardof;</a></job></jobs>") == {"a": "Café\xa0&unheardof;"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-2", "windows-1250"])
def test_encoding_is_the_declared_one(encoding):
    declared = encoding.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{declared}"?><jobs><job><a>Łódź</a></job></jobs>'
    assert values(content.encode(encoding)) == {"a": "Łódź"}


@pytest.mark.parametrize(
    ("encoding", "message"),
    [("klingon", "unknown encoding: klingon"), ("shift_jis", "multi-byte encodings are not supported")],
)
def test_encoding_that_cannot_be_read_is_named(encoding, message):
    with pytest.raises(Unreadable, match=message):
        read(f'<?xml version="1.0" encoding="{encoding}"?><jobs><job/></jobs>'.encode())


def test_bytes_that_are_not_in_the_encoding_are_named_after_the_good_rows():
    found, error = until_broken(b"<jobs><job><a>1</a></job>\n<job><a>Caf\xe9 x</a></job></jobs>")
    assert found == [Row(1, {"a": "1"})]
    assert error.position == 2
    assert "line 2, column 12" in error.reason
    assert "declare its encoding" in error.reason


def test_control_characters_are_left_out():
    assert values(b"<jobs><job><a>a\x0bb\x00c\td</a></job></jobs>") == {"a": "abc\td"}


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (b"<job><a>2</job></jobs>", "line 2, column 12: mismatched tag"),
        (b"<job><a>2", "ends early, at line 2"),
        (b"", "ends early"),
        (b"</jobs><jobs>", "junk after document element"),
        (b"<job><!--" + b"x" * (MAX_PIECE + 2_000_000), "tag or a comment is longer than"),
    ],
)
def test_document_that_is_not_well_formed_is_broken_after_its_good_rows(end, reason):
    found, error = until_broken(b"<jobs><job><a>1</a></job>\n" + end)
    assert found == [Row(1, {"a": "1"})]
    assert error.position == 2
    assert reason in error.reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "Not well-formed XML at line 1, column 1"),
        (b"", "ends early"),
        (b"<rss><item/></rss>", "holds no <job>; its outermost element is <rss>"),
        (b"<a>" * 1_000_000, "nested more than 100 deep"),
        (b"<job>" * 1_000_000, "nested more than 100 deep"),
    ],
)
def test_document_that_is_none_is_named(content, message):
    with pytest.raises(Unreadable, match=message):
        read(content)


@pytest.mark.parametrize(
    "inside",
    [
        b"<a>" + b"x" * 3 * MAX_LINE + b"</a>",
        b"<a>x</a>" * 500_000,
        b"<description>" + b"<b/>" * 500_000 + b"</description>",
    ],
)
def test_too_long_element_is_a_fault_and_the_rest_is_read(inside):
    first, fault, last = read(b"<jobs><job><a>1</a></job><job>" + inside + b"</job><job><a>3</a></job></jobs>")
    assert (first, last) == (Row(1, {"a": "1"}), Row(3, {"a": "3"}))
    assert fault == Fault(2, "The element is longer than 4,194,304 characters.")


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE j [<!ENTITY l0 "lol">{LAUGHS}]><jobs><job>&l9;</job></jobs>',
        f'<!DOCTYPE j [<!ENTITY l0 "lol">{LAUGHS}]><jobs><job a="&l9;">x</job></jobs>',
        f'<!DOCTYPE j [<!ENTITY l0 "lol">{LAUGHS}<!ATTLIST job a CDATA "&l9;">]><jobs><job/></jobs>',
        f'<!DOCTYPE j [<!ENTITY l0 "{"x" * 100_000}">]><jobs><job>{"&l0;" * 100_000}</job></jobs>',
        '<!DOCTYPE j [<!ENTITY x SYSTEM "file:///etc/passwd">]><jobs><job>&x;</job></jobs>',
        '<!DOCTYPE j [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><jobs><job>y</job></jobs>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_that_declares_entities_is_refused_at_once(document, encoding):
    started = time.perf_counter()
    with pytest.raises(Unreadable, match="declares entities"):
        read(document.encode(encoding))
    assert time.perf_counter() - started < 1


@pytest.fixture
def ear():
    """A server that hears whether somebody calls: `accept` raises where nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def address(server):
    return f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"


def test_dtd_is_not_fetched(ear):
    document = f'<!DOCTYPE j SYSTEM "{address(ear)}"><jobs><job><a>x &nbsp; &y;</a></job></jobs>'
    assert values(document.encode()) == {"a": "x \xa0 &y;"}
    with pytest.raises(BlockingIOError):
        ear.accept()


@pytest.mark.parametrize("entity", ['x SYSTEM "{url}"', '% x SYSTEM "{url}"> %x;<!ENTITY y "y"'])
def test_entity_is_not_fetched(ear, entity):
    document = f"<!DOCTYPE j [<!ENTITY {entity.format(url=address(ear))}>]><jobs><job>&x;</job></jobs>"
    with pytest.raises(Unreadable, match="declares entities"):
        read(document.encode())
    with pytest.raises(BlockingIOError):
        ear.accept()


def test_text_that_holds_a_document_is_parsed():
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><job><a>Łódź</a></job>'
    assert XmlItems("job").parsed(text) == [{"a": "Łódź"}]


def test_text_that_holds_a_malformed_document_is_refused():
    with pytest.raises(Unreadable, match="mismatched tag"):
        XmlItems("job").parsed("<job><a></job>")


WHOLE = (
    b'<?xml version="1.0" encoding="utf-8"?><jobs a="b"><!-- c --><job x="1"><a>1</a><a>&lt;&eacute;</a></job>'
    b"<job><description>a<b>c</b><![CDATA[<i>]]></description><p><q/></p></job></jobs>"
)


@settings(max_examples=150, deadline=None, database=None)
@given(data=st.data())
def test_any_damage_is_the_end(data):
    document = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(document) - 1))
        document[at : at + data.draw(st.integers(0, 8))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"<job>", b"</job>", b"]]>", b"<!DOCTYPE j [", b"&x;", b"<?"])
        )
    found: list[Row | Fault] = []
    with contextlib.suppress(Broken, Unreadable):
        found.extend(XmlItems("job", markup=("description",)).read(io.BytesIO(bytes(document))))
    assert [entry.position for entry in found] == list(range(1, len(found) + 1))
