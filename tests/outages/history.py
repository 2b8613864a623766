"""What clients asked of a board, and what they were told: the history that `checker` holds against the tables."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """A write, by its mutation."""

    SUBMIT = "applicationSubmit"
    WITHDRAW = "applicationWithdraw"
    MOVE = "applicationMove"
    NOTE = "noteAdd"
    DRAFT = "jobCreate"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request; one of the four is said."""

    done: str = ""
    """The key of what was written."""
    refused: str = ""
    """The code of the refusal."""
    lost: str = ""
    """Why nobody knows whether it was done: no answer, or one that says so."""
    wrong: str = ""
    """What no client should ever be told."""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is to be told of a write, once."""

    user: UUID
    news: str
    address: str = ""
    """Where a mail of it goes at once; empty: none does."""
    words: str = ""
    """What the mail says of this write and of no other; empty: it says nothing of the sort."""


@dataclass(slots=True)
class Act:
    """One write that a client wants, however often it asks for it."""

    kind: Kind
    mark: str
    """By which it is known in the tables, whatever its key."""
    told: tuple[Told, ...] = ()
    refusal: str = ""
    """The code with which it is to be refused; empty: it is to be done."""
    answers: list[Answer] = field(default_factory=list)

    @property
    def done(self) -> set[str]:
        """The keys that were acknowledged: one, or none."""
        return {answer.done for answer in self.answers if answer.done}

    @property
    def refused(self) -> set[str]:
        return {answer.refused for answer in self.answers if answer.refused}

    @property
    def is_settled(self) -> bool:
        return bool(self.done or self.refused)
