"""What texts are read as."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.search.grammar import (
    LONGEST_WORD,
    MOST_CLAUSES,
    MOST_WORDS,
    KeywordMode,
    parse,
    respelled,
    words_asked,
)
from jobs.search.port import Atom


def written(text: str, mode: KeywordMode = KeywordMode.ALL) -> str:
    """A question as one would write it: optional clauses in brackets, fields before a colon, alternatives by a bar."""
    clauses = []
    for clause in parse(text, mode).clauses:
        shown = "|".join(map(_atom, clause.any_of))
        clauses.append(f"-{shown}" if clause.is_excluded else f"[{shown}]" if clause.is_optional else shown)
    return " ".join(clauses)


def _atom(atom: Atom) -> str:
    field = "" if atom.field == "any" else f"{atom.field}:"
    return field + "_".join(atom.words) + ("*" if atom.is_prefix else "")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("python django", "python django"),
        ("Python AND Django", "python django"),
        ('"machine learning" engineer', "machine_learning engineer"),
        ("“machine learning”", "machine_learning"),
        ('"machine learning', "machine learning"),
        ('a "" "!" nurse', "[a] nurse"),
        ("nurse OR midwife", "nurse|midwife"),
        ("nurse or midwife Or doula", "nurse|midwife|doula"),
        ("nurse|midwife || doula", "nurse|midwife|doula"),
        ("registered nurse OR midwife", "registered nurse|midwife"),
        ("OR nurse", "or nurse"),
        ("nurse OR", "nurse or"),
        ("nurse or or midwife", "nurse|or midwife"),
        ("| nurse |", "nurse"),
        ("-manager nurse", "-manager nurse"),
        ("nurse NOT manager", "nurse -manager"),
        ('nurse -"shift work" −night', "nurse -shift_work -night"),
        ("nurse OR -night", "nurse -night"),
        ("-night OR nurse", "-night nurse"),
        ("NOT FOR PROFIT", "not [for] profit"),
        ("not working", "not working"),
        ("nurse - ICU", "nurse icu"),
        ("--manager -- -", "manager"),
        ("develop*", "develop*"),
        ('"machine lear"*', "machine_lear*"),
        ("*", ""),
        ("o* go*", "[o] go*"),
        ("title:nurse Skill:go COMPANY:acme", "title:nurse skill:go company:acme"),
        ('title:"head nurse" -company:"acme inc"', "title:head_nurse -company:acme_inc"),
        ("title: nurse", "title:nurse"),
        ("title:(nurse midwife)", "nurse midwife"),
        ("title:", ""),
        ("title nurse", "title nurse"),
        ("subtitle:nurse", "subtitle_nurse"),
        ("front-end C++/C# R&D", "front_end cplusplus csharp r_d"),
        ("São Paulo ÉCOLE", "sao paulo ecole"),
        ("IT manager", "it manager"),
        ("it manager", "[it] manager"),
        ("IT MANAGER", "[it] manager"),
        ("head of the kitchen", "head [of] [the] kitchen"),
        ("of the", "of the"),
        ("the -cook", "the -cook"),
        ("-cook", "-cook"),
        ("!?… ///", ""),
        ("'; DROP TABLE jobs_job; --", "drop table jobs_job"),
        ("a & !b | (c <-> d:*)", "[a] b|c [d]"),
        ("软件工程师", "软件_件工_工程_程师"),
        ("مهندس برمجيات", "مهندس برمجيات"),
        ("nurse 🏥 \x00\x1f midwife", "nurse midwife"),
    ],
)
def test_text_is_read_as(text: str, question: str) -> None:
    assert written(text) == question


def test_mode_is_the_field_of_words_without_one() -> None:
    assert written("nurse company:acme", KeywordMode.TITLE) == "title:nurse company:acme"
    assert written("go title:nurse", KeywordMode.SKILLS) == "skill:go title:nurse"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Head of the Kitchen", "head of the kitchen"),
        ("Analyst or Senior Analyst", "analyst or senior analyst"),
        ("front-end developer", "front end developer"),
        ('"head nurse"', ""),
        ("nurse -night", ""),
        ("nurs*", ""),
        ("title:nurse", ""),
        ("nurse|midwife", ""),
        ("", ""),
    ],
)
def test_plain_text_may_be_a_whole_title(text: str, title: str) -> None:
    assert " ".join(parse(text).exactly) == title


def test_long_texts_are_cut() -> None:
    assert len(parse(" ".join(f"w{number}" for number in range(2_000))).clauses) == MOST_CLAUSES
    assert len(parse("|".join(f"w{number}" for number in range(2_000))).clauses[0].any_of) <= MOST_WORDS
    assert sum(len(atom.words) for clause in parse("-".join("ab" * 5_000)).clauses for atom in clause.any_of) == 0
    assert parse("x" * 10_000).clauses[0].any_of[0].words == ("x" * LONGEST_WORD,)


def test_words_asked_are_whole_and_wanted() -> None:
    assert words_asked(parse('nurse midw* -night "head nurse" company:acme')) == ["nurse", "head", "acme"]


def test_respelled_text_keeps_everything_else() -> None:
    text = respelled('title:Pyhton -javva "Sénior  javva" (C++)', {"pyhton": "python", "javva": "java"})
    assert text == 'title:python -java "Sénior  java" (C++)'


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from(KeywordMode))
def test_any_text_is_a_question(text: str, mode: KeywordMode) -> None:
    question = parse(text, mode)
    assert len(question.clauses) <= MOST_CLAUSES
    for clause in question.clauses:
        assert clause.any_of
        assert all(atom.words and all(atom.words) for atom in clause.any_of)
