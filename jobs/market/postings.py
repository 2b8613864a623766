"""Makes the market's postings: the rows of any one of them, from its number."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, cast

import orjson
from django.db.models import Model

from jobs.market import prose, shown
from jobs.market.chance import Chance, Draw, key, public_id
from jobs.market.companies import Employer
from jobs.market.content import Content, decide
from jobs.market.sheets import NULL, Sheet, array, defaults, text
from jobs.market.timeline import Timeline
from jobs.market.world import Town, Weighted, World
from jobs.models import Benefit, Compensation, Job, JobLocation, JobRevision, JobSkill, RemoteEligibility
from jobs.services import revision

DAY = 86_400_000  # milliseconds
# Real boards carry the same text more than once: in several towns at the same time, and again when it was not filled.
SHARE_IN_OTHER_TOWN = 0.04
OTHER_TOWN_WITHIN = 6  # postings
SHARE_REPOSTED = 0.03
REPOSTED_AFTER = 0.3  # of all postings: about a month

LIFETIMES = (30, 45, 60, 60, 75, 90, 90, 120)  # days
# What is not published says so; what has run out is expired unless it was closed.
SHARE_DRAFT, SHARE_IN_REVIEW, SHARE_SCHEDULED, SHARE_PAUSED, SHARE_CLOSED = 0.010, 0.003, 0.003, 0.015, 0.12
CLOSE_REASONS = Weighted.of({"filled": 70, "withdrawn": 14, "cancelled": 12, "duplicate": 3, "moderation": 1})
MODERATION = Weighted.of({"clear": 9950, "flagged": 40, "frozen": 8, "removed": 2})
SHARE_UNLISTED = 0.005
APPLY = Weighted.of({"url": 68, "native": 27, "email": 5})
NAMES_ITS_LEVEL = 0.93
SHARE_WITH_BENEFITS, MOST_BENEFITS = 0.45, 5
VISA = Weighted.of({"": 90, "not_offered": 6, "offered": 4})

# How many numbers of a table a posting may take for its rows. They are spaced, not counted, so that a posting's rows
# have the same numbers whoever writes them first.
STRIDES: dict[type[Model], int] = {JobLocation: 4, RemoteEligibility: 8, Compensation: 1, JobSkill: 16, JobRevision: 1}
NO_CODE = 0xFFFF

_Job, _Location, _Eligibility = defaults(Job), defaults(JobLocation), defaults(RemoteEligibility)
_Compensation, _Skill = defaults(Compensation), defaults(JobSkill)


class Life:
    """A posting's identity and its dates, Unix times in milliseconds."""

    __slots__ = (
        "closed",
        "ends",
        "expires",
        "key",
        "lifecycle",
        "moderation",
        "origin",
        "published",
        "reason",
        "scheduled",
    )

    def __init__(self, chance: Random, timeline: Timeline, number: int) -> None:
        self.published = timeline.moment(number)
        self.key = key(chance, self.published)
        self.origin = _origin(chance, timeline, number)
        self.expires = self.published + chance.choice(LIFETIMES) * DAY
        self.lifecycle, self.closed, self.reason, self.scheduled = "published", 0, "", 0
        drawn = chance.random()
        now = timeline.now
        if drawn < SHARE_DRAFT:
            self.lifecycle = "draft"
        elif (drawn := drawn - SHARE_DRAFT) < SHARE_IN_REVIEW:
            self.lifecycle = "in_review"
        elif (drawn := drawn - SHARE_IN_REVIEW) < SHARE_SCHEDULED:
            self.lifecycle = "scheduled"
            self.scheduled = now + (self.expires - self.published) // 6
        elif (drawn := drawn - SHARE_SCHEDULED) < SHARE_PAUSED:
            self.lifecycle = "paused" if self.expires > now else "expired"
        elif drawn - SHARE_PAUSED < SHARE_CLOSED:
            self.lifecycle, self.reason = "closed", CLOSE_REASONS.choose(chance)
            self.closed = self.published + int((min(now, self.expires) - self.published) * chance.uniform(0.1, 1))
        elif self.expires <= now:
            self.lifecycle = "expired"
        self.moderation = MODERATION.choose(chance)
        self.ends = self.closed or min(self.expires, now)

    @property
    def was_live(self) -> bool:
        return self.lifecycle in ("published", "paused", "expired", "closed")


def _origin(chance: Random, timeline: Timeline, number: int) -> tuple[int, bool]:
    """Which earlier posting this one repeats, and whether in another town; itself for most."""
    drawn = chance.random()
    if drawn < SHARE_IN_OTHER_TOWN:
        return max(0, number - chance.randrange(1, OTHER_TOWN_WITHIN)), True
    if drawn < SHARE_IN_OTHER_TOWN + SHARE_REPOSTED:
        back = int(timeline.jobs * REPOSTED_AFTER * chance.uniform(1, 1.5))
        if 0 < back <= number:
            return number - back, False
    return number, False


class Postings:
    """The postings of a market, by number from 0 in the order of publication."""

    def __init__(
        self, chance: Chance, world: World, timeline: Timeline, employers: Weighted[Employer], first: Mapping[str, int]
    ) -> None:
        self._chance, self._world, self._timeline, self._employers = chance, world, timeline, employers
        self._first = {model: first[model._meta.db_table] for model in STRIDES}
        self.jobs = Sheet(
            Job, "id", "created_at", "updated_at", "public_id", "company_id", "external_reference", "language", "title",
            "occupation_id", "category_id", "lifecycle", "moderation", "visibility", "apply_kind", "apply_url",
            "apply_email", "employment_types", "workplace", "seniority", "education", "benefits", "visa",
            "description_source",
            "description_format", "description_html", "description_text", "first_published_at", "published_at",
            "scheduled_at", "expires_at", "closed_at", "close_reason", "content_hash", "current_revision",
        )  # fmt: skip
        self.locations = Sheet(JobLocation, "id", "job_id", "place_id", "country_id", "text", "is_primary", "position")
        self.eligibility = Sheet(RemoteEligibility, "id", "job_id", "country_id")
        self.compensations = Sheet(Compensation, "id", "job_id", "currency_id", "period", "min_minor", "max_minor")
        self.skills = Sheet(JobSkill, "id", "job_id", "skill_id", "necessity")
        self.revisions = Sheet(JobRevision, "id", "job_id", "number", "content", "changed", "created_at")
        self.sheets = (
            self.jobs, self.locations, self.eligibility, self.compensations, self.skills, self.revisions,
        )  # fmt: skip
        self._changed: dict[tuple[str, ...], str] = {}

    def life(self, number: int) -> Life:
        """When the posting lives. Nothing else of it is made."""
        return Life(self._chance.of(Draw.POSTING, number), self._timeline, number)

    def add(self, number: int) -> int:
        """Add the posting's rows to the sheets; returns the `code` of its kind of work and country, NO_CODE if it
        never was live.
        """
        chance = self._chance.of(Draw.POSTING, number)
        life = Life(chance, self._timeline, number)
        content, described = self._content(life, chance, number)
        job = self._job(chance, life, content, described, number)
        rows = self._hang(job, content, number)
        said = revision.content_of(
            cast("Any", job),
            locations=rows[0], remote_eligibility=rows[1], compensations=rows[2], job_skills=rows[3],
        )  # fmt: skip
        self._finish(job, life, said, number)
        return code(content.kind.number, content.employer.land.number) if life.was_live else NO_CODE

    def said(self, number: int) -> Content:
        """What the posting says, without its description, which is what takes long to make."""
        chance = self._chance.of(Draw.POSTING, number)
        return self._decided(Life(chance, self._timeline, number), chance, number)[0]

    def _content(self, life: Life, chance: Random, asked: int) -> tuple[Content, tuple[str, str]]:
        content, drawn, origin = self._decided(life, chance, asked)
        month = datetime.fromtimestamp(self._timeline.moment(origin) / 1000, UTC).month
        return content, prose.describe(drawn, content, month)

    def _decided(self, life: Life, chance: Random, asked: int) -> tuple[Content, Random, int]:
        """What it says, the source that goes on drawing, and the number of the posting that said it first."""
        origin, is_elsewhere = life.origin
        # What is repeated may itself repeat something: back to where it was first said.
        while origin != asked and (before := self.life(origin).origin[0]) != origin:
            origin = before
        drawn = self._chance.of(Draw.CONTENT, origin)
        town: Town | None = None
        if is_elsewhere:
            employer = self._employers.choose(self._chance.of(Draw.CONTENT, origin))
            town = chance.choice(employer.towns)
        return decide(drawn, self._world, self._employers, town), drawn, origin

    def _job(self, chance: Random, life: Life, content: Content, described: tuple[str, str], number: int) -> Any:
        """What a job row says, with the model's defaults for what a market does not decide."""
        employer = content.employer
        job = _Job()
        job.id = life.key
        job.company_id = employer.key
        job.public_id = public_id(chance)
        job.external_reference = f"{employer.prefix}-{100_000 + number}"
        job.language = content.language
        job.title = content.title
        job.occupation_id, job.category_id = content.kind.id, content.kind.category_id
        job.employment_types = [content.employment_type]
        job.workplace = content.workplace
        job.seniority = content.seniority if chance.random() < NAMES_ITS_LEVEL else ""
        job.education = content.education
        job.description_source, job.description_format = described
        job.apply_kind = APPLY.choose(chance)
        if job.apply_kind == "url":
            job.apply_url = f"https://{employer.domain}/jobs/{job.external_reference.lower()}"
        elif job.apply_kind == "email":
            job.apply_email = f"jobs@{employer.domain}"
        job.visibility = "unlisted" if chance.random() < SHARE_UNLISTED else "public"
        if chance.random() < SHARE_WITH_BENEFITS:
            job.benefits = chance.sample(Benefit.values, chance.randint(1, MOST_BENEFITS))
        job.visa = VISA.choose(chance)
        return job

    def _hang(self, job: Any, content: Content, number: int) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        """The rows that hang on a job, added to their sheets."""
        locations = [self._location(job, town, position, number) for position, town in enumerate(self._sites(content))]
        first = self._first[RemoteEligibility] + number * STRIDES[RemoteEligibility]
        eligibility = []
        for position, land in enumerate(content.remote_from):
            row = _Eligibility()
            row.country_id = land.code
            eligibility.append(row)
            self.eligibility.add(str(first + position), job.id, land.code)
        compensations = []
        if (pay := content.pay) is not None:
            row = _Compensation()
            row.currency_id, row.period, (row.min_minor, row.max_minor) = pay.currency, pay.period, pay.minor
            compensations.append(row)
            self.compensations.add(
                str(self._first[Compensation] + number), job.id, pay.currency, pay.period,
                str(row.min_minor), str(row.max_minor),
            )  # fmt: skip
        return locations, eligibility, compensations, self._asked(job, content, number)

    def _sites(self, content: Content) -> Sequence[Town]:
        return () if content.workplace == "remote" else content.towns

    def _location(self, job: Any, town: Town, position: int, number: int) -> Any:
        row = _Location()
        row.place_id, row.country_id, row.position, row.is_primary = town.id, town.country, position, position == 0
        row.text = f"{town.name}, {town.region}" if town.region else town.name
        self.locations.add(
            str(self._first[JobLocation] + number * STRIDES[JobLocation] + position), job.id, str(town.id),
            town.country, text(row.text), "f" if position else "t", str(position),
        )  # fmt: skip
        return row

    def _asked(self, job: Any, content: Content, number: int) -> list[Any]:
        rows: list[Any] = []
        place = self._first[JobSkill] + number * STRIDES[JobSkill]
        for necessity, skills in (("required", content.required), ("nice", content.nice)):
            for skill_id, _ in skills:
                row = _Skill()
                row.skill_id, row.necessity = skill_id, necessity
                self.skills.add(str(place + len(rows)), job.id, str(skill_id), necessity)
                rows.append(row)
        return rows

    def _finish(self, job: Any, life: Life, said: revision.Content, number: int) -> None:
        """Add the job and its first revision."""
        render = shown.markdown if job.description_format == "markdown" else shown.plain
        html, readable = render(job.description_source)
        published = moment(life.published)
        # A market knows of no edits but the last change of state.
        updated = moment(life.closed) if life.closed else published
        is_dated = life.was_live
        self.jobs.add(
            job.id, published, updated, job.public_id, job.company_id, job.external_reference, job.language,
            text(job.title), str(job.occupation_id), str(job.category_id), life.lifecycle, life.moderation,
            job.visibility, job.apply_kind, job.apply_url, job.apply_email, array(job.employment_types),
            job.workplace, job.seniority, job.education, array(job.benefits), job.visa,
            text(job.description_source), job.description_format,
            text(html), text(readable), published if is_dated else NULL, published if is_dated else NULL,
            moment(life.scheduled) if life.scheduled else NULL,
            moment(life.expires) if is_dated else NULL, moment(life.closed) if life.closed else NULL, life.reason,
            revision.content_hash(said), "1",
        )  # fmt: skip
        names = tuple(said)  # a few combinations, each written once
        if names not in self._changed:
            self._changed[names] = array(revision.changed_fields(None, said))
        self.revisions.add(
            str(self._first[JobRevision] + number), job.id, "1", text(orjson.dumps(said).decode()),
            self._changed[names], published,
        )  # fmt: skip


def code(kind: int, land: int) -> int:
    """A kind of work and a country in 16 bits."""
    return kind << 5 | land


def moment(milliseconds: int) -> str:
    """A Unix time as PostgreSQL reads it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
