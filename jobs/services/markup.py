"""One canonical form for the mark-up of descriptions, and the plain text of it.

Blocks that are not kept (`div`, `section` …) end a paragraph instead of gluing words together; headings start at h2,
since the page's own title is the h1; what is empty vanishes; nesting is bounded.
"""

import html
import re
from dataclasses import dataclass

# What is shown.
LEAVES = frozenset({"p", "h2", "h3", "h4", "pre"})
NESTING = frozenset({"blockquote", "ul", "ol", "table"})
PARENTS = {
    "li": {"ul", "ol"},
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tr": {"table", "thead", "tbody"},
    "th": {"tr"},
    "td": {"tr"},
}
INLINES = frozenset({"strong", "em", "code", "a"})
SHOWN = LEAVES | NESTING | PARENTS.keys() | INLINES | {"br"}

# What else is understood.
RENAMED = {"h1": "h2", "h5": "h4", "h6": "h4", "b": "strong", "i": "em", "tfoot": "tbody"}
# fmt: off
BOUNDARIES = frozenset({
    "address", "article", "aside", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend",
    "main", "menu", "nav", "option", "search", "section", "summary",
})
# fmt: on
UNDERSTOOD = SHOWN | RENAMED.keys() | BOUNDARIES

MAX_DEPTH = 16  # lists, quotes and tables with their parts; what is deeper is kept, but flattened

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>|([^<]+)")
_HREF = re.compile(r' href="[^"]*"')
_SPACE = re.compile(r"[ \t\r\n\v\f\xa0]+")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class _Container:
    """An open list, quote or table, or a part of one."""

    tag: str
    was_due: tuple[bool, int, str]  # what was due before it, and is again if it stays empty
    parts: int = 0  # items or cells so far


class Writer:
    """Writes sanitised mark-up anew. A tag is written late, when there is something to say in it.

    It needs what a sanitiser makes of HTML: lower-case names, every tag closed in order, `<` and `>` nowhere else.
    """

    def __init__(self) -> None:
        self.html: list[str] = []
        self.text: list[str] = []
        self.sources: list[tuple[str, str]] = []  # per open tag of the source: what it became, the leaf around it
        self.containers: list[_Container] = []
        self.leaf = ""  # the paragraph, heading … that the source is in
        self.open_leaf = ""  # the one that is written
        self.inlines: list[str] = []  # per inline tag that the source is in, its mark-up; empty where not to be written
        self.open_inlines = 0  # how many of them are written
        self.is_running = False  # words stand in the current line
        self.is_space_due = False
        self.is_line_due = False  # words stood here, outside of any leaf, before a block that was not kept
        self.breaks_due = 0
        self.newlines_due = 0  # in the text form
        self.bullet_due = ""  # in the text form

    def write(self, markup: str) -> tuple[str, str]:
        """The canonical mark-up, and the text."""
        for slash, tag, attributes, words in _TOKEN.findall(markup):
            if words:
                self._write_words(html.unescape(words))
            elif tag == "br":
                self.breaks_due = min(self.breaks_due + 1, 2)
            elif tag == "hr":
                self._end_run()
            elif slash:
                self._end(*self.sources.pop())
            else:
                self._start(RENAMED.get(tag, tag), attributes)
        self._end_run()
        return "".join(self.html), "".join(self.text)

    def _start(self, tag: str, attributes: str) -> None:
        if tag in INLINES:
            self.sources.append((tag, self.leaf))
            self._start_inline(tag, attributes)
            return
        self._end_run()
        is_out_of_place = tag in PARENTS and self._container() not in PARENTS[tag]
        is_too_deep = tag in NESTING and len(self.containers) >= MAX_DEPTH
        if tag in BOUNDARIES or is_out_of_place or is_too_deep:
            self.sources.append(("", self.leaf))
        elif tag in LEAVES:
            self.sources.append(("", self.leaf))
            self.leaf = tag
        else:
            self.sources.append((tag, self.leaf))
            self.leaf = ""
            self._start_container(tag)

    def _end(self, became: str, leaf_around: str) -> None:
        if became in INLINES:
            self._end_inline()
            return
        self._end_run()
        if became:
            self._end_container(became)
        self.leaf = leaf_around

    def _start_inline(self, tag: str, attributes: str) -> None:
        if any(markup.split(" ", 1)[0] == tag for markup in self.inlines):
            tag = ""
        elif tag == "a":
            address = _HREF.match(attributes)
            tag = f"a{address[0]}" if address else ""
        self.inlines.append(tag)

    def _end_inline(self) -> None:
        markup = self.inlines.pop()
        if self.open_inlines > len(self.inlines):
            self.open_inlines -= 1
            self._close(markup)

    def _close(self, markup: str) -> None:
        if markup:
            self.html.append(f"</{markup.split(' ', 1)[0]}>")

    def _container(self) -> str:
        return self.containers[-1].tag if self.containers else ""

    def _start_container(self, tag: str) -> None:
        was_due = (self.is_line_due, self.newlines_due, self.bullet_due)
        self.is_line_due = False
        if tag == "li":
            self.containers[-1].parts += 1
            lists = [container for container in self.containers if container.tag in ("ul", "ol")]
            mark = f"{lists[-1].parts}." if lists[-1].tag == "ol" else "-"
            self.bullet_due = "  " * (len(lists) - 1) + mark + " "
            self.newlines_due = max(self.newlines_due, 1)
        elif tag == "tr":
            self.newlines_due = max(self.newlines_due, 1)
        elif tag in ("td", "th"):
            self.bullet_due += " | " if self.containers[-1].parts else ""
            self.containers[-1].parts += 1
        self.containers.append(_Container(tag, was_due))
        self.html.append(f"<{tag}>")

    def _end_container(self, tag: str) -> None:
        container = self.containers.pop()
        if self.html[-1] == f"<{tag}>" and tag not in ("td", "th"):  # an empty cell keeps its column
            self.html.pop()
            self.is_line_due, self.newlines_due, self.bullet_due = container.was_due
            if tag == "li":
                self.containers[-1].parts -= 1
            return
        self.html.append(f"</{tag}>")
        self.is_line_due = False
        if tag in ("li", "tr"):
            self.bullet_due = ""
        if tag == "caption":
            self.newlines_due = max(self.newlines_due, 1)
        if tag in NESTING:
            self._space_text()

    def _write_words(self, words: str) -> None:
        words = _INVISIBLE.sub("", words)
        if self.leaf == "pre":
            self._write_verbatim(words.replace("\r\n", "\n").replace("\r", "\n"))
            return
        spaced = _SPACE.sub(" ", words)
        words = spaced.strip(" ")
        if spaced.startswith(" "):
            self.is_space_due = self.is_running
        if words:
            self._begin_run()
            self._say(words)
            self.is_space_due = spaced.endswith(" ")

    def _write_verbatim(self, words: str) -> None:
        if not self.is_running:
            # Parsers drop a line end right after <pre>.
            words = words.lstrip("\n")
            if not words.strip():
                return
        self._begin_run()
        self._say(words)

    def _say(self, words: str) -> None:
        self.html.append(html.escape(words, quote=False))
        self.text.append(words)

    def _begin_run(self) -> None:
        """Write all that was due before the next word."""
        if self.is_running:
            self.html.append("<br>" * self.breaks_due)
            self.text.append("\n" * self.breaks_due)
            if self.is_space_due and not self.breaks_due:
                self.html.append(" ")
                self.text.append(" ")
        else:
            self._open_leaf()
            self._begin_text()
        for markup in self.inlines[self.open_inlines :]:
            if markup:
                self.html.append(f"<{markup}>")
        self.open_inlines = len(self.inlines)
        self.breaks_due = 0
        self.is_space_due = False
        self.is_running = True

    def _open_leaf(self) -> None:
        is_to_be_wrapped = self._container() in ("", "blockquote")
        self.open_leaf = self.leaf or ("p" if is_to_be_wrapped else "")
        if self.open_leaf:
            self.html.append(f"<{self.open_leaf}>")
        elif self.is_line_due:
            self.html.append("<br>")
            self.newlines_due = 1
        self.is_line_due = False

    def _begin_text(self) -> None:
        if self.text:
            self.text.append("\n" * self.newlines_due or ("" if self.bullet_due else " "))
        self.text.append(self.bullet_due)
        self.newlines_due = 0
        self.bullet_due = ""

    def _end_run(self) -> None:
        """End the line of words, if there is one: what comes next is another block."""
        if self.open_leaf == "pre":
            self.text[-1] = self.text[-1].rstrip("\n")
        for place in reversed(range(self.open_inlines)):
            self._close(self.inlines[place])
            if self.inlines[place].startswith("a "):
                self.inlines[place] = ""  # a link is not repeated in the next block: its address may be long
        if self.open_leaf:
            self.html.append(f"</{self.open_leaf}>")
        elif self.is_running:
            self.is_line_due = True
        if self.is_running:
            self._space_text()
        self.open_inlines = 0
        self.open_leaf = ""
        self.is_running = False
        self.is_space_due = False
        self.breaks_due = 0

    def _space_text(self) -> None:
        """Blocks are set apart by an empty line; within a list item by a line end, within a table's cell by a space."""
        inside = next((each.tag for each in reversed(self.containers) if each.tag in ("li", "caption", "td", "th")), "")
        lines = {"": 2, "li": 1}.get(inside, 0)
        self.newlines_due = max(self.newlines_due, lines)
