"""Searching as readers see it: what is found, in which order, and page by page."""

import pytest

from jobs.search.port import JobSearchOrderField, SearchOrder, Precision
from jobs.selectors.search import KeywordMode, SearchRequest, search
from kernel.viewer import ANONYMOUS
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db


def titles(**request: object) -> list[str]:
    return [hit.job.title for hit in search(ANONYMOUS, SearchRequest(**request)).hits]  # type: ignore[arg-type]


def test_words_are_found_in_title_skills_company_and_text() -> None:
    live_jobs("Python Developer", "Nurse")
    live_job("Chef", description_source="You will cook, not write python.")
    assert titles(text="python") == ["Python Developer", "Chef"]
    assert titles(text="python", mode=KeywordMode.TITLE) == ["Python Developer"]


def test_all_orders() -> None:
    live_jobs("Python Developer", "Senior Python Developer")
    for field in JobSearchOrderField:
        for text in ("python", "", "-nurse"):
            result = search(ANONYMOUS, SearchRequest(text=text, order=SearchOrder(field)))
            assert len(result.hits) == 2, (field, text)
            assert result.total.value == 2
