import re
from collections.abc import Iterator
from itertools import combinations
from random import Random
from string import Formatter
from typing import Any

import pytest

from jobs.market import prose, shown
from jobs.market.world import document
from jobs.models import Job, Place, Skill
from jobs.services import description

SLOTS = {
    "company", "town", "people", "year", "team", "places", "countries", "days", "month", "n", "skill", "skills",
    "years", "pay",
}  # fmt: skip
JOINTS = {"or", "and", "between", "thousands", "decimal", "least"}
SHINGLE = 5  # words
ALIKE = 0.5  # share of common shingles from which two texts count as the same text


def sentences(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for part in node.values() if isinstance(node, dict) else node:
            yield from sentences(part)


def shape(node: Any) -> Any:
    """The names of tables and keys, without what they hold."""
    return {name: shape(part) for name, part in node.items()} if isinstance(node, dict) else None


@pytest.mark.parametrize("language", prose.LANGUAGES)
def test_sentences_hold_no_mark_up_and_known_slots_only(language: str) -> None:
    document = prose.words(language)
    lent = [line for duties, brings in prose.lent(language).values() for line in (*duties, *brings)]
    for sentence in sentences([lent, {name: part for name, part in document.items() if name not in JOINTS}]):
        # Tails begin with a space or a comma: something stands before them.
        source = "It" + re.sub(r"\{\w+\}", "word", sentence)
        for written in (f"{source}.", f"- {source}", f"## {source}", f"**{source}**"):
            rendered = description.render(written, "markdown")
            assert (rendered.html, rendered.text) == shown.markdown(written), sentence
        assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= SLOTS


def test_every_language_says_everything_that_is_asked_of_it() -> None:
    """English has more fields of work: others hire for those in English."""
    english = shape(prose.words("en"))
    for language in prose.LANGUAGES[1:]:
        other = shape(prose.words(language))
        assert {**english, "duties": None} == {**other, "duties": None}
        assert {"public", "land"} == english["duties"].keys() - other["duties"].keys()


def test_every_occupation_with_a_title_has_one_in_each_language() -> None:
    titles = document("titles.toml")
    languages = [language for language in prose.LANGUAGES if language != "en"]
    assert {frozenset(titles[language]) for language in languages} == {frozenset(titles["de"])}
    for language in languages:
        assert len(set(titles[language].values())) == len(titles[language])


@pytest.mark.parametrize(
    "source",
    [
        "One paragraph.",
        '## Head\n\nText & more <b>, "quoted" it\'s.\n\n- one\n- two & three\n\n**Bold**\n\nEnd.',
        "- C# and C++\n- .NET\n- R&D",
    ],
)
def test_markdown_is_shown_as_the_renderer_shows_it(source: str) -> None:
    rendered = description.render(source, "markdown")
    assert shown.markdown(source) == (rendered.html, rendered.text)


def test_plain_text_is_shown_as_the_renderer_shows_it() -> None:
    source = "Text & more.\n\nHEAD\n• one\n• <two>\n\nEnd."
    rendered = description.render(source, "text")
    assert shown.plain(source) == (rendered.html, rendered.text)


@pytest.mark.django_db
def test_every_name_that_a_text_may_hold_is_shown_as_the_renderer_shows_it() -> None:
    towns = Place.objects.filter(country__in=document("countries.toml")).values_list("name", flat=True)
    names = [*Skill.objects.values_list("name", flat=True), *towns]
    for start in range(0, len(names), 200):
        written = "\n\n".join(f"At {name} we use {name}." for name in names[start : start + 200])
        rendered = description.render(written, "markdown")
        assert shown.markdown(written) == (rendered.html, rendered.text)


def test_lists_are_joined_as_the_language_does() -> None:
    assert prose.joined(["A"], [", ", " or "]) == "A"
    assert prose.joined(["A", "B", "C"], [", ", " or "]) == "A, B or C"
    assert prose.joined([], [", ", " or "]) == ""


def test_numbers_are_written_as_the_language_does() -> None:
    assert prose.number_words(prose.words("en"), 1234.5) == "1,234.50"
    assert prose.number_words(prose.words("de"), 1234.5) == "1.234,50"
    assert prose.number_words(prose.words("pl"), 1_250_000) == "1 250 000"


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_few_texts_are_alike_though_they_speak_of_the_same_field(language: str) -> None:
    """Some are alike as on any board: in several towns, and posted again."""
    texts = list(Job.objects.filter(language=language).order_by("pk").values_list("description_text", flat=True))
    chosen = Random(1).sample(texts, min(len(texts), 150))
    pairs = list(combinations([shingles(text) for text in chosen], 2))
    alike = sum(len(one & other) > ALIKE * len(one | other) for one, other in pairs)
    assert alike < 0.12 * len(chosen)


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_some_texts_are_posted_again_or_in_another_town() -> None:
    titles: dict[tuple[str, str], int] = {}
    for company, text in Job.objects.values_list("company", "description_source"):
        key = (str(company), text.partition("\n\n")[0] + text[-200:])
        titles[key] = titles.get(key, 0) + 1
    repeated = sum(count - 1 for count in titles.values())
    assert 0.02 * sum(titles.values()) < repeated < 0.12 * sum(titles.values())
