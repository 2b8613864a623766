"""What a file is, by its content: the kinds that are taken, and for what. Whatever is none of them is refused."""

from dataclasses import dataclass

from jobs.models import FilePurpose


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is taken."""

    mime: str
    extension: str
    is_image: bool = False


PDF = FileKind("application/pdf", "pdf")
DOCX = FileKind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
ODT = FileKind("application/vnd.oasis.opendocument.text", "odt")
TEXT = FileKind("text/plain", "txt")
PNG = FileKind("image/png", "png", is_image=True)
JPEG = FileKind("image/jpeg", "jpg", is_image=True)
WEBP = FileKind("image/webp", "webp", is_image=True)

KINDS = {kind.mime: kind for kind in (PDF, DOCX, ODT, TEXT, PNG, JPEG, WEBP)}
TAKEN = {
    FilePurpose.RESUME.value: frozenset({PDF, DOCX, ODT, TEXT}),
    FilePurpose.ANSWER.value: frozenset(KINDS.values()),
}
WORDS = {
    FilePurpose.RESUME.value: "PDF, DOCX, ODT or plain text in UTF-8",
    FilePurpose.ANSWER.value: "PDF, DOCX, ODT, plain text in UTF-8, PNG, JPEG or WebP",
}

_ZIP = b"PK\x03\x04"
# OpenDocument 1.3, part 2, 3.3: the first entry says what it is, uncompressed, at this place.
_ODT = b"mimetype" + ODT.mime.encode()
_ODT_AT = 30
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\f\r"))


def kind_of(content: bytes) -> FileKind | None:
    """The kind of a file, whatever its name says; None for what is of no kind that is taken.

    It looks at the surface only and unpacks nothing: what cannot be read in the end is found out by `file_text`.
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(_ZIP):
        return _packed(content)
    return TEXT if _is_text(content) else None


def _packed(content: bytes) -> FileKind | None:
    """The kind of an archive: the names of what is in it stand there unpacked."""
    if content[_ODT_AT : _ODT_AT + len(_ODT)] == _ODT:
        return ODT
    # Readers of such archives tell no capitals from small letters in them.
    names = content.lower()
    if b"[content_types].xml" in names and b"word/document.xml" in names and b"word/vbaproject.bin" not in names:
        return DOCX
    return None


def _is_text(content: bytes) -> bool:
    """Whether it is text in UTF-8 that people read: no control characters, and no format that is written in text."""
    if content.lstrip()[:5].lower() == b"{\\rtf" or content.translate(None, delete=_CONTROLS) != content:
        return False
    try:
        return bool(content.decode("utf-8").strip("\ufeff \t\r\n\f"))
    except UnicodeDecodeError:
        return False
