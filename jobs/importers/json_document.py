"""The bytes of a JSON document of any size, cut into the elements of a list without being parsed."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from jobs.importers.files import MAX_LINE, chunks, without_mark

MAX_DEPTH = 100_000  # brackets; orjson reads no record with more than 1,024
MAX_KEY = 1_000  # bytes
# Where an element lacks a bracket or a quotation mark, the one after it has to be looked for: so many times a document.
MOST_RECOVERIES = 100
MOST_KEYS = 20

_SPACE = re.compile(rb"[ \t\r\n]*+")
_SEPARATION = re.compile(rb"[ \t\r\n,]*+")
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_REST_OF_TEXT = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BARE = re.compile(rb'[^",\[\]{}]*+')
# Whatever is no bracket. What stands in quotation marks is none.
_UP_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
_BETWEEN_OBJECTS = re.compile(rb'\}\s*+,\s*+(?=\{\s*+["}])')
_QUOTE = ord('"')
_OPENING, _CLOSING = b"{[", b"}]"


class Ended(Exception):
    """The document ends within a value."""


class Unclear(Exception):
    """It cannot be told how the document goes on. The message says why."""


class _TooLong(Exception):
    """The element that is held has become longer than `MAX_LINE`."""


class Document:
    """Reads on as it is needed: held are the bytes of one element, and those of one chunk."""

    def __init__(self, file: BinaryIO) -> None:
        self.keys: list[str] = []  # of the object that the document is
        self._chunks = chunks(file)
        self._data = without_mark(next(self._chunks, b""))
        self._at = 0
        self._held_from: int | None = None
        self._is_element = False  # what is held
        self._depth = 0
        self._is_in_text = False
        self._recoveries = 0

    def first(self) -> bytes:
        """The first byte after the space that comes next; empty at the end of the document."""
        return self._after(_SPACE)

    def held(self) -> bytes | None:
        """What was read since it has been held; None where that is longer than `MAX_LINE`."""
        if self._held_from is None or self._at - self._held_from > MAX_LINE:
            return None
        return self._data[self._held_from : self._at]

    def enter(self, paths: list[tuple[str, ...]]) -> int:
        """Goes into the list that begins here, or in the object that begins here into the first list under one of the
        paths.

        Gives how many brackets are open then; 0 where there is no such list: the object is held then.
        """
        if self.first() == b"[":
            self._at += 1
            return 1
        self._hold(is_element=False)
        return self._enter_object(paths, 1)

    def elements(self) -> Iterator[bytes | None]:
        """The bytes of each element of the list that is open; None for one that is longer than `MAX_LINE`."""
        self._held_from = None
        while (mark := self._after(_SEPARATION)) != b"]":
            if not mark:
                raise Ended
            yield self._element() if mark in _OPENING else self._other_element(mark)
            self._held_from = None
        self._at += 1

    def leave(self, depth: int) -> None:
        """Goes to the end of the document, of which so many brackets were open in its list."""
        self._depth, self._is_in_text = depth - 1, False
        self._close_brackets()
        if self.first():
            raise Unclear("Something follows the end of the document; a file holds one.")

    def _enter_object(self, paths: list[tuple[str, ...]], level: int) -> int:
        self._at += 1
        while (mark := self._after(_SEPARATION)) != b"}":
            if not mark:
                raise Ended
            key = self._key()
            if level == 1 and len(self.keys) < MOST_KEYS:
                self.keys.append(key)
            below = [path[1:] for path in paths if path[0] == key]
            mark = self.first()
            if mark == b"[" and () in below:
                self._at += 1
                return level + 1
            deeper = [path for path in below if path]
            if mark == b"{" and deeper:
                if found := self._enter_object(deeper, level + 1):
                    return found
            else:
                self._pass_value(mark)
        self._at += 1
        return 0

    def _key(self) -> str:
        """The key that begins here; goes behind its colon."""
        while not (match := _TEXT.match(self._data, self._at)):
            if self._data[self._at] != _QUOTE or len(self._data) - self._at > MAX_KEY:
                raise Unclear("The file is not JSON: a key of its outermost object is malformed.")
            self._read_on()
        self._at = match.end()
        if self.first() != b":":
            raise Unclear("The file is not JSON: a key of its outermost object has no value.")
        self._at += 1
        return match[0][1:-1].decode("utf-8", "replace")

    def _pass_value(self, mark: bytes) -> None:
        if mark and mark in _OPENING:
            self._depth, self._is_in_text = 0, False
            self._pass_bracket()
            self._close_brackets()
        elif mark == b'"':
            self._at += 1
            self._is_in_text = True
            while not self._has_left_text():
                self._read_on()
        else:
            before = self._at
            while True:
                self._at = _end(_BARE, self._data, self._at)
                if self._at < len(self._data):
                    break
                self._read_on()
                before = -1
            if self._at == before:
                raise Unclear("The file is not JSON: a value of its outermost object is missing.")

    def _element(self) -> bytes | None:
        """The list or object that begins here."""
        self._hold(is_element=True)
        self._depth, self._is_in_text = 0, False
        opening = self._data[self._at]
        try:
            self._pass_bracket()
            self._close_brackets()
        except (Ended, _TooLong) as error:
            if recovered := self._recovered():
                return recovered
            if isinstance(error, Ended):
                raise
            self._held_from = None
            self._close_brackets()
            return None
        element = self.held()
        if element is not None and _OPENING.index(opening) != _CLOSING.index(element[-1]):
            return self._recovered() or element
        return element

    def _other_element(self, mark: bytes) -> bytes | None:
        """The number, text or whatever begins here; none is a record."""
        self._hold(is_element=False)
        if mark == b"}":
            self._at += 1
        else:
            self._pass_value(mark)
        return self.held()

    def _recovered(self) -> bytes | None:
        """What is held up to where the next element seems to begin, if it is malformed, and goes there; else None."""
        if self._held_from is None:
            return None
        held = self._data[self._held_from : self._held_from + MAX_LINE + 1]
        wrong_at = _error_at(held)
        if wrong_at is None:
            return None
        self._recoveries += 1
        if self._recoveries > MOST_RECOVERIES:
            raise Unclear(f"More than {MOST_RECOVERIES} elements lack a bracket or a quotation mark.")
        end = wrong_at
        if held[wrong_at : wrong_at + 1] != b"{":
            # A text that is not closed swallows what follows: the boundary may stand in the text before the error.
            text_from = max(held.rfind(b'"', 0, max(wrong_at - 1, 0)), 0)
            between = _BETWEEN_OBJECTS.search(held, text_from)
            end = between.end() if between else 0
        if not end:
            return None
        self._at = self._held_from + end
        return held[:end].rstrip(b" \t\r\n,")

    def _close_brackets(self) -> None:
        while self._depth > 0:
            self._pass_bracket()

    def _pass_bracket(self) -> None:
        """Goes behind the next bracket that is not part of a text."""
        while not (mark := self._next_bracket()):
            self._read_on()
        if mark in _CLOSING:
            self._depth -= 1
            return
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unclear(f"Brackets are nested more than {MAX_DEPTH:,} deep.")

    def _next_bracket(self) -> bytes:
        while True:
            if self._is_in_text and not self._has_left_text():
                return b""
            self._at = _end(_UP_TO_BRACKET, self._data, self._at)
            mark = self._data[self._at : self._at + 1]
            self._at += len(mark)
            if mark != b'"':
                return mark
            self._is_in_text = True

    def _has_left_text(self) -> bool:
        """Goes behind the text, or as far in it as was read; a backslash waits for what it is before."""
        self._at = _end(_REST_OF_TEXT, self._data, self._at)
        if self._data[self._at : self._at + 1] != b'"':
            return False
        self._at += 1
        self._is_in_text = False
        return True

    def _after(self, pattern: re.Pattern[bytes]) -> bytes:
        while True:
            self._at = _end(pattern, self._data, self._at)
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            try:
                self._read_on()
            except Ended:
                return b""

    def _hold(self, *, is_element: bool) -> None:
        self._held_from, self._is_element = self._at, is_element

    def _read_on(self) -> None:
        """Adds a chunk to what is held, and lets go of the rest. What grows too long is let go of, too."""
        if self._held_from is not None and self._at - self._held_from > MAX_LINE:
            if self._is_element:
                raise _TooLong
            self._held_from = None
        chunk = next(self._chunks, b"")
        if not chunk:
            raise Ended
        kept_from = self._at if self._held_from is None else self._held_from
        self._data = self._data[kept_from:] + chunk
        self._at -= kept_from
        if self._held_from is not None:
            self._held_from = 0


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """The end of what the pattern, which may match nothing, matches there."""
    match = pattern.match(data, at)
    return match.end() if match else at


def _error_at(data: bytes) -> int | None:
    """Where the bytes stop being JSON; None where they may only lack their end."""
    try:
        # In Latin-1 each byte is a character: positions are those of the bytes, and no byte is wrong.
        orjson.loads(data.decode("latin-1"))
    except orjson.JSONDecodeError as error:
        return None if error.pos >= len(data) or "depth" in error.msg else error.pos
    return None
