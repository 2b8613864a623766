"""A file in a GraphQL request: multipart/form-data with `operations`, `map` and the file.

Follows https://github.com/jaydenseric/graphql-multipart-request-spec, for one file in one operation. A form of another
site can send multipart too: so it is read only with a header that a page must ask for first (`PREFLIGHT_HEADERS`), and
only from somebody who says who they are. A file is up to ten times what other requests may have, and lies on the disk.
"""

import re
from hashlib import file_digest
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from nexus.graphql.http import MULTIPART, HttpError, read_json
from schema.core.uploads import UploadedFile

MAX_FILE_BYTES = 10_000_000
# With the operations, and what stands around the parts.
MAX_BYTES = MAX_FILE_BYTES + 1_000_000
# Of `operations`: as of other requests' bodies.
MAX_OPERATIONS_BYTES = 1_000_000
MAX_MAP_BYTES = 1_000
# Files that are being received by a process at a time; each is on the disk until it was answered.
MOST_AT_ONCE = 8
IN_MEMORY = 256 * 1024

_PATH = re.compile(r"variables(\.[A-Za-z0-9_]{1,100}){1,20}")


def new_spool() -> IO[bytes]:
    """Where a body is kept while it comes."""
    return SpooledTemporaryFile(max_size=IN_MEMORY)


def parameters_of(content_type: str, body: IO[bytes]) -> tuple[dict[str, Any], UploadedFile]:
    """The parameters with the file in its place, and the file, for the caller to close.

    Raises `HttpError` for what is not as the specification has it.
    """
    fields, files = _parsed(content_type, body)
    uploads = [(name, upload) for name in files for upload in files.getlist(name)]
    try:
        if len(uploads) != 1:
            raise HttpError(400, "Send one file, and one only.")
        (name, upload) = uploads[0]
        if upload.size is None or upload.size > MAX_FILE_BYTES:
            raise HttpError(413, f"A file has at most {MAX_FILE_BYTES:,} bytes.")
        if fields.keys() != {"operations", "map"} or any(len(fields.getlist(field)) != 1 for field in fields):
            raise HttpError(400, "Beside the file there are two parts, `operations` and `map`.")
        operations = _field(fields["operations"], "`operations`", MAX_OPERATIONS_BYTES)
        path = _path(_field(fields["map"], "`map`", MAX_MAP_BYTES), name)
        digest = file_digest(upload.file, "sha256").hexdigest()
        upload.file.seek(0)
        file = UploadedFile(upload.name or "", upload.size, digest, upload.file)
        _place(operations, path, file)
    except BaseException:
        for _, upload in uploads:
            upload.close()
        raise
    return operations, file


def _parsed(content_type: str, body: IO[bytes]) -> tuple[Any, Any]:
    body.seek(0, 2)
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": body.tell()}
    body.seek(0)
    handlers = [MemoryFileUploadHandler(), TemporaryFileUploadHandler()]
    whole: Any = body
    try:
        return MultiPartParser(meta, whole, handlers, "utf-8").parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise HttpError(400, f"This is not {MULTIPART} that can be read.") from None


def _field(text: str, what: str, most: int) -> dict[str, Any]:
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > most:
        raise HttpError(413, f"{what} has at most {most:,} bytes.")
    value = read_json(encoded, what)
    if isinstance(value, list) and what == "`operations`":
        raise HttpError(400, "Send one request at a time: batches are off.")
    if not isinstance(value, dict):
        raise HttpError(400, f"{what} must be a JSON object.")
    return value


def _path(places: dict[str, Any], name: str) -> list[str]:
    """Where the file is to stand: the keys from the parameters down."""
    paths = places.get(name)
    if places.keys() != {name} or not isinstance(paths, list) or len(paths) != 1 or not isinstance(paths[0], str):
        raise HttpError(400, "`map` must name the file's part, and one path in a list: {'0': ['variables.content']}.")
    if not _PATH.fullmatch(paths[0]):
        raise HttpError(400, "The path in `map` must lead to a variable: variables.content.")
    return paths[0].split(".")


def _place(parameters: dict[str, Any], path: list[str], file: UploadedFile) -> None:
    """Put the file where the path leads, which must be null."""
    holder: Any = parameters
    try:
        for key in path[:-1]:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        last: Any = int(path[-1]) if isinstance(holder, list) else path[-1]
        if not isinstance(holder, dict | list) or holder[last] is not None:
            raise LookupError
        holder[last] = file
    except (LookupError, TypeError, ValueError):
        raise HttpError(400, "The path in `map` must lead to a null in the variables.") from None
