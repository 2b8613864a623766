"""The shown forms of a description that the market wrote itself, at a hundredth of the price of a parser.

It writes little of Markdown: paragraphs, headings with ##, lists with a hyphen, a paragraph in bold. For those the
result is what `jobs.services.description.render` makes of the same source; for other mark-up it is not.
"""

from html import escape


def markdown(source: str) -> tuple[str, str]:
    """Safe HTML and readable text of Markdown that `prose` wrote."""
    html: list[str] = []
    text: list[str] = []
    for block in source.split("\n\n"):
        words = escape(block, quote=False)
        if block.startswith("## "):
            html.append(f"<h2>{words[3:]}</h2>")
            text.append(block[3:])
        elif block.startswith("- "):
            html.append("<ul><li>" + words[2:].replace("\n- ", "</li><li>") + "</li></ul>")
            text.append(block)
        elif block.startswith("**"):
            html.append(f"<p><strong>{words[2:-2]}</strong></p>")
            text.append(block[2:-2])
        else:
            html.append(f"<p>{words}</p>")
            text.append(block)
    return "".join(html), "\n\n".join(text)


def plain(source: str) -> tuple[str, str]:
    """Safe HTML of plain text in paragraphs, and the text itself."""
    blocks = escape(source, quote=False).replace("\n\n", "</p><p>").replace("\n", "<br>")
    return f"<p>{blocks}</p>", source
