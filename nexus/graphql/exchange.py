"""What is known of one request and its answer, for the log and the metrics."""

import time
from dataclasses import dataclass, field

from nexus.graphql.rates import Bucket


@dataclass(slots=True)
class Exchange:
    """Filled in while the chain goes on; what was not reached stays as it is."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    kind: str | None = None
    """`query`, `mutation` or `subscription`; `rest` for the REST mirror."""
    operation: str | None = None
    """The operation's name, as the client chose it; of the REST mirror, the endpoint's."""
    viewer: str | None = None
    requested_cost: int | None = None
    """Points that the operation could cost."""
    actual_cost: int | None = None
    """Points that it did cost."""
    bucket: Bucket | None = None
    """The state of the caller's points after the charge."""
    cached: str | None = None
    """Where the response cache had the answer: `process` or `redis`; `fresh` where it had none yet."""
    codes: tuple[str, ...] = ()
    """The codes of the answer's errors."""
    seconds: float = 0.0
