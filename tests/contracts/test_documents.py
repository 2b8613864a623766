"""What the documents point at exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")]
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# A path in backticks: at least one folder, and either a file's ending or a closing slash.
PATH = re.compile(r"`(\.?\w[\w.-]*(?:/[\w.-]+)*/(?:[\w.-]+\.(?:py|md|toml|ya?ml|graphql|csv|gz|mjs|jsx))?)`")
# Made by a command, so not in a fresh checkout.
GENERATED = ("var/", "nexus/graphql/graphiql/dist/", "node_modules/", ".venv/")


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", FENCE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(document: Path) -> list[str]:
    dead = []
    for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        missing_anchor = anchor and target.suffix == ".md" and target.exists() and anchor not in anchors(target)
        if not target.exists() or missing_anchor:
            dead.append(link)
    return dead


def exists(path: str) -> bool:
    """Whether the path is in the tree: from the root, or for the name of a folder alone (`services/`) below an app."""
    return (ROOT / path).exists() or (path.count("/") == 1 and any(ROOT.glob(f"*/{path}")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    assert dead_links(ROOT / name) == []


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if not name.startswith("CHANGELOG")])
def test_every_path_in_backticks_exists(name: str) -> None:
    paths = PATH.findall(FENCE.sub("", (ROOT / name).read_text(encoding="utf-8")))
    assert [path for path in paths if not path.startswith(GENERATED) and not exists(path)] == []


def test_a_dead_link_and_a_dead_anchor_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# One heading\n")
    page = tmp_path / "page.md"
    page.write_text("[a](there.md#one-heading) [b](there.md#two) [c](gone.md) [d](https://example.org)\n")
    assert dead_links(page) == ["there.md#two", "gone.md"]


def test_every_decision_is_short_and_has_the_four_parts() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 40, record.name
        assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Status", "Context", "Decision", "Consequences"]
