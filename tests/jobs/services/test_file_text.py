"""What is read of files, and what hostile ones do to the process that reads them: nothing beyond its limits."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from jobs.services import file_reader, file_text
from jobs.services.file_kinds import DOCX, JPEG, ODT, PDF, PNG, TEXT, WEBP, FileKind, kind_of
from tests import files
from tests.files import WORDS

BILLION = (
    '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
EXTERNAL = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def read(content: bytes, kind: FileKind) -> file_text.Contents:
    assert kind_of(content) == kind, kind_of(content)
    return file_text.read(io.BytesIO(content), kind.mime)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(files.pdf(), PDF), (files.docx(), DOCX), (files.odt(), ODT), (WORDS.encode(), TEXT)],
    ids=["pdf", "docx", "odt", "text"],
)
def test_the_text_of_a_document_is_read(content: bytes, kind: FileKind) -> None:
    assert read(content, kind) == file_text.Contents(text=WORDS)


def test_the_pages_and_paragraphs_come_one_after_the_other() -> None:
    assert read(files.pdf("one", "two"), PDF).text.split() == ["one", "two"]
    body = "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p>"
    assert read(files.docx(body), DOCX).text == "a b\nc"
    assert (
        read(files.odt("<text:h>a</text:h><text:p>b<text:s/><text:span>c</text:span></text:p>"), ODT).text == "a\nb c"
    )


def test_the_header_of_a_docx_is_read_and_what_was_deleted_is_not() -> None:
    body = "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>there</w:t></w:r></w:p>"
    content = files.docx(body, **{"word/header1.xml": files.header("ada@example.org")})
    assert read(content, DOCX).text == "ada@example.org\nthere"


def test_comments_and_old_versions_of_an_odt_are_not_read() -> None:
    body = "<text:tracked-changes><text:p>old</text:p></text:tracked-changes><text:p>new</text:p>"
    assert read(files.odt(body), ODT).text == "new"


HOSTILE: dict[str, tuple[FileKind, Callable[[], bytes]]] = {
    "pdf-bomb": (PDF, files.bomb_pdf),
    "deep-pdf": (PDF, files.deep_pdf),
    "looping-pdf": (PDF, files.looping_pdf),
    "broken-pdf": (PDF, lambda: b"%PDF-1.7\n" + b"\x00" * 100_000),
    "deep-xml": (DOCX, lambda: files.docx("<w:p>" + "<w:t>" * 1_000_000)),
    "zip-bomb": (DOCX, lambda: files.docx("<w:x/>" * 3_000_000)),
    "entities": (DOCX, lambda: files.docx("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>", before=BILLION)),
    "external-entity": (DOCX, lambda: files.docx("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", before=EXTERNAL)),
    "cut-off": (DOCX, lambda: files.docx()[:-60]),
    "no-archive": (DOCX, lambda: b"PK\x03\x04[Content_Types].xml word/document.xml"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_has_no_text_and_harms_nobody(name: str) -> None:
    kind, make = HOSTILE[name]
    found = read(make(), kind)
    assert found.text == ""
    assert found.fault in ("", "It was not read to its end.")


def test_of_very_many_pages_the_first_are_read() -> None:
    found = read(files.pdf(*(f"page{number}" for number in range(10_000))), PDF)
    assert found.text.split()[0] == "page0"
    assert len(found.text.split()) <= file_reader.MOST_PAGES


def test_a_text_has_an_end() -> None:
    found = read(b"word " * 1_000_000, TEXT)
    assert len(found.text) <= file_text.MOST_TEXT
    long_docx = files.docx("<w:p><w:r><w:t>" + "word " * 1_000_000 + "</w:t></w:r></w:p>")
    assert len(read(long_docx, DOCX).text) <= file_text.MOST_TEXT


def test_who_takes_too_long_is_ended_and_what_was_read_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_text, "PATIENCE", 0)
    assert read(files.pdf(), PDF).fault == "It was not read to its end."


@pytest.mark.parametrize(
    ("format_", "kind"), [("PNG", PNG), ("JPEG", JPEG), ("WEBP", WEBP)], ids=["png", "jpeg", "webp"]
)
def test_an_image_is_made_anew_of_its_pixels(format_: str, kind: FileKind) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    exif[0x0112] = 6  # lies on its side
    content = files.image(format_, exif=exif.tobytes())
    assert b"secret" in content
    made = read(content, kind).image
    assert made is not None
    assert b"secret" not in made
    with Image.open(io.BytesIO(made)) as shown:
        assert (shown.format, shown.size) == (format_, (6, 8))


def test_an_image_that_is_none_is_told() -> None:
    assert read(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, PNG).fault == "This image cannot be read."


def test_an_image_of_too_many_pixels_is_told() -> None:
    written = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(written, "PNG")
    assert read(written.getvalue(), PNG).fault == "An image has at most 25,000,000 pixels."


def test_the_largest_image_fits() -> None:
    made = read(files.image("PNG", (5_000, 5_000)), PNG).image
    assert made is not None
    with Image.open(io.BytesIO(made)) as shown:
        assert shown.size == (3_000, 3_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n ",
        b"MZ\x90\x00",
        b"\xff\xfe\x41\x00",
        b"caf\xe9",
        b"{\\rtf1 hello}",
        b"PK\x03\x04 something else",
        files.docx(**{"word/vbaProject.bin": b"x"}),
        files.docx(**{"word/VBAPROJECT.bin": b"x"}),
        b"\x1b[2Jhello",
        files.image("GIF"),
    ],
)
def test_what_is_of_no_kind_is_none(content: bytes) -> None:
    assert kind_of(content) is None
