"""Documents that people upload, good and hostile, and a store of a test's own."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image

WORDS = "Ada Lovelace, analyst"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


@pytest.fixture
def own_store(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store."""
    folder = tmp_path_factory.mktemp("media")
    settings.MEDIA_ROOT = str(folder)
    return folder


def stored(folder: Path) -> list[str]:
    """What lies in the store, by name."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def pdf(*pages: str) -> bytes:
    """A PDF with a line on each of its pages."""
    lines = pages or (WORDS,)
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(lines)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(lines)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, line in enumerate(lines):
        content = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (first + 2 * number + 1)
        )
        objects.append(stream(content))
    return pdf_of(objects)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """An object that is a stream."""
    return b"<< /Length %d %b>>\nstream\n%b\nendstream" % (len(content), extra, content)


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1, of which the first is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def one_page_pdf(contents: bytes, *more: bytes) -> bytes:
    """A PDF of one page with these contents, an object; `more` objects are numbered from 5."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, contents, *more])


def bomb_pdf(unpacked: int = 700_000_000) -> bytes:
    """A PDF whose page is a stream that unpacks, twice over, to very much."""
    packer = zlib.compressobj(9)
    block = b"\x00" * 10_000_000
    inner = b"".join(packer.compress(block) for _ in range(unpacked // len(block))) + packer.flush()
    return one_page_pdf(stream(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode] "))


def deep_pdf(depth: int = 200_000) -> bytes:
    """A PDF with arrays in arrays in arrays."""
    return one_page_pdf(stream(b"[" * depth + b"]" * depth), b"[" * depth + b"]" * depth)


def looping_pdf() -> bytes:
    """A PDF whose pages lead back to themselves."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    return pdf_of([catalog, b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>", b"<< /Type /Pages /Kids [2 0 R] >>"])


def packed(parts: dict[str, bytes | str], *, stored_first: tuple[str, str] | None = None) -> bytes:
    """A ZIP archive of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        if stored_first:
            archive.writestr(stored_first[0], stored_first[1], zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def docx(body: str = f"<w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p>", *, before: str = "", **more: bytes | str) -> bytes:
    """A DOCX with this body; `before` stands at the head of its XML."""
    document = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **more})


def header(words: str) -> str:
    """The header of a DOCX."""
    return f'<w:hdr xmlns:w="{_W}"><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:hdr>'


def odt(body: str = f"<text:p>{WORDS}</text:p>") -> bytes:
    """An ODT with this body."""
    content = (
        f'<office:document-content xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}"><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    return packed({"content.xml": content}, stored_first=("mimetype", "application/vnd.oasis.opendocument.text"))


def image(format_: str = "PNG", size: tuple[int, int] = (8, 6), **options: object) -> bytes:
    """An image."""
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, format_, **options)
    return written.getvalue()
