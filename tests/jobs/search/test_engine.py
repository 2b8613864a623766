"""The engine of this installation, and the reference that tells what it has to find."""

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.search.engine import engine
from jobs.search.grammar import KeywordMode, parse
from jobs.search.port import JobSearchOrderField, Query, SearchOrder
from tests.jobs.search.contract import EngineContract
from tests.jobs.search.reference import ReferenceEngine
from tests.search_board import live_jobs

pytestmark = pytest.mark.django_db


class TestPostgres(EngineContract):
    engine = engine()


class TestReference(EngineContract):
    """What is measured by keeps to the contract as well."""

    engine = ReferenceEngine()  # type: ignore[assignment]  # what it has of the port is enough here

    test_concepts_stand_in_for_words = None  # type: ignore[assignment]  # concepts are an index's own


NASTY = (
    "a\\' | !b & (c:*", "'; DROP TABLE jobs_job; --", "\\", "'", '"', "%s %(at)s %%", "{}{0}", "\x00", "\ud800",
    "a:A b:*D", "<->", "<2>", "!!!", "🧑‍🚀 👩🏽‍⚕️", "\u202eمنعكس", "ﷺ" * 50, "x" * 10_000, "a " * 5_000, "(" * 5_000,
    "-" * 5_000, '"' * 5_001, "title:" * 1_000, "or " * 3_000, "ß" * 2_000, "İıŁ", "of the and", "１２３", "1e999 1e5",
    "NaN", "null", "-0", "a.b.c@d.e/f?g=h#i", "0000000000000000",
)  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("mode", KeywordMode)
def test_nasty_texts_are_answered(text: str, mode: KeywordMode) -> None:
    live_jobs("Nurse")
    answers(text, mode)


def answers(text: str, mode: KeywordMode) -> None:
    question = parse(text, mode)
    query = Query(timezone.now(), question)
    assert engine().total(query, 10).value <= 1
    assert len(engine().ranked(query).hits) <= 1
    for field in JobSearchOrderField:
        assert len(engine().listed(Query(timezone.now(), question, order=SearchOrder(field)), 5)) <= 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(KeywordMode))
def test_any_text_is_answered(text: str, mode: KeywordMode) -> None:
    answers(text, mode)
