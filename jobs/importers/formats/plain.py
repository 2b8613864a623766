"""Documents in our own plain keys, or in others that `--map` renames."""

from dataclasses import dataclass

from jobs.importers.port import Reader, Record


@dataclass(slots=True)
class Plain:
    """Takes a record as it is. What its keys mean is settled where it is taken in."""

    name: str
    reader: Reader

    def posting(self, record: Record) -> Record | None:
        return record
