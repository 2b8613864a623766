"""A walk through states that leaves nothing behind, under a clock of its own."""

from collections.abc import Callable

import time_machine
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from kernel.errors import DomainError


class Walk(RuleBasedStateMachine):
    """Subclass with rules; `time` is the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.time = self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)


def walk(kind: type[Walk], *, walks: int, steps: int) -> None:
    """Walk that often and that far, the same ways each time."""
    how = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(kind, settings=how)


def refusal_of(act: Callable[[], object]) -> str | None:
    """The code with which a service refuses, if it does."""
    try:
        with transaction.atomic():
            act()
    except DomainError as refusal:
        return refusal.code
    return None


def columns_of(row: models.Model) -> dict[str, object]:
    """All that the row holds."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
