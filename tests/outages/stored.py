"""What is in a board's tables, read past all of its code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.outages.history import Kind

EVENTS = {
    Kind.SUBMIT: "ApplicationSubmitted",
    Kind.WITHDRAW: "ApplicationWithdrawn",
    Kind.MOVE: "ApplicationMoved",
    Kind.NOTE: "NoteAdded",
    Kind.DRAFT: "JobCreated",
}
MAIL_EVENT = "NotificationsDue"

# For each write: the mark by which a client knows it, and the key of what was written.
_ROWS = {
    Kind.SUBMIT: """
        SELECT candidate.user_id || ' ' || application.job_id, application.id FROM jobs_application AS application
        JOIN jobs_candidate AS candidate ON candidate.id = candidate_id""",
    Kind.WITHDRAW: """
        SELECT application_id::text, application_id FROM jobs_applicationtransition WHERE act = 'withdraw'""",
    Kind.MOVE: """
        SELECT application_id || ' ' || to_stage_id, application_id FROM jobs_applicationtransition
        WHERE act = 'move'""",
    Kind.NOTE: "SELECT text, id FROM jobs_note",
    Kind.DRAFT: "SELECT title, id FROM jobs_job WHERE lifecycle = 'draft'",
}
# What an event is about, as `_ROWS` has it.
_EVENTS = """
    SELECT seq, kind, relayed_at IS NOT NULL,
    coalesce(payload->>'note_id', payload->>'mail_id', payload->>'application_id', payload->>'job_id')
    FROM kernel_outboxevent"""
_DELIVERIES = "SELECT id, event_id, subscriber, state, attempts FROM kernel_delivery"
_NEWS = "SELECT user_id, kind, event_id, mail_id FROM accounts_notification"
# Whose steps are not one submission, and then one for each version.
_TORN = """
    SELECT application.id, count(step.id) || ' steps, version ' || version FROM jobs_application AS application
    LEFT JOIN jobs_applicationtransition AS step ON step.application_id = application.id GROUP BY application.id
    HAVING count(step.id) <> version OR max(seq) <> version OR count(*) FILTER (WHERE act = 'submit') <> 1"""
_QUIET = """
    SELECT NOT EXISTS (SELECT FROM kernel_outboxevent WHERE relayed_at IS NULL)
    AND NOT EXISTS (SELECT FROM kernel_delivery WHERE state IN ('waiting', 'sent'))
    AND NOT EXISTS (SELECT FROM accounts_notification WHERE email_due_at <= now() AND mail_id IS NULL)"""


@dataclass(frozen=True, slots=True)
class Row:
    """A write that is there."""

    kind: Kind
    mark: str
    key: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event in the outbox."""

    seq: int
    kind: str
    is_relayed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The telling of an event to a subscriber."""

    key: str
    seq: int
    subscriber: str
    state: str = "done"
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class News:
    """What somebody was told, by which delivery, and in which mail."""

    user: str
    kind: str
    delivery: str
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that the mail server has taken."""

    message_id: str
    address: str
    text: str = ""


@dataclass(slots=True)
class Stored:
    """All of it."""

    rows: list[Row] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    deliveries: list[Delivered] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    """Applications whose steps are not one submission and then one step a version."""


@contextmanager
def snapshot(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The tables as they are at one moment. What is written there is undone at the end."""
    with psycopg.connect(url) as database:
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield database
        database.rollback()


def read(database: psycopg.Connection[Any]) -> Stored:
    """What the tables hold."""

    def rows(statement: str) -> list[tuple[Any, ...]]:
        return database.execute(statement.encode()).fetchall()

    stored = Stored()
    for kind, statement in _ROWS.items():
        stored.rows += [Row(kind, mark, str(key)) for mark, key in rows(statement)]
    stored.events = [Happened(*row) for row in rows(_EVENTS)]
    stored.deliveries = [Delivered(str(key), *more) for key, *more in rows(_DELIVERIES)]
    stored.news = [News(str(user), kind, str(by), str(mail) if mail else None) for user, kind, by, mail in rows(_NEWS)]
    stored.torn = [f"application {key}: {told}" for key, told in rows(_TORN)]
    return stored


def is_quiet(url: str) -> bool:
    """Whether there is nothing left to be told or mailed."""
    with psycopg.connect(url) as database:
        return database.execute(_QUIET).fetchone() == (True,)
