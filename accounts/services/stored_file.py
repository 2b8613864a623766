"""What lies in the store of files and is needed no more."""

from collections.abc import Iterable

from accounts.events import StoredFileDropped
from kernel.events import emit_all


def drop(names: Iterable[str]) -> None:
    """Have these deleted once the caller's transaction has committed, however long the store is away. One statement.

    Not by `transaction.on_commit`: a store or a process that fails at that moment would leave for good what somebody
    has been told is gone.
    """
    emit_all(StoredFileDropped(name) for name in names)
