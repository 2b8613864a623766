"""What the database lets a column do is what the table of its machine says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jobs.machines.application import ApplicationAct
from jobs.machines.machine import Machine, trigger_sql
from jobs.management.commands.machines import MACHINES
from tests.jobs.machines.states import EVERY_STEP, row_in, values_of

pytestmark = pytest.mark.django_db

each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)

# Acts by which a row comes to be.
BEGINNINGS = {"application_status": {ApplicationAct.SUBMIT}}


def told(query: str, *values: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def definitions(machine: Machine[Any]) -> list[str]:
    """The function and the trigger, as PostgreSQL tells them."""
    name = f"{machine.name}_moves"
    return [
        *told("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", name),
        *told("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgenabled = 'O'", name),
    ]


@each_machine
def test_the_database_has_the_table_of_the_code(machine: Machine[Any]) -> None:
    """Else a migration is missing: its text is `trigger_sql`'s."""
    (source,) = told("SELECT prosrc FROM pg_proc WHERE proname = %s", f"{machine.name}_moves")
    assert f"AS $${source}$$;" in trigger_sql(machine)
    before = definitions(machine)
    with connection.cursor() as cursor:
        cursor.execute(trigger_sql(machine))
    assert before == definitions(machine)
    assert len(before) == 2


def test_every_machine_has_its_trigger_and_nothing_else_has() -> None:
    names = told(r"SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%\_moves' ORDER BY tgname")
    assert names == sorted(f"{machine.name}_moves" for machine in MACHINES)


@pytest.mark.parametrize(
    ("machine", "origin", "target"),
    EVERY_STEP,
    ids=[f"{machine.name}: {origin} to {target}" for machine, origin, target in EVERY_STEP],
)
def test_the_database_takes_the_steps_of_the_table_and_no_other(
    machine: Machine[Any], origin: str, target: str
) -> None:
    row, values = row_in(machine, origin), values_of(machine, target)
    rows = machine.model._default_manager.filter(pk=row.pk)
    is_in_table = origin == target or any(origin in move.origins and move.target == target for move in machine.moves)
    assert _refused(lambda: rows.update(**values)) == (None if is_in_table else f"{machine.name}_moves")
    assert rows.values_list(machine.column, flat=True).get() == (target if is_in_table else origin)


def _refused(write: Callable[[], object]) -> str | None:
    """The constraint by which the database refuses, if it does."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as refusal:
        return str(refusal.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's
    return None


@each_machine
def test_rows_begin_where_the_table_says(machine: Machine[Any]) -> None:
    """By default; what a company has from elsewhere may begin further on."""
    default = machine.model._meta.get_field(machine.column).get_default()
    assert default in machine.initial
    assert machine.initial <= set(machine.states)


@each_machine
def test_every_state_is_reached_and_every_act_is_in_the_table(machine: Machine[Any]) -> None:
    reached = set(machine.initial)
    for _ in machine.states:
        reached |= {move.target for move in machine.moves if move.target and move.origins & reached}
    assert reached == set(machine.states)
    acts = {move.act for move in machine.moves}
    assert set(type(next(iter(acts)))) - acts == BEGINNINGS.get(machine.name, set())


@each_machine
def test_an_act_leads_from_a_state_to_one_other(machine: Machine[Any]) -> None:
    """But for an import, which finds a posting as it finds it."""
    led = [(move.act, origin) for move in machine.moves for origin in move.origins if move.act != "relist"]
    assert len(led) == len(set(led))
