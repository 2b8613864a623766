"""A program of its own, which reads what strangers sent: `python -I file_reader.py MIME MOST_BYTES < file > text`.

Of a document its text as UTF-8, of an image another one of its pixels. It runs with no environment, and under limits
that it sets itself before it reads a byte (see `file_text`); it imports nothing of ours. Exit codes: 0 for what was
read, 2 for what cannot be, 3 for an image that is too large.
"""

import io
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.parsers import expat

SECONDS, MEMORY = 10, 512 * 2**20
UNREADABLE, TOO_LARGE = 2, 3
MOST_PAGES = 300
# Of one part of a packed document, unpacked; text with its mark-up.
MOST_UNPACKED = 10_000_000
CHUNK = 64 * 1024
MOST_PIXELS, SHOWN_SIDE = 25_000_000, 3_000

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
# Local names: of WordprocessingML (ECMA-376) and of OpenDocument text.
_RUNS, _ENDS, _SPACES = frozenset({"t"}), frozenset({"p", "h", "br", "cr", "line-break"}), frozenset({"tab", "s"})
_PARAGRAPHS, _ASIDES = frozenset({"p", "h"}), frozenset({"annotation", "tracked-changes"})


class TooLargeError(Exception):
    """An image of more pixels than are read."""


def limit(most_bytes: int) -> None:
    """Of this process from now on: its time on a processor, its memory, what it writes, and no file to open much."""
    for kind, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, most_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def pdf(file: BinaryIO) -> Iterator[str]:
    """The text of a PDF, page by page."""
    from pypdf import PdfReader

    document = PdfReader(file, strict=False)
    if document.is_encrypted:
        # Many are, against being printed, and open without a password.
        document.decrypt("")
    for number, page in enumerate(document.pages):
        if number >= MOST_PAGES:
            return
        yield page.extract_text() + "\n"


def docx(file: BinaryIO) -> Iterator[str]:
    """The text of a DOCX: its headers, where people write their address, and its body."""
    with zipfile.ZipFile(file) as archive:
        names = [info.filename for info in archive.infolist()]
        headers = sorted(name for name in names if name.startswith("word/header") and name.endswith(".xml"))
        for name in [*headers[:3], "word/document.xml"]:
            with archive.open(name) as part:
                yield from _texts(part, is_packed_text=False)


def odt(file: BinaryIO) -> Iterator[str]:
    """The text of an ODT."""
    with zipfile.ZipFile(file) as archive, archive.open("content.xml") as part:
        yield from _texts(part, is_packed_text=True)


def _texts(part: IO[bytes], *, is_packed_text: bool) -> Iterator[str]:
    """The words of a part: the text in paragraphs of OpenDocument, or in runs of WordprocessingML.

    A part that declares entities, or anything else in a DTD, is refused: no such document has one.
    """
    pieces: list[str] = []
    # How many elements are open in which text counts, and in which it does not.
    within = aside = 0
    holders = _PARAGRAPHS if is_packed_text else _RUNS

    def begin(name: str, _attributes: object) -> None:
        nonlocal within, aside
        local = name.rpartition(" ")[2]
        within += local in holders
        aside += local in _ASIDES
        if local in _SPACES:
            pieces.append(" ")

    def end(name: str) -> None:
        nonlocal within, aside
        local = name.rpartition(" ")[2]
        within -= local in holders
        aside -= local in _ASIDES
        if local in _ENDS:
            pieces.append("\n")

    def say(text: str) -> None:
        if within and not aside:
            pieces.append(text)

    def refuse(*_: object) -> None:
        raise ValueError("It declares a DTD.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = say
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    unpacked = 0
    while chunk := part.read(CHUNK):
        unpacked += len(chunk)
        if unpacked > MOST_UNPACKED:
            raise ValueError("It unpacks to too much.")
        parser.Parse(chunk, False)
        yield "".join(pieces)
        pieces.clear()
    parser.Parse(b"", True)
    yield "".join(pieces)


def plain(file: BinaryIO) -> Iterator[str]:
    """The text of a text."""
    yield file.read().decode("utf-8", "ignore").removeprefix("\ufeff")


def image(file: BinaryIO, mime: str) -> bytes:
    """An image of the same format with the same pixels, at most 3,000 a side, and nothing else in it."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(file, formats=[_FORMATS[mime]])
    # The size stands in the header: nothing has been unpacked yet.
    if picture.width * picture.height > MOST_PIXELS:
        raise TooLargeError
    picture.load()
    plain_picture = picture.convert("RGBA" if picture.has_transparency_data and mime != "image/jpeg" else "RGB")
    plain_picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(plain_picture)
    written = io.BytesIO()
    # Of a new image only the pixels are written: no EXIF, no profile, no comments.
    fresh = Image.frombytes(upright.mode, upright.size, upright.tobytes())
    fresh.save(written, _FORMATS[mime], quality=90)
    return written.getvalue()


def write(pieces: Iterator[str], out: BinaryIO, most_bytes: int) -> None:
    """What can be read, as it is read: whoever ends this process has what it came to until then."""
    room = most_bytes
    for piece in pieces:
        # PostgreSQL's texts hold no NUL, and half a surrogate pair is no letter.
        encoded = piece.replace("\x00", "").encode("utf-8", "ignore")[:room]
        out.write(encoded)
        out.flush()
        room -= len(encoded)
        if room <= 0:
            return


def main() -> int:
    """Read standard input as a file of the given kind. Gives the exit code."""
    mime, most_bytes = sys.argv[1], int(sys.argv[2])
    limit(most_bytes)
    texts = {"application/pdf": pdf, "text/plain": plain, "application/vnd.oasis.opendocument.text": odt}
    with open(0, "rb", closefd=False) as file, open(1, "wb", closefd=False) as out:
        try:
            if mime in _FORMATS:
                out.write(image(file, mime))
            else:
                write(texts.get(mime, docx)(file), out, most_bytes)
        except TooLargeError:
            return TOO_LARGE
        except Exception:  # noqa: BLE001 - readers of files raise all there is for one that is broken
            return UNREADABLE
    return 0


if __name__ == "__main__":
    # Nothing is tidied up: the memory of what was read may be too full for it.
    os._exit(main())
