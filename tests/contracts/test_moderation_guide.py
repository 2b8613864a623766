"""docs/moderation.md is true: its documents run, and its numbers are the code's."""

import re

import pytest

from accounts.auth.throttles import HOUR, THROTTLES, Limit
from jobs.selectors.moderation import MOST_REPORTS
from jobs.services.moderation import FLAGGING_REPORTS, LONGEST_TEXT
from nexus.environment import BASE_DIR
from schema.core import ids
from tests.door import send
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db

GUIDE = (BASE_DIR / "docs" / "moderation.md").read_text(encoding="utf-8")
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL)


def test_the_documents_run() -> None:
    report, queue = DOCUMENTS
    given = {"jobId": ids.encode("Job", JobFactory().pk), "reason": "SCAM"}
    assert send(report, {"input": given}, by=UserFactory()).data["jobReport"]["userErrors"] == []
    found = send(queue, by=UserFactory(moderator=True)).data["moderationQueue"]
    assert [case["reportCount"] for case in found["cases"]["nodes"]] == [1]


def test_the_numbers_are_the_code_s() -> None:
    assert THROTTLES["job_report"].account == Limit(20, HOUR)
    assert THROTTLES["job_report"].address == Limit(100, HOUR)
    assert "20 reports of a person and 100 of an address in an hour" in GUIDE
    assert f"up to {LONGEST_TEXT:,} characters" in GUIDE
    assert f"the newest {MOST_REPORTS} are told" in GUIDE
    assert FLAGGING_REPORTS == 3
    assert "Three people flag a posting" in GUIDE
