"""docs/feed-walkthrough.md is true: its postings are imported, and each document is answered as it is printed.

A step is a line that says who asks ("As Ada"), a document, and its answer, which is read as that of the other
walk-through. Words in capitals stand for what an earlier answer has given, or what the reader makes up. Other weights
may give other reasons, in another order: run with `NEXUS_WRITE_WALKTHROUGH=1` to print what is true now, and read it.
"""

import json
import os
import re
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from jobs.search.postgres import pending
from jobs.services import signal
from nexus.environment import BASE_DIR
from schema.core import ids
from tests.contracts.test_walkthrough import is_like
from tests.door import send
from tests.factories import UserFactory

PAGE = BASE_DIR / "docs" / "feed-walkthrough.md"
GUIDE = PAGE.read_text(encoding="utf-8")
WIDTH = 116
POSTINGS = re.compile(r"```jsonl\n(.*?)```\n", re.DOTALL)
STEP = re.compile(r"\bAs (nobody|Ada)\b[^.:]*:\n\n```graphql\n(.*?)```\n\n```json\n(.*?)```\n", re.DOTALL)


class Walk:
    """What somebody who follows the page has seen so far."""

    def __init__(self) -> None:
        self.ada: User = UserFactory(name="Ada")
        self.answers: list[Any] = []

    def filled_in(self, document: str) -> str:
        """The document with what its words in capitals stand for."""
        given: dict[str, Callable[[], str]] = {
            "ID OF BERLIN": lambda: self.answers[0]["places"]["nodes"][0]["id"],
            "ID OF THE WARD NURSE": lambda: ids.encode("Job", Job.objects.get(title="Ward Nurse").pk),
            "END OF THE PAGE": lambda: self.found("pageInfo")["endCursor"],
            "ID OF THE SESSION": lambda: self.found("session")["id"],
            "A NEW UUID": lambda: str(UUID(int=1)),
            "NOW": lambda: timezone.now().isoformat(),
        }
        return re.sub(f'"({"|".join(given)})"', lambda words: f'"{given[words[1]]()}"', document)

    def found(self, name: str) -> Any:
        """What the last answer that had this of a feed has."""
        feeds = [answer["viewer"]["feed"] for answer in self.answers if (answer.get("viewer") or {}).get("feed")]
        return next(feed[name] for feed in reversed(feeds) if name in feed)


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_cache")
def test_somebody_who_follows_the_page_sees_what_it_says(tmp_path: Path) -> None:
    (postings,) = POSTINGS.findall(GUIDE)
    path = tmp_path / "nurses.jsonl"
    path.write_text(postings, encoding="utf-8")
    call_command("jobs_import", str(path), verbosity=0)
    pending.drain(100)
    steps = STEP.findall(GUIDE)
    assert len(steps) == GUIDE.count("```graphql") > 8
    walk = Walk()
    page = GUIDE
    for who, document, printed in steps:
        answer = send(walk.filled_in(document), by=walk.ada if who == "Ada" else None).content
        answer.pop("extensions", None)
        if os.environ.get("NEXUS_WRITE_WALKTHROUGH") == "1":
            written = told(shortened(orjson.loads(printed), answer))
            page = page.replace(f"{document}```\n\n```json\n{printed}", f"{document}```\n\n```json\n{written}\n")
        else:
            assert is_like(orjson.loads(printed), answer), f"{document}\n{told(answer)}"
        walk.answers.append(answer["data"])
        signal.drain()
    if page != GUIDE:
        PAGE.write_text(page, encoding="utf-8")


def shortened(printed: Any, real: Any) -> Any:
    """The real answer, with what the page cuts short cut short."""
    if isinstance(printed, dict) and isinstance(real, dict):
        return {name: shortened(printed.get(name), value) for name, value in real.items()}
    if isinstance(printed, list) and isinstance(real, list):
        return [shortened(*pair) for pair in zip_longest(printed[: len(real)], real)]
    return printed if isinstance(printed, str) and printed.endswith("…") and is_like(printed, real) else real


def told(value: Any, margin: str = "", key: str = "") -> str:
    """JSON as people write it: on one line, where it fits."""
    line = key + _on_one_line(value)
    if len(margin) + len(line) <= WIDTH or not isinstance(value, dict | list):
        return line
    inner = f"{margin}  "
    if isinstance(value, list):
        items = [told(item, inner) for item in value]
    else:
        items = [told(item, inner, f"{json.dumps(name)}: ") for name, item in value.items()]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{key}{opening}\n{inner}" + f",\n{inner}".join(items) + f"\n{margin}{closing}"


def _on_one_line(value: Any) -> str:
    if isinstance(value, dict) and value:
        items = ", ".join(f"{json.dumps(name)}: {_on_one_line(item)}" for name, item in value.items())
        return f"{{ {items} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_on_one_line, value))}]"
    return json.dumps(value, ensure_ascii=False)
