"""What stands in for what was asked, and that it never comes before what was written."""

import pytest

from jobs.models import (
    Category,
    Occupation,
    OccupationLabel,
    OccupationSkill,
    SearchSynonym,
    SkillLabel,
    SkillRelevance,
)
from jobs.search.expansion import ExpansionKind, expand
from jobs.search.grammar import KeywordMode, parse
from jobs.search.postgres import terms
from jobs.selectors import search as searches
from kernel.viewer import Viewer
from tests.factories import SkillFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db


def _titles(text: str, **request: object) -> list[str]:
    asked = searches.SearchRequest(text, per_company=0, **request)  # type: ignore[arg-type]
    return [hit.job.title for hit in searches.search(Viewer(), asked).hits]


def _occupation(slug: str, *labels: str) -> Occupation:
    category, _ = Category.objects.get_or_create(
        slug="test-field", defaults={"name": "Test field", "path": "test-field/", "depth": 0, "position": 99}
    )
    made = Occupation.objects.create(slug=slug, title=slug.replace("-", " ").capitalize(), category=category)
    OccupationLabel.objects.bulk_create(OccupationLabel(occupation=made, label=label) for label in labels)
    return made


def test_an_abbreviation_finds_what_it_is_short_for_behind_itself() -> None:
    live_jobs("Site Reliability Engineer", "SRE", "Cook")
    terms.rebuild()

    assert _titles("sre") == ["SRE", "Site Reliability Engineer"]
    assert _titles("sre", is_expanded=False) == ["SRE"]


def test_a_long_form_finds_its_abbreviation() -> None:
    live_jobs("Site Reliability Engineer", "SRE", "Cook")
    terms.rebuild()

    assert _titles("site reliability engineer") == ["Site Reliability Engineer", "SRE"]


def test_live_titles_tell_abbreviations() -> None:
    live_jobs("Lamp Oil Keeper (LOK)", "LOK, night", "Lamp Oil Keeper")
    terms.rebuild()

    assert set(_titles("lok")) == {"Lamp Oil Keeper (LOK)", "LOK, night", "Lamp Oil Keeper"}


def test_synonyms_of_the_operator_stay() -> None:
    SearchSynonym.objects.create(folded="lamplighter", stands_for="candle keeper", weight=0.5, is_ours=False)
    terms.rebuild()

    question, told = expand(parse("lamplighter"))

    assert SearchSynonym.objects.filter(folded="lamplighter").exists()
    assert [(one.kind, one.text, one.weight) for one in told] == [(ExpansionKind.SYNONYM, "candle keeper", 0.5)]
    assert [atom.words for atom in question.clauses[0].any_of] == [("lamplighter",), ("candle", "keeper")]


def test_an_unseen_title_finds_the_occupation() -> None:
    occupation = _occupation("lamplighter", "gas lamp attendant", "street lamp keeper", "lantern keeper")
    live_jobs("Lantern Keeper", "Cook")

    question, told = expand(parse("street lantern attendant"))

    assert occupation.pk in {atom.occupation for atom in question.instead}
    assert (ExpansionKind.OCCUPATION, "Lamplighter") in {(one.kind, one.text) for one in told}
    assert _titles("street lantern attendant")[:1] == ["Lantern Keeper"]


def test_what_was_written_comes_before_what_is_meant() -> None:
    _occupation("lamplighter", "gas lamp attendant", "lantern keeper")
    live_jobs("Lantern Keeper", "Gas Lamp Attendant")

    assert _titles("gas lamp attendant") == ["Gas Lamp Attendant", "Lantern Keeper"]
    assert _titles("lantern keeper") == ["Lantern Keeper", "Gas Lamp Attendant"]


def test_a_skill_finds_the_occupations_that_take_it() -> None:
    occupation = _occupation("lamplighter", "lantern keeper")
    skill = SkillFactory(name="trim wicks")
    SkillLabel.objects.create(skill=skill, label="trim wicks of lanterns")
    OccupationSkill.objects.create(occupation=occupation, skill=skill, relevance=SkillRelevance.ESSENTIAL)
    live_jobs("Lantern Keeper", "Cook")
    terms.rebuild()

    question, told = expand(parse("wicks of lanterns trim"))

    assert skill.pk in {atom.skill for atom in question.instead}
    assert {one.kind for one in told} == {ExpansionKind.OCCUPATION, ExpansionKind.SKILL}
    assert _titles("wicks of lanterns trim") == ["Lantern Keeper"]


@pytest.mark.parametrize("text", ["-nurse", "nurs*", '"', "", "company:acme", "***", "a" * 10_000, "nurse -cook"])
def test_questions_that_are_not_a_text_mean_nothing_by_themselves(text: str) -> None:
    question, told = expand(parse(text))

    assert not question.instead or told


def test_without_meaning_there_are_synonyms_only() -> None:
    _occupation("lamplighter", "lantern keeper")
    terms.rebuild()

    question, told = expand(parse("lantern keeper sre"), has_meaning=False)

    assert not question.instead
    assert {one.kind for one in told} == {ExpansionKind.SYNONYM}


def test_parts_of_a_score_add_up() -> None:
    _occupation("lamplighter", "gas lamp attendant", "lantern keeper")
    live_job("Senior Gas Lamp Attendant (nights)", company__name="Lamp Works")
    terms.rebuild()

    found = searches.search(Viewer(), searches.SearchRequest("gas lamp attendant"))
    [hit] = found.hits
    parts = searches.explanations(found.query, [hit.job.pk])[hit.job.pk]

    assert hit.score is not None
    assert sum(part.value for part in parts) == pytest.approx(hit.score)
    assert {"words", "occupation", "all words"} <= {part.name for part in parts}


def test_the_title_counts_more_than_the_text() -> None:
    live_job("Cook", description_text="We look for a lamplighter.")
    live_job("Lamplighter")
    live_job("Lamplighter for the old town and all its many lanes and squares")

    assert _titles("lamplighter")[:2] == [
        "Lamplighter",
        "Lamplighter for the old town and all its many lanes and squares",
    ]


def test_the_form_that_was_written_comes_first() -> None:
    live_jobs("Lighting Engineers", "Lighting Engineering", "Lighting Engineer")

    assert _titles("lighting engineering")[0] == "Lighting Engineering"
    assert _titles("lighting engineer")[0] == "Lighting Engineer"


def test_a_form_of_a_word_counts_more_than_what_has_only_its_stem() -> None:
    live_jobs("Public Account Executive", "Public Accountants of the old town and its many lanes")

    assert _titles("public accountant")[0] == "Public Accountants of the old town and its many lanes"


def test_titles_only_are_expanded_in_titles_only() -> None:
    live_jobs("Site Reliability Engineer", "Cook")
    terms.rebuild()

    question, _ = expand(parse("sre", KeywordMode.TITLE))

    assert {atom.field for clause in question.clauses for atom in clause.any_of} == {"title"}
