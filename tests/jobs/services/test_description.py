import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.services import markup
from jobs.services.description import MAX_SOURCE, render
from kernel.errors import Invalid

LONGEST = 10  # seconds of computing: what no source within the limits may take


class Inventory(HTMLParser):
    """Every tag and attribute that a parser finds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update((tag, name) for name, _ in attrs)
        self.addresses += [value for name, value in attrs if name == "href"]

    def handle_comment(self, data):
        self.tags.add("<!-- -->")

    def handle_decl(self, decl):
        self.tags.add("<! >")

    def handle_pi(self, data):
        self.tags.add("<? >")


def assert_harmless(html: str) -> None:
    found = Inventory(html)
    assert found.tags <= markup.SHOWN
    assert found.attributes <= {("a", "href"), ("a", "rel")}
    for address in found.addresses:
        assert re.match(r"(https?:|mailto:)", address, re.IGNORECASE)


@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        pytest.param(
            "# Role\n\nWe *do* **it**.",
            "<h2>Role</h2><p>We <em>do</em> <strong>it</strong>.</p>",
            "Role\n\nWe do it.",
            id="headings-emphasis",
        ),
        pytest.param(
            "- a\n- b\n  1. c\n  2. d",
            "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>",
            "- a\n- b\n  1. c\n  2. d",
            id="lists",
        ),
        pytest.param("> said", "<blockquote><p>said</p></blockquote>", "said", id="quote"),
        pytest.param("one\ntwo  \nthree", "<p>one two<br>three</p>", "one two\nthree", id="line-ends"),
        pytest.param(
            "```py\nif a < b:\n    c\n```",
            "<pre><code>if a &lt; b:\n    c\n</code></pre>",
            "if a < b:\n    c",
            id="code-block",
        ),
        pytest.param(
            "|a|b|\n|-|-|\n||2|",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td></td><td>2</td></tr></tbody></table>",
            "a | b\n | 2",
            id="table",
        ),
        pytest.param(
            "a List<String> job", "<p>a List&lt;String&gt; job</p>", "a List<String> job", id="angle-brackets-are-text"
        ),
        pytest.param(
            "<script>alert(1)</script>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
            "<script>alert(1)</script>",
            id="tags-are-text",
        ),
        pytest.param(
            "[x](https://a.example/?b=1&c=2)",
            '<p><a href="https://a.example/?b=1&amp;c=2" rel="nofollow noopener ugc">x</a></p>',
            "x",
            id="link",
        ),
        pytest.param(
            "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))", id="script-link"
        ),
        pytest.param("![logo](https://a.example/p.png)", "", "", id="image-is-dropped"),
        pytest.param("R&amp;D &lt;3 &copy;", "<p>R&amp;D &lt;3 ©</p>", "R&D <3 ©", id="entities"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_markdown(source, html, text):
    rendered = render(source, "markdown")
    assert (rendered.html, rendered.text) == (html, text)


@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        pytest.param(
            "<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>", "One\n\nTwo", id="unkept-blocks-part-words"
        ),
        pytest.param(
            "<h1>A</h1><h5>B</h5><b>c</b><i>d</i>",
            "<h2>A</h2><h4>B</h4><p><strong>c</strong><em>d</em></p>",
            "A\n\nB\n\ncd",
            id="synonyms",
        ),
        pytest.param("<p>&nbsp;</p><p></p><ul><li></li></ul><b> </b>x", "<p>x</p>", "x", id="empty-vanishes"),
        pytest.param("<li><p>a</p></li>", "<p>a</p>", "a", id="item-outside-of-a-list"),
        pytest.param(
            "<ul><li><div>a</div><div>b</div></li></ul>", "<ul><li>a<br>b</li></ul>", "- a\nb", id="blocks-in-an-item"
        ),
        pytest.param(
            "<b><p>x</p><p>y</p></b>",
            "<p><strong>x</strong></p><p><strong>y</strong></p>",
            "x\n\ny",
            id="emphasis-around-blocks",
        ),
        pytest.param(
            "<b>bo<i>th</b>x</i>",
            "<p><strong>bo<em>th</em></strong><em>x</em></p>",
            "bothx",
            id="tags-closed-out-of-order",
        ),
        pytest.param(
            "<p>a<p>b<ul><li>c<li>d",
            "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>",
            "a\n\nb\n\n- c\n- d",
            id="unclosed-tags",
        ),
        pytest.param("a<br><br/><br>b", "<p>a<br><br>b</p>", "a\n\nb", id="many-line-ends"),
        pytest.param("<pre>\n\n  x\n   y</pre>", "<pre>  x\n   y</pre>", "  x\n   y", id="verbatim"),
        pytest.param(
            "<table><caption>C</caption><tr><th>a<td>b<tr><td>c",
            "<table><caption>C</caption><tbody><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "C\na | b\nc",
            id="table",
        ),
        pytest.param(
            '<a href="mailto:a@b.example" onclick="x()" style="y" target=_blank>m</a>',
            '<p><a href="mailto:a@b.example" rel="nofollow noopener ugc">m</a></p>',
            "m",
            id="attributes-go",
        ),
        pytest.param(
            '<a href="/apply">m</a> <a href="//x.example">n</a> <a name=x>o</a>',
            "<p>m n o</p>",
            "m n o",
            id="relative-links-go",
        ),
        pytest.param(
            "<a href='https://x.example/<h1>'>y</a>",
            '<p><a href="https://x.example/%3Ch1%3E" rel="nofollow noopener ugc">y</a></p>',
            "y",
            id="tag-in-an-address",
        ),
        pytest.param(
            "5 &lt; 6 &amp;amp; &quot;7&quot; &#x1F600;",
            '<p>5 &lt; 6 &amp;amp; "7" 😀</p>',
            '5 < 6 &amp; "7" 😀',
            id="entities-once",
        ),
        pytest.param("a&#1;b&#x7f;c&#xfeff;d", "<p>abcd</p>", "abcd", id="invisible-characters"),
    ],
)
def test_html(source, html, text):
    rendered = render(source, "html")
    assert (rendered.html, rendered.text) == (html, text)


def test_text_keeps_its_lines():
    rendered = render("a < b &amp;\r\nsecond\n\n \n<b>third</b>", "text")
    assert rendered.html == "<p>a &lt; b &amp;amp;<br>second</p><p>&lt;b&gt;third&lt;/b&gt;</p>"
    assert rendered.text == "a < b &amp;\nsecond\n\n<b>third</b>"


TRAPS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.example/a.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<p style='background:url(javascript:alert(1))' onmouseover=alert(1)>x</p>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' \tjava\nscript:alert(1)'>x</a>",
    "<a href='&#106;&#x61;vascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='https://x.example/\" onclick=alert(1)'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><input type=submit formaction=javascript:alert(1)></form>",
    "<object data=data:text/html,x></object><embed src=javascript:alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<table><td><a href=javascript:alert(1)>x</table>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<b <script>alert(1)</script>",
    "<a href=https://x.example <img src=x onerror=alert(1)>",
    "<a href=`javascript:alert(1)`>x</a>",
    "<p/onclick=alert(1)>x",
    "\u2028<img\u000csrc=x\u000conerror=alert(1)>",
    "[x](<javascript:alert(1)>) [y](&#106;avascript:alert(1)) <javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '![x](https://x.example/"onerror="alert(1))',
    '[x](https://x.example/ "\\" onclick=alert(1)")',
]


@pytest.mark.parametrize("written_in", ["html", "markdown", "text"])
@pytest.mark.parametrize("source", TRAPS)
def test_traps_do_not_spring(source, written_in):
    once = render(source, written_in)
    assert_harmless(once.html)
    assert render(once.html, "html") == once


PIECES = st.sampled_from(
    [f"<{tag}>" for tag in sorted(markup.UNDERSTOOD)]
    + [f"</{tag}>" for tag in sorted(markup.UNDERSTOOD)]
    + TRAPS
    + ["<a href='https://x.example/'>", '<a href="mailto:a@b.example?x=<i>&y=\'">', "<font size=1>", "<u>", "<nobr>"]
    + [
        "<caption>",
        "<col>",
        "<colgroup>",
        "<template>",
        "<option>",
        "<math>",
        "<svg>",
        "<foreignObject>",
        "<mi>",
        "<mtext>",
    ]
    + ["x", " ", "\n", "\n\n", "&nbsp;", "&lt;", "&amp;lt;", "&#13;", "&#10;", "<", ">", "&", '"', "\t", "\x0c", "\r"]
    + ["# ", "* ", "1. ", "> ", "    ", "`", "```\n", "**", "_", "[", "](", ")", "|", "|-|-|\n", "---\n", "\\"]
)
SOURCES = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
)


@settings(deadline=None, max_examples=1_000)
@given(SOURCES, st.sampled_from(["html", "markdown", "text"]))
def test_nothing_outside_the_allow_list_survives(source, written_in):
    assert_harmless(render(source, written_in).html)


@settings(deadline=None, max_examples=1_000)
@given(SOURCES, st.sampled_from(["html", "markdown", "text"]))
def test_rendering_again_changes_nothing(source, written_in):
    once = render(source, written_in)
    assert render(once.html, "html") == once


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200))
def test_plain_text_comes_back_word_for_word(source):
    assert render(source, "text").text == source


HOSTILE = {
    "html": [
        "<div>", "<b>", "<b ", "<blockquote>x", "<ul><li>x", "<table><tr><td>x", "<pre>x", "</p>", "<!--", "<svg>", "<",
        "&", " ", "\n \n",
    ],
    "markdown": ["> ", "[", "![", "[a](", "*a **b ", "- ", "a\n", "|", "`a", "<", "&", " ", "\n \n"],
    "text": ["<", "&", "a\n", " ", "\n \n"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("written_in", "piece"), [(written_in, piece) for written_in, pieces in HOSTILE.items() for piece in pieces]
)
def test_the_same_over_and_over_neither_hangs_nor_crashes(written_in, piece):
    started = time.thread_time()
    rendered = render((piece * MAX_SOURCE)[:MAX_SOURCE], written_in)
    assert time.thread_time() - started < LONGEST
    assert_harmless(rendered.html)


def test_depth_of_the_result_is_bounded():
    html = render("<blockquote>x<ul><li>" * 4_000, "html").html
    assert html.count("x") == 4_000
    deepest = depth = 0
    for slash in re.findall(r"<(/?)(?:blockquote|ul|li)", html):
        depth += -1 if slash else 1
        deepest = max(deepest, depth)
    assert deepest <= markup.MAX_DEPTH + 2


EMPHASIS = ["b", "i", "tt", "code", "font", "u", "em", "strong", "small", "big", "s", "strike"]


@pytest.mark.parametrize(
    ("source", "written_in"),
    [
        pytest.param("<p>" + "".join(f"<{tag}>" * 3 for tag in EMPHASIS) + "<p>x" * 24_000, "html", id="emphasis"),
        pytest.param(f"<p><a href='https://x.example/{'y' * 1_900}'>" + "<p>x" * 24_000, "html", id="link"),
        pytest.param(f"[a]: https://x.example/{'y' * 1_900}\n\n" + "[a]" * 30_000, "markdown", id="reference"),
        pytest.param("<em><strong><code>" + "<p>x" * 24_000, "html", id="canonical-form"),
    ],
)
def test_markup_that_multiplies_itself_is_refused(source, written_in):
    with pytest.raises(Invalid, match="multiplies") as refusal:
        render(source, written_in)
    assert refusal.value.field == "description"


def test_formatting_tags_with_differing_attributes_do_not_fill_the_memory():
    source = "<p>" + "".join(f"<font x={number}>" for number in range(4_000)) + "<p>x" * 10_000
    assert render(source[:MAX_SOURCE], "html").html.startswith("<p>x</p><p>x</p>")


def test_a_long_address_is_no_link():
    assert render(f"<a href='https://x.example/{'y' * 2_000}'>x</a>", "html").html == "<p>x</p>"


@pytest.mark.parametrize("bad", ["\0", "\ud800", "a\udc80b"])
@pytest.mark.parametrize("written_in", ["html", "markdown", "text"])
def test_characters_that_no_database_takes_are_refused(bad, written_in):
    with pytest.raises(Invalid) as refusal:
        render(f"x{bad}y", written_in)
    assert refusal.value.field == "description"


def test_too_long_is_refused():
    render("x" * MAX_SOURCE, "text")
    with pytest.raises(Invalid, match="100,000") as refusal:
        render("x" * (MAX_SOURCE + 1), "text")
    assert refusal.value.field == "description"


def test_unknown_format_is_refused():
    with pytest.raises(Invalid, match="markdown, html, text"):
        render("x", "rtf")
