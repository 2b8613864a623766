"""docs/feed.md says what is so: its documents run, and its tables are those of the code."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.utils import timezone

from jobs.feed import popular, ranking, reading, reranking, session
from jobs.feed.match import Feature, Rule, Source
from jobs.feed.reasons import MOST_GAPS, MOST_REASONS, GapCode
from jobs.services.feed_settings import SLIDERS
from nexus.environment import BASE_DIR
from tests.door import send
from tests.schema.feed.asking import job_id, nurses, seeker

GUIDE = (BASE_DIR / "docs" / "feed.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```graphql(?: by=person)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def names(heading: str) -> list[str]:
    """The first column of the table below a heading."""
    part = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)[1:]


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_cache")
def test_every_document_of_the_guide_runs() -> None:
    by, (job, *_) = seeker("Nurse"), nurses(4)
    variables = {"id": str(uuid4()), "job": job_id(job), "now": timezone.now().isoformat()}
    documents = BLOCK.findall(GUIDE)
    assert len(documents) == GUIDE.count("```graphql") == 8
    told = {}
    for document in documents:
        asked = {name: value for name, value in variables.items() if f"${name}:" in document}
        data = send(document, asked, by=by).data
        ((field, payload),) = data.items()
        assert payload
        if document.startswith("mutation"):
            assert payload["userErrors"] == []
        told[field] = payload
    assert len(told["viewer"]["feed"]["edges"]) == 4
    assert told["viewer"]["feed"]["edges"][0]["match"]["reasons"]
    assert told["feedWeightsUpdate"]["feedSettings"]["weights"] == {"fresh": 2.0, "place": 0.5, "pay": 1.0}
    assert told["signalsRecord"] == {"accepted": 1, "refused": [], "userErrors": []}
    assert len(told["feed"]["nodes"]) == 4
    assert len(told["jobSearch"]["nodes"]) == 3


def test_tables_are_those_of_the_code() -> None:
    assert names("Rules") == [rule.name for rule in Rule]
    assert set(names("Where candidates come from")) == {source.name for source in Source}
    assert names("Features") == [feature.name for feature in Feature]


def test_numbers_and_lists_are_those_of_the_code() -> None:
    gaps = re.search(r"at most (\w+): ([^.]*)\. Show them", GUIDE)
    assert gaps
    assert (gaps[1], re.findall(r"`(\w+)`", gaps[2])) == ("ten", [code.name for code in GapCode])
    assert (MOST_REASONS, MOST_GAPS) == (3, 10)
    assert f"`{' '.join(SLIDERS)}`" in GUIDE
    assert session.KEPT_SECONDS == 30 * 60
    assert reading.LONGEST.total_seconds() == 2 * 3600
    assert reading.SHARED_FOR.total_seconds() == 5 * 60
    assert popular.MODEL_VERSION == 0
    assert ranking.MOST_RANKED == popular.MOST_RANKED == 200
    assert (reranking.WINDOW, reranking.PER_COMPANY, reranking.PER_OCCUPATION) == (10, 2, 4)
    assert (reranking.SCORE_SHARE, reranking.EXPLORED_AT) == (0.75, (4, 8))
    assert settings.INTERACTION_MONTHS == 13
    assert "ranking_model" in get_commands()
