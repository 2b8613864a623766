"""What a word may be in the index of a board in many languages."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from jobs.search.postgres import stems as module
from jobs.search.postgres.stems import stems
from jobs.selectors.search import SearchRequest, search
from kernel.viewer import Viewer
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read for the board of another test."""
    monkeypatch.setattr(module, "_read", None)
    monkeypatch.setattr(module, "_kept", type(module._kept)())


def found(text: str) -> list[str]:
    """The titles of what a search finds, from scratch."""
    module._read = None
    module._kept.clear()
    return sorted(hit.job.title for hit in search(Viewer(), SearchRequest(text=text, is_corrected=False)).hits)


def test_a_word_is_itself_and_its_stems() -> None:
    (forms,) = stems(["engineers"])
    assert forms[0] == "engineers"
    assert "engin" in forms
    assert len(set(forms)) == len(forms)
    assert stems(["rns", "cae"]) == [("rns", "rn"), ("cae",)]


def test_a_stem_that_is_another_word_here_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Hungarian a "lead" is "le", as are French texts."""
    monkeypatch.setattr(module, "SPARE_ROWS", 5)
    live_job("Lead", language="en")
    for number in range(20):
        live_job(f"Cuisinier {number}", language="fr", description_source="Il faut le faire.")
    assert len(found("lead")) > 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_search")
    assert found("lead") == ["Lead"]
    assert len(found("cuisiniers")) == 20


def test_the_words_of_who_is_spoken_here_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though more postings have the stem than are in the language: "operador" is "oper", as is "operation"."""
    monkeypatch.setattr(module, "SPARE_ROWS", 5)
    for number in range(30):
        live_job(f"Surgeon {number}", language="en", description_source="An operation.")
    for number in range(3):
        live_job(f"Operador {number}", language="es", description_source="Una linea.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_search")
    assert {f"Operador {number}" for number in range(3)} <= set(found("title:operadores"))


def test_a_title_is_found_by_its_words_though_their_stems_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARE_ROWS", 5)
    for number in range(20):
        live_job(f"Cuisinier {number}", language="fr", description_source="Il faut le faire.")
    live_job("Lead zebra", language="hu")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_search")
    assert found("lead") == found("title:lead") == found("title:lead zebra") == ["Lead zebra"]


def test_in_its_own_language_a_common_stem_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARE_ROWS", 5)
    for number in range(20):
        live_job(f"Lead {number}", language="hu", description_source="Lead.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_search")
    assert len(found("lead")) == 20


def test_statistics_are_read_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    stems(["night"])
    with django_assert_num_queries(1):
        stems(["night", "nurse", "welder"])
    with django_assert_num_queries(0):
        stems(["nurse"])
