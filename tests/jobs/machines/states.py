"""A row in any state of any machine, and what a row must have to be there at all."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from jobs.machines.machine import Machine
from jobs.management.commands.machines import MACHINES
from tests.factories import JobFactory
from tests.hiring_board import application

EVERY_STEP = [
    (machine, origin, target) for machine in MACHINES for origin in machine.states for target in machine.states
]
ENDED = ("closed", "archived")


def row_in(machine: Machine[Any], state: str) -> models.Model:
    """A row that stands there."""
    if machine.name == "application_status":
        found: models.Model = application(**values_of(machine, state))
    else:
        found = JobFactory(**values_of(machine, state))
    return found


def values_of(machine: Machine[Any], state: str) -> dict[str, Any]:
    """The column of the machine, and what the other rules of the table ask of a row that stands there."""
    now = timezone.now()
    match machine.name:
        case "job_lifecycle":
            return {
                "lifecycle": state,
                "close_reason": "filled" if state in ENDED else "",
                "closed_at": now if state in ENDED else None,
                "scheduled_at": now + timedelta(days=1),
            }
        case "job_moderation":
            return {"moderation": state}
        case "application_status":
            return {
                "status": state,
                "decided_at": None if state == "active" else now,
                "reject_reason": "experience" if state == "rejected" else "",
                "transferred_to": application() if state == "transferred" else None,
            }
    raise AssertionError(f"nobody has said yet how a row of {machine.name} comes to be: say it here")
