"""Descriptions: Markdown, HTML or plain text in; safe HTML and readable text out.

Whatever the format, the mark-up passes nh3 twice, each time with an explicit list of tags. In between, `markup.Writer`
writes it anew in one canonical form, so that rendering the result again changes nothing.
"""

import html
import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from jobs.models import DescriptionFormat
from jobs.services import markup
from kernel.errors import Invalid

MAX_SOURCE = 100_000  # characters
MAX_MARKUP = 1_000_000  # characters; what grows beyond this on the way is an attack, not a description
MAX_LINK = 2_000  # characters

LINK_REL = "nofollow noopener ugc"
LINK_SCHEMES = {"http", "https", "mailto"}
# fmt: off
DROPPED_WITH_CONTENT = {
    "audio", "canvas", "head", "iframe", "math", "noembed", "noframes", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp",
}
# fmt: on

_REFUSED = re.compile("[\x00\ud800-\udfff]")
# Parsers repeat these in every following block until they are closed (HTML, "reconstruct the active formatting
# elements"). With differing attributes, or one long one, 100 KB of source would become gigabytes of tree.
_REPEATED = re.compile(
    r"<(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])([^>]*)(?:>|\Z)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A description in the two forms that are shown: sanitised HTML, and text without mark-up."""

    html: str
    text: str


def render(source: str, format: str) -> Rendered:
    """Safe HTML and readable text of `source`, which is "markdown", "html" or "text".

    `Invalid` (field "description"): longer than 100,000 characters, NUL or half a surrogate pair in it, mark-up that
    multiplies itself, an unknown format.
    """
    if len(source) > MAX_SOURCE:
        raise Invalid(f"The description is longer than {MAX_SOURCE:,} characters.", field="description")
    if _REFUSED.search(source):
        raise Invalid("The description contains a NUL character or half of a surrogate pair.", field="description")
    match format:
        case DescriptionFormat.MARKDOWN:
            written = _markdown.render(source)
        case DescriptionFormat.HTML:
            written = _REPEATED.sub(_without_ballast, source)
        case DescriptionFormat.TEXT:
            written = _paragraphs(source)
        case _:
            raise Invalid(f"A description is written in {', '.join(DescriptionFormat.values)}.", field="description")
    _refuse_excess(written)
    understood = _understood.clean(written)
    _refuse_excess(understood)
    canonical, text = markup.Writer().write(understood)
    _refuse_excess(canonical)
    return Rendered(html=_shown.clean(canonical), text=text)


def _refuse_excess(written: str) -> None:
    if len(written) > MAX_MARKUP:
        raise Invalid("The description's mark-up multiplies itself.", field="description")


def _without_ballast(tag: re.Match[str]) -> str:
    name, attributes = tag.groups()
    return tag[0] if name in "aA" and len(attributes) <= MAX_LINK + 200 else f"<{name}>"


def _paragraphs(text: str) -> str:
    """Plain text as mark-up: an empty line ends a paragraph, any other line end is kept."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join("<p>" + html.escape(block.strip(), quote=False).replace("\n", "<br>") + "</p>" for block in blocks)


def _markdown_parser() -> MarkdownIt:
    # Without "html", angle brackets in Markdown are text: "List<String>" stays readable, and a tag is shown, not run.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    may_link = parser.validateLink
    parser.validateLink = lambda url: len(url) <= MAX_LINK and may_link(url)  # type: ignore[method-assign]
    return parser


def _address(tag: str, attribute: str, value: str) -> str | None:
    """A link's address, if short enough, without the characters that would end a tag for `markup.Writer`."""
    value = value.strip()
    return value.replace("<", "%3C").replace(">", "%3E") if len(value) <= MAX_LINK else None


_markdown = _markdown_parser()
_understood = nh3.Cleaner(
    tags=set(markup.UNDERSTOOD),
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    attribute_filter=_address,
    url_schemes=LINK_SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_shown = nh3.Cleaner(
    tags=set(markup.SHOWN),
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    url_schemes=LINK_SCHEMES,
    url_relative="deny",
    link_rel=LINK_REL,
)
