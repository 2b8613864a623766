"""What a state machine is: a table of moves, each from some states to one, by an act that somebody may do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import TextChoices

from jobs.policies import Standing
from kernel.errors import DomainError
from kernel.events import Event
from kernel.viewer import Viewer

type Guard[Row] = Callable[[Row, datetime], DomainError | None]
"""Why a row cannot make the move at an instant, by itself; its docstring says what is asked."""
type May[Row] = Callable[[Viewer, Standing, Row], bool]


@dataclass(frozen=True, slots=True)
class Move[Row]:
    """A row of the table."""

    act: TextChoices
    origins: frozenset[str]
    target: str | None
    """None: the row goes."""
    may: May[Row] | None = None
    """Who may do it; None: nobody, it is the board's own doing."""
    guards: tuple[Guard[Row], ...] = ()
    event: type[Event] | None = None
    is_timed: bool = False
    """The clock does it, too, when its time has come."""


@dataclass(frozen=True)
class Machine[Row]:
    """The moves of one column of one table."""

    name: str
    model: type[Any]
    column: str
    states: type[TextChoices]
    moves: Sequence[Move[Row]]
    initial: frozenset[str] = field(default_factory=frozenset)
    """Where rows begin."""

    def move(self, act: TextChoices, row: Row) -> Move[Row] | None:
        """The move by which the act leads on from where the row stands; None where it does not."""
        state = getattr(row, self.column)
        return next((move for move in self.moves if move.act == act and state in move.origins), None)

    def offered(self, row: Row, viewer: Viewer, standing: Standing, now: datetime) -> list[str]:
        """The acts that the viewer may do to the row as it stands, in the table's order."""
        state = getattr(row, self.column)
        return [
            move.act.value
            for move in self.moves
            if state in move.origins
            and move.may is not None
            and move.may(viewer, standing, row)
            and not any(guard(row, now) for guard in move.guards)
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """Every step from one state to another, in order."""
        steps = {
            (origin, move.target)
            for move in self.moves
            if move.target is not None
            for origin in move.origins
            if origin != move.target
        }
        return sorted(steps)


def refused[Row](guards: Iterable[Guard[Row]], row: Row, now: datetime) -> DomainError | None:
    """The first refusal of the guards, if any."""
    return next((refusal for guard in guards if (refusal := guard(row, now)) is not None), None)


def trigger_sql(machine: Machine[Any]) -> str:
    """The function and the trigger that let the column take no step that the table does not have.

    Whoever changes the table writes a migration with this text; a test compares it with the database's.
    """
    name, table, column = machine.name, machine.model._meta.db_table, machine.column
    steps = ", ".join(f"('{origin}', '{target}')" for origin, target in machine.pairs())
    return f"""
CREATE OR REPLACE FUNCTION {name}_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.{column}, NEW.{column}) NOT IN ({steps}) THEN
        RAISE EXCEPTION '{table}.{column} does not go from % to %', OLD.{column}, NEW.{column}
            USING ERRCODE = 'check_violation', CONSTRAINT = '{name}_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {name}_moves BEFORE UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {name}_moves();
"""
