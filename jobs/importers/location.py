"""Opens what a location names, a file, a folder or an address on the web, as a sequence of documents."""

import json
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jobs.importers.addresses import Unreachable, WebAddress, is_url, parsed
from jobs.importers.fetch import Gone, Limits, Validators, fetched
from jobs.importers.files import Opened, Unreadable, opened
from jobs.importers.paging import PAGED, Paging

# What files of a format are called; of the others, .json.
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "jobposting-jsonld": (".json", ".jsonld", ".html", ".htm"),
    "indeed-xml": (".xml",),
    "careerjet-xml": (".xml",),
    "hr-xml": (".xml",),
}
MAX_PAGES = 500
MAX_PAGE = 32 * 1024 * 1024  # bytes of a page that leads to others
AT_ONCE = 4  # requests to one server


@dataclass(frozen=True, slots=True)
class Download:
    """What was at an address: a file, or a folder of its pages; None where it has not changed."""

    path: Path | None
    validators: Validators


def opened_documents(location: str, format: str, *, allow_private: bool = False) -> Generator[Opened]:
    """The documents at a location, one after the other; each is open until the next is asked for.

    A file is one document. A folder's are its files that are named as the format's are (also with .gz), in the order
    of their names; hidden files and folders within are passed over. What a URL leads to, with all its pages where the
    format has such, is fetched whole before anything is given. `allow_private` lets it be on any machine.

    Raises `Unreadable`, or `addresses.Unreachable` where another try may help; for a file of a folder after the
    others were given. Close the iterator, or read it to its end: fetched files are kept until then.
    """
    if is_url(location):
        with downloaded(location, format, allow_private=allow_private) as download:
            assert download.path is not None  # nothing was asked that "not modified" would answer
            yield from _opened(documents_in(download.path, format))
        return
    yield from _opened(documents_in(Path(location), format))


def documents_in(path: Path, format: str) -> list[Path]:
    """The file itself, or the folder's files of this format. Raises `Unreadable` where a folder has none."""
    if not path.is_dir():
        return [path]
    suffixes = SUFFIXES.get(format, (".json",))
    endings = (*suffixes, *(f"{suffix}.gz" for suffix in suffixes))
    try:
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror}.") from None
    found = [
        entry
        for entry in entries
        if entry.name.lower().endswith(endings) and not entry.name.startswith(".") and entry.is_file()
    ]
    if not found:
        raise Unreadable(f"{path} has no files that end in {' or '.join(endings)}.")
    return found


@contextmanager
def downloaded(
    address: str,
    format: str,
    *,
    allow_private: bool = False,
    validators: Validators | None = None,
    limits: Limits | None = None,
) -> Iterator[Download]:
    """What is at an address, in files that are gone when the block ends. Raises as `fetched` does.

    A list in pages is fetched whole or not at all, and always anew: one page cannot tell whether another has changed.
    The limits are those of all pages together.
    """
    if format not in PAGED:
        with fetched(address, allow_private=allow_private, validators=validators, limits=limits) as document:
            yield Download(document.path, document.validators)
        return
    with tempfile.TemporaryDirectory(prefix="nexus-import-") as folder:
        pages = _Pages(Path(folder), parsed(address), limits or Limits(), allow_private=allow_private)
        pages.fetch(PAGED[format])
        yield Download(Path(folder), Validators())


class _Pages:
    """The pages of a list, on their way into a folder."""

    def __init__(self, folder: Path, first: WebAddress, limits: Limits, *, allow_private: bool) -> None:
        self._folder = folder
        self._first = first
        self._limits = limits
        self._allow_private = allow_private
        self._deadline = time.monotonic() + limits.total
        self._size = 0
        self._met = {first.full}

    def fetch(self, paging: Paging) -> None:
        """Follows the list from its first page to its last."""
        at = self._first
        for number in range(MAX_PAGES):
            page, at = self._kept(at, f"{number:03}.json")
            if not number:
                # Links are relative to where redirects ended.
                self._first = at
            self._size += page.stat().st_size
            step = paging(at, _read(page))
            if step.parts:
                page.unlink()
                # A list that moves while it is read has some of them twice.
                self._keep_all([part for part in map(self._joined, step.parts) if self._is_new(part)], number)
            if not step.following or not self._is_new(at := self._joined(step.following)):
                return
        raise Unreadable(f"{self._first} has more than {MAX_PAGES} pages.")

    def _keep_all(self, addresses: Sequence[WebAddress], page: int) -> None:
        names = [f"{page:03}-{number:04}.json" for number in range(len(addresses))]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            try:
                for kept in threads.map(self._kept_if_there, addresses, names):
                    self._size += kept.stat().st_size if kept else 0
            except Unreadable:
                threads.shutdown(cancel_futures=True)
                raise

    def _kept_if_there(self, address: WebAddress, name: str) -> Path | None:
        with suppress(Gone):  # since the list was made
            return self._kept(address, name)[0]
        return None

    def _kept(self, address: WebAddress, name: str) -> tuple[Path, WebAddress]:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unreachable(f"{self._first} took longer than {self._limits.total:g} s.")
        if self._size > self._limits.size:
            raise Unreadable(f"{self._first} is larger than {self._limits.size:,} bytes.")
        limits = replace(self._limits, total=left, size=self._limits.size - self._size)
        with fetched(address.full, allow_private=self._allow_private, limits=limits) as document:
            assert document.path is not None
            kept = self._folder / name
            kept.hardlink_to(document.path)
            return kept, document.address

    def _is_new(self, address: WebAddress) -> bool:
        is_new = address.full not in self._met
        self._met.add(address.full)
        return is_new

    def _joined(self, link: str) -> WebAddress:
        """Where the link leads. A list does not send its reader, and a key in the address, to another server."""
        address = self._first.joined(link)
        if address.origin != self._first.origin:
            raise Unreadable(f"{self._first} goes on at {address}, which is another server.")
        return address


def _read(page: Path) -> Mapping[str, Any]:
    """The page, if it is an object; whatever else it is, its reader will say."""
    if page.stat().st_size > MAX_PAGE:
        raise Unreadable(f"A page is larger than {MAX_PAGE:,} bytes.")
    try:
        content = json.loads(page.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _opened(paths: Sequence[Path]) -> Iterator[Opened]:
    unreadable: Unreadable | None = None
    for path in paths:
        try:
            with opened(path) as file:
                yield file
        except Unreadable as error:
            unreadable = unreadable or error
    if unreadable:
        raise unreadable
