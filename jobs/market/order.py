"""What is ordered. It goes to other processes before Django is set up there, so it imports nothing of Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Order:
    """A market to be made. `first` has the first number of each table whose rows are numbered, by its name."""

    seed: int
    jobs: int
    people: int
    now: datetime
    first: Mapping[str, int]
