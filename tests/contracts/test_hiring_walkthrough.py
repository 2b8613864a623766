"""docs/hiring-walkthrough.md is true: each document is answered as it is printed.

Run with `NEXUS_WRITE_WALKTHROUGH=1` to print what is true now, and read it.
"""

import os
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import Stage
from nexus.environment import BASE_DIR
from schema.core import ids
from tests.contracts.test_feed_walkthrough import shortened, told
from tests.contracts.test_walkthrough import is_like
from tests.deliveries import deliver_all
from tests.door import send
from tests.factories import CompanyFactory, CurrencyFactory, MembershipFactory, UserFactory
from tests.smtp import Sink

PAGE = BASE_DIR / "docs" / "hiring-walkthrough.md"
GUIDE = PAGE.read_text(encoding="utf-8")
STEP = re.compile(r"\bAs (nobody|Robin|Sasha)\b[^:]*:[^\n]*\n\n```graphql\n(.*?)```\n\n```json\n(.*?)```\n", re.DOTALL)


class Walk:
    """What somebody who follows the page has seen so far."""

    def __init__(self) -> None:
        company = CompanyFactory(name="Larkfield Systems", verified_at=timezone.now())
        self.people: dict[str, User | None] = {"nobody": None, "Sasha": UserFactory(name="Sasha Lindqvist")}
        self.people["Robin"] = MembershipFactory(company=company, role="recruiter", user__name="Robin Takeda").user
        self.answers: dict[str, Any] = {}

    def filled_in(self, document: str) -> str:
        """The document with what its words in capitals stand for."""
        given: dict[str, Callable[[], str]] = {
            "ID OF THE COMPANY": lambda: self.answers["viewer"]["memberships"][0]["company"]["id"],
            "ID OF THE JOB": lambda: self.answers["jobCreate"]["job"]["id"],
            "ID OF THE APPLICATION": lambda: self.answers["applicationSubmit"]["application"]["id"],
            "ID OF THE INTERVIEWS": lambda: ids.encode("Stage", Stage.objects.get(kind="interview").pk),
        }
        return re.sub(f'"({"|".join(given)})"', lambda words: f'"{given[words[1]]()}"', document)

    def remember(self, data: dict[str, Any]) -> None:
        """Keep what was done, and not what was refused."""
        self.answers.update({name: value for name, value in data.items() if not (value or {}).get("userErrors")})


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_cache")
def test_somebody_who_follows_the_page_sees_what_it_says(smtp_sink: Sink) -> None:
    CurrencyFactory(code="EUR")
    steps = STEP.findall(GUIDE)
    assert len(steps) == GUIDE.count("```graphql") == 15
    walk, page = Walk(), GUIDE
    for who, document, printed in steps:
        answer = send(walk.filled_in(document), by=walk.people[who]).content
        answer.pop("extensions", None)
        if os.environ.get("NEXUS_WRITE_WALKTHROUGH") == "1":
            written = told(shortened(orjson.loads(printed), answer))
            page = page.replace(f"{document}```\n\n```json\n{printed}", f"{document}```\n\n```json\n{written}\n")
        else:
            assert is_like(orjson.loads(printed), answer), f"{document}\n{told(answer)}"
        walk.remember(answer["data"])
        deliver_all()
    if page != GUIDE:
        PAGE.write_text(page, encoding="utf-8")
