"""What comes before what."""

import pytest

from jobs.selectors import search
from kernel.viewer import Viewer
from tests.factories import OccupationFactory, SkillFactory
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


def found(query: str) -> list[str]:
    result = search.search(Viewer(), search.SearchRequest(query, per_company=0))
    return [hit.job.title for hit in result.hits]


def test_all_words_as_a_skill_come_before_some_of_them_in_a_title() -> None:
    wounds, other = SkillFactory(name="Wound care"), SkillFactory(name="First aid")
    assistant = OccupationFactory(title="Care assistant")
    live_job("Care assistant", occupation=assistant, skills=[other])
    live_job("Night nurse", skills=[wounds])
    live_job("Baker")
    assert found("wound care")[0] == "Night nurse"


def test_all_words_in_the_text_come_before_what_merely_means_some_of_them() -> None:
    live_job("Care assistant", occupation=OccupationFactory(title="Care assistant"))
    live_job("Night shift", description_source="You know all about wound care.")
    assert found("wound care")[0] == "Night shift"
