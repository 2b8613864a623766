"""A live posting that is found by every public path there is, and everybody who may ask for it, over the real door."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from django.utils import timezone

from accounts.models import User
from jobs.feed.similar import LEAST_EVENTS
from jobs.models import Category, Company, DuplicateCluster, Job, JobDismissal, JobFingerprint, Skill
from jobs.search.postgres import suggestions
from jobs.services import preferences
from schema.core import ids
from tests.door import token_for
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    MembershipFactory,
    SavedJobFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.feed.liking import like
from tests.search_board import live_jobs

WORD = "zyqvant"


@dataclass(frozen=True)
class Heard:
    """What the server said."""

    status: int
    text: str

    @property
    def content(self) -> Any:
        return json.loads(self.text)


@dataclass
class Board:
    """The posting, another beside it that stays, and whoever asks."""

    url: str
    job: Job
    company: Company
    beside: Job
    """Of another company. It says the same, and those who looked at it looked at the posting."""
    category: Category
    skill: Skill
    owner: User
    moderator: User
    stranger: User
    seeker: User
    """Keeps the posting for later, and has been shown it in a feed."""
    _tokens: dict[object, str] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        return ids.encode("Job", self.job.pk)

    def graphql(self, query: str, variables: dict[str, Any] | None = None, *, by: User | None = None) -> Any:
        """The data that the endpoint gives; a refusal fails the test."""
        body = orjson.dumps({"query": query, "variables": variables})
        content = self._ask("POST", "/graphql", body, by).content
        assert "errors" not in content, content["errors"]
        return content["data"]

    def get(self, path: str, *, by: User | None = None, **asked: str) -> Heard:
        """What an address gives."""
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        return self._ask("GET", f"{path}?{query}" if query else path, None, by)

    def _ask(self, method: str, path: str, body: bytes | None, by: User | None) -> Heard:
        headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
        if method == "GET":
            headers = {}
        if by is not None:
            token = self._tokens.setdefault(by.pk, "") or token_for(by)
            self._tokens[by.pk] = token
            headers["authorization"] = f"Bearer {token}"
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answered = connection.getresponse()
            return Heard(answered.status, answered.read().decode())
        finally:
            connection.close()


def make_board(url: str, number: int) -> Board:
    """A board of its own: nothing of another one is found by what this one is asked for."""
    category, skill = CategoryFactory(name=f"Gates {number}"), SkillFactory(name=f"{WORD.capitalize()}ry {number}")
    company = CompanyFactory(name=f"{WORD.capitalize()} Works {number}", verified_at=timezone.now())
    title = f"{WORD.capitalize()} welder {'abcdefgh'[number]}"
    told = {"category": category, "skills": [skill], "external_reference": f"gate-{number}"}
    (job,) = live_jobs(title, company=company, **told)
    (beside,) = live_jobs(f"Brazier {number}", company=CompanyFactory(), category=category, skills=[skill])
    live_jobs(*(f"Filler {number} {place}" for place in range(3)))
    _as_one(job, beside)
    like([beside, job], LEAST_EVENTS)
    seeker = UserFactory()
    preferences.update(by=viewer_of(seeker), changes={"wanted_titles": [title]})
    SavedJobFactory(user=seeker, job=job)
    JobDismissal.objects.create(user=UserFactory(), job=beside)
    suggestions.rebuild()
    owner = MembershipFactory(company=company, role="owner").user
    people = {"moderator": UserFactory(moderator=True), "stranger": UserFactory(), "seeker": seeker, "owner": owner}
    return Board(url, job, company, beside, category, skill, **people)


def _as_one(one: Job, other: Job) -> None:
    """Have the two stand for one posting."""
    JobFingerprint.objects.filter(job__in=[one, other]).delete()
    cluster = DuplicateCluster.objects.create(leader=other)
    JobFingerprint.objects.bulk_create([JobFingerprint(job=job, cluster=cluster) for job in (one, other)])
