"""XML: a document that holds records as elements of one name."""

import re
from collections.abc import Collection, Iterator
from html import escape
from html.entities import html5
from typing import Any, BinaryIO
from xml.parsers import expat

from jobs.importers.files import MAX_LINE, Broken, Unreadable, chunks, ending, reading
from jobs.importers.port import Fault, Row

MAX_DEPTH = 100
MAX_PIECE = 2 * MAX_LINE  # bytes of one tag or comment
MAX_ATTRIBUTES = 100

# XML 1.0 has no place for them, feeds have them all the same. In UTF-16 these bytes are parts of letters.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_UTF16 = re.compile(rb"\xff\xfe|\xfe\xff|\x00<|<\x00")
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


class XmlItems:
    """Reads the elements of these names, wherever they stand; prefixes of namespaces do not count.

    An element without attributes and elements in it is its text. Any other is an object: its elements by their names,
    a list where a name comes again, its attributes under "@name", its own text under "#text". Elements that `markup`
    names are texts with all tags in them. No DTD is read and no entity expanded but those of HTML: a document that
    declares any is refused.
    """

    def __init__(self, *names: str, markup: Collection[str] = ()) -> None:
        self._names = frozenset(names)
        self._markup = frozenset(markup)

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        """Yields the elements; their positions are their numbers, from 1."""
        document = _Document(self._names, self._markup)
        with reading(lambda: document.number + 1):
            for chunk in chunks(file):
                failure = document.feed(chunk)
                yield from document.taken()
                if failure:
                    raise failure
            failure = document.feed(b"", is_last=True)
            yield from document.taken()
            if failure:
                raise failure
        if not document.number:
            names = " or ".join(f"<{name}>" for name in sorted(self._names))
            raise Unreadable(f"The document holds no {names}; its outermost element is <{document.root}>.")

    def parsed(self, text: str) -> list[dict[str, Any]]:
        """The elements in a text, such as the CDATA of another document. Raises `Unreadable`."""
        document = _Document(self._names, self._markup)
        # A text has its encoding behind it, whatever it still declares.
        failure = document.feed(text.encode("utf-8", "replace"), is_last=True, encoding="utf-8")
        if failure:
            raise Unreadable(str(failure))
        return [entry.values for entry in document.taken() if isinstance(entry, Row)]


class _Refused(Exception):
    pass


class _Open:
    """An element that is not closed yet."""

    __slots__ = ("children", "name", "texts")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.texts: list[str] = []
        self.children: dict[str, Any] = {
            f"@{_local(key)}": value for key, value in attributes.items() if not key.startswith("xmlns")
        }

    def value(self) -> Any:
        text = "".join(self.texts).strip()
        if not self.children:
            return text
        if text:
            self.children["#text"] = text
        return self.children

    def add(self, name: str, value: Any) -> None:
        if name not in self.children:
            self.children[name] = value
        elif isinstance(self.children[name], list):
            self.children[name].append(value)
        else:
            self.children[name] = [self.children[name], value]


class _Markup:
    """The text of an element with the tags in it. Without a tag it is the text as it is: mostly HTML, escaped."""

    def __init__(self) -> None:
        self.depth = 0
        self._pieces: list[tuple[str, bool]] = []  # and whether it is markup already
        self._has_tags = False

    def text(self, text: str, *, is_verbatim: bool) -> None:
        self._pieces.append((text, is_verbatim))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._has_tags = True
        written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        self._pieces.append((f"<{name}{written}>", True))

    def end(self, name: str) -> None:
        if name not in _VOID:
            self._pieces.append((f"</{name}>", True))

    def value(self) -> str:
        if not self._has_tags:
            return "".join(text for text, _ in self._pieces).strip()
        return "".join(text if is_markup else escape(text, quote=False) for text, is_markup in self._pieces).strip()


class _Document:
    """A document as it is fed, and the elements in it that are complete."""

    def __init__(self, names: frozenset[str], markup: frozenset[str]) -> None:
        self.number = 0
        self.root = ""
        self._names, self._markup_names = names, markup
        self._taken: list[Row | Fault] = []
        self._open: list[_Open] = []  # from the record inwards
        self._markup: _Markup | None = None
        self._depth = self._fed = self._size = 0
        self._is_verbatim = False
        self._strips_controls = False
        self._parser: expat.XMLParserType | None = None

    def taken(self) -> list[Row | Fault]:
        """The records since it was last asked."""
        taken, self._taken = self._taken, []
        return taken

    def feed(self, chunk: bytes, *, is_last: bool = False, encoding: str | None = None) -> Broken | Unreadable | None:
        """Parses on. Gives what is wrong instead of raising it: the records before it are to be taken first."""
        if self._parser is None:
            self._strips_controls = not _UTF16.match(chunk)
            self._parser = self._made(encoding)
        if self._strips_controls:
            chunk = chunk.translate(None, _CONTROLS)
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            reason = _reason(error)
        except (LookupError, ValueError) as error:  # of an encoding
            reason = f"The document cannot be decoded: {error}."
        except _Refused as refusal:
            return Unreadable(str(refusal))
        else:
            if self._fed - self._parser.CurrentByteIndex <= MAX_PIECE:
                return None
            reason = f"A tag or a comment is longer than {MAX_PIECE:,} bytes."
        return ending(self.number + 1, reason)

    def _made(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = self._start_verbatim
        parser.EndCdataSectionHandler = self._end_verbatim
        parser.StartDoctypeDeclHandler = self._doctype
        # As if a DTD were named that declares whatever is not: an entity that is not declared is then passed on here
        # instead of being the end. Nothing is ever loaded: the handler says that it was.
        parser.UseForeignDTD(True)
        parser.ExternalEntityRefHandler = lambda *_: 1
        parser.SkippedEntityHandler = self._entity
        return parser

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_declarations: int) -> None:
        if has_declarations:
            raise _Refused("The document declares entities or elements of its own (DOCTYPE); that is not read.")

    def _entity(self, name: str, _is_parameter: bool) -> None:
        self._text(html5.get(f"{name};", f"&{name};"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"Elements are nested more than {MAX_DEPTH} deep.")
        local = _local(name)
        self.root = self.root or local[:100]
        if self._markup is not None:
            self._grow(name, *attributes, *attributes.values())
            self._markup.depth += 1
            if self._size <= MAX_LINE:
                self._markup.start(name, attributes)
        elif self._open or local in self._names:
            if not self._open:
                self._size = 0
                self._open.append(_Open(local, attributes))
                return
            self._grow(name, *attributes, *attributes.values())
            self._open.append(_Open(local, attributes if self._size <= MAX_LINE else {}))
            if local in self._markup_names:
                self._markup = _Markup()

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._markup is not None:
            if self._markup.depth:
                self._markup.depth -= 1
                self._markup.end(name)
                return
            self._open[-1].texts = [self._markup.value()]
            self._markup = None
        if not self._open:
            return
        closed = self._open.pop()
        if self._open:
            if self._size <= MAX_LINE:
                self._open[-1].add(closed.name, closed.value())
            return
        self.number += 1
        if self._size > MAX_LINE:
            self._taken.append(Fault(self.number, f"The element is longer than {MAX_LINE:,} characters."))
        else:
            value = closed.value()
            self._taken.append(Row(self.number, value if isinstance(value, dict) else {"#text": value}))

    def _text(self, text: str) -> None:
        if not self._open:
            return
        self._grow(text)
        if self._size > MAX_LINE:
            return
        if self._markup is not None:
            self._markup.text(text, is_verbatim=self._is_verbatim)
        else:
            self._open[-1].texts.append(text)

    def _grow(self, *texts: str) -> None:
        """Counts what the record holds; from `MAX_LINE` on nothing more of it is kept."""
        self._size += sum(map(len, texts)) + 16 * len(texts)

    def _start_verbatim(self) -> None:
        self._is_verbatim = True

    def _end_verbatim(self) -> None:
        self._is_verbatim = False


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _reason(error: expat.ExpatError) -> str:
    place = f"line {error.lineno}, column {error.offset + 1}"
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
        return f"Not well-formed XML at {place}. If the document is not in UTF-8, it has to declare its encoding."
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
        return f"The document ends early, at {place}."
    return f"Not well-formed XML at {place}: {expat.errors.messages[error.code]}."
