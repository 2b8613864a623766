"""What became of the rows of an import, as far as it is."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from jobs.importers.port import Fault
from jobs.importers.posting import Tally
from jobs.services.incoming import Fate

MOST_FAULTS = 200  # kept with their reasons; all are counted
MOST_PLANNED = 1_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one posting."""

    fate: Fate
    company: str
    reference: str
    title: str
    changed: tuple[str, ...] = ()


@dataclass(slots=True)
class Account:
    """What became of the rows so far."""

    read: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    plan: list[Planned] = field(default_factory=list)  # of a dry run: what would change, the first `MOST_PLANNED`
    unknown_keys: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    broken: Fault | None = None  # the source stopped being readable here
    not_closed: str = ""  # why a sync closed nothing
    compared: int | None = None  # new and revised postings that were compared with others; None before that

    def fail(self, fault: Fault) -> None:
        self.fates[Fate.FAILED] += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def foresee(self, planned: Planned) -> None:
        if len(self.plan) < MOST_PLANNED:
            self.plan.append(planned)

    @property
    def has_failed(self) -> bool:
        return bool(self.fates[Fate.FAILED] or self.broken or self.not_closed)

    @property
    def has_postings(self) -> bool:
        return any(self.fates[fate] for fate in Fate if fate not in (Fate.FAILED, Fate.SKIPPED))

    def report(self) -> dict[str, Any]:
        """The account as it is kept with the run."""
        faults = [*self.faults, *([self.broken] if self.broken else [])]
        return {
            "recognised": dict(self.tally.recognised),
            "not_understood": dict(self.tally.not_understood.most_common(100)),
            "unknown_keys": dict(self.unknown_keys),
            "not_closed": self.not_closed,
            "faults": [{"position": fault.position, "field": fault.field, "reason": fault.reason} for fault in faults],
        }

    def counts(self) -> dict[str, int]:
        """The counts by the names of the run's columns."""
        return {"rows_read": self.read} | {f"rows_{fate}": self.fates[fate] for fate in Fate}
