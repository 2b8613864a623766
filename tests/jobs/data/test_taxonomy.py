"""The hand-written reference files say nothing twice and point at nothing that is not there."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from jobs.text import fold

DATA = Path(__file__).parents[3] / "jobs" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("categories.csv", 120, 140),
        ("industries.csv", 40, 50),
        ("skills.csv", 600, 1300),
        ("occupations.csv", 300, 330),
    ],
)
def test_file_has_unique_slugs_and_the_promised_size(name: str, least: int, most: int) -> None:
    slugs = [row["slug"] for row in rows(name)]
    assert least <= len(slugs) <= most
    assert [slug for slug, count in Counter(slugs).items() if count > 1] == []
    for slug in slugs:
        assert slug == slug.lower().strip("-")
        assert slug.replace("-", "").isalnum()
        assert slug.isascii()


@pytest.mark.parametrize("name", ["categories.csv", "industries.csv", "skills.csv"])
def test_names_are_unique_and_tidy(name: str) -> None:
    names = [row["name"] for row in rows(name)]
    assert len(set(names)) == len(names)
    assert [value for value in names if value != " ".join(value.split()) or not value] == []


def test_category_parents_stand_before_their_children_and_the_tree_is_at_most_three_deep() -> None:
    depth: dict[str, int] = {"": 0}
    for row in rows("categories.csv"):
        assert row["parent"] in depth, f"{row['slug']}: no parent {row['parent']!r} above it"
        depth[row["slug"]] = depth[row["parent"]] + 1
    assert max(depth.values()) == 3
    assert 20 <= sum(1 for level in depth.values() if level == 1) <= 24


def test_category_positions_count_from_one_among_siblings() -> None:
    positions: dict[str, list[int]] = {}
    for row in rows("categories.csv"):
        positions.setdefault(row["parent"], []).append(int(row["position"]))
    for parent, found in positions.items():
        assert found == list(range(1, len(found) + 1)), parent


def test_every_skill_and_occupation_names_an_existing_category() -> None:
    known = {row["slug"] for row in rows("categories.csv")}
    assert {row["category"] for row in rows("skills.csv")} <= known | {""}
    assert {row["category"] for row in rows("occupations.csv")} <= known


def test_every_leaf_category_has_an_occupation_and_a_skill() -> None:
    categories = rows("categories.csv")
    leaves = {row["slug"] for row in categories} - {row["parent"] for row in categories}
    assert leaves <= {row["category"] for row in rows("occupations.csv")}
    without_skill = leaves - {row["category"] for row in rows("skills.csv")}
    assert without_skill <= {"full-stack-development", "general-management"}


def test_skill_kinds_are_the_documented_ones() -> None:
    kinds = Counter(row["kind"] for row in rows("skills.csv"))
    assert set(kinds) == {"technical", "tool", "language", "professional", "certification"}
    assert min(kinds.values()) >= 20


def test_no_two_skills_share_a_spelling() -> None:
    owners: dict[str, str] = {}
    clashes = []
    for row in rows("skills.csv"):
        for spelling in {fold(text) for text in (row["name"], *split(row["aliases"]))}:
            if spelling in owners:
                clashes.append((spelling, owners[spelling], row["slug"]))
            owners[spelling] = row["slug"]
    assert clashes == []
    assert "" not in owners


def test_no_two_occupations_share_a_term() -> None:
    owners: dict[str, str] = {}
    clashes = []
    for row in rows("occupations.csv"):
        terms = (row["title"], *split(row["alternates"]), *split(row["abbreviations"]))
        for term in {fold(text) for text in terms}:
            if term in owners:
                clashes.append((term, owners[term], row["slug"]))
            owners[term] = row["slug"]
    assert clashes == []
    assert "" not in owners


def test_skill_aliases_are_lower_case() -> None:
    aliases = [alias for row in rows("skills.csv") for alias in split(row["aliases"])]
    assert [alias for alias in aliases if alias != alias.lower() or alias != alias.strip()] == []
    assert len(aliases) > 2000


def test_ambiguous_skill_always_has_a_safe_spelling() -> None:
    ambiguous = [row for row in rows("skills.csv") if row["ambiguous"] == "1"]
    assert {row["ambiguous"] for row in rows("skills.csv")} == {"0", "1"}
    for row in ambiguous:
        assert any(fold(alias) != fold(row["name"]) for alias in split(row["aliases"])), row["name"]


@pytest.mark.parametrize(
    "name",
    [
        "C",
        "R",
        "Go",
        "Rust",
        "Swift",
        "Excel",
        "Spring",
        "Chef",
        "React",
        "Spark",
        "Polish",
        "SAFe",
        "Helm",
        "Vue",
        "Sage",
    ],
)
def test_name_that_is_also_an_everyday_word_is_marked(name: str) -> None:
    marks = {row["name"]: row["ambiguous"] for row in rows("skills.csv")}
    assert marks[name] == "1"


# An alias is trusted in any case, anywhere in a text; so no such word may be one.
EVERYDAY_WORDS = {
    "go", "r", "c", "excel", "rust", "swift", "spring", "lean", "chef", "react", "spark", "beam", "unity", "sketch",
    "polish", "access", "word", "teams", "vault", "rest", "assembly", "express", "phoenix", "sage", "zoom", "slack",
    "notion", "helm", "safe", "reliability", "organisation", "filing", "navigation",
}  # fmt: skip


def test_no_everyday_word_is_an_alias() -> None:
    for row in rows("skills.csv"):
        assert not EVERYDAY_WORDS & set(split(row["aliases"])), row["slug"]


@pytest.mark.parametrize(
    ("spelling", "slug"),
    [
        ("k8s", "kubernetes"),
        ("postgres", "postgresql"),
        ("js", "javascript"),
        ("golang", "go"),
        ("cdl", "commercial-driving-licence"),
        ("ms excel", "excel"),
        ("cpr certified", "cpr"),
        ("c++", "c-plus-plus"),
        ("c#", "c-sharp"),
        (".net", "dotnet"),
    ],
)
def test_well_known_spelling_leads_to_its_skill(spelling: str, slug: str) -> None:
    found = {
        row["slug"]
        for row in rows("skills.csv")
        if fold(spelling) in {fold(text) for text in (row["name"], *split(row["aliases"]))}
    }
    assert found == {slug}


@pytest.mark.parametrize(
    ("term", "slug"),
    [
        ("SWE", "software-engineer"),
        ("RN", "registered-nurse"),
        ("PM", "product-manager"),
        ("Attorney-Adviser", "lawyer"),
        ("911 dispatcher", "emergency-dispatcher"),
        ("Refuse Collection Truck Operator", "truck-driver"),
    ],
)
def test_well_known_title_leads_to_its_occupation(term: str, slug: str) -> None:
    found = {
        row["slug"]
        for row in rows("occupations.csv")
        if fold(term)
        in {fold(text) for text in (row["title"], *split(row["alternates"]), *split(row["abbreviations"]))}
    }
    assert found == {slug}
