"""One read on its way: who asks, what it costs them, and how its answer is kept for others who ask the same."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.http import QueryDict

from kernel import caching
from kernel.viewer import Viewer
from nexus.graphql import cache, connections, rates
from nexus.graphql.exchange import Exchange
from nexus.graphql.http import Request, Response
from nexus.graphql.http_caching import asked_each_time, http_caching
from nexus.graphql.timeouts import RequestDeadline

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a view needs to know of the request, beside its parameters."""

    viewer: Viewer
    request: Request
    exchange: Exchange
    deadline: RequestDeadline

    def check(self) -> None:
        """Raises `ExecutionStopped` where the time is up, or nobody is there any more to read the answer."""
        self.deadline.check()

    def charge_refusal(self, cost: int) -> None:
        """Have it cost something that the request was looked at, though nothing is read for it."""
        self.exchange.requested_cost = self.exchange.actual_cost = cost
        self.exchange.bucket = rates.charge(self.viewer, self.request.address, cost).bucket

    def query_parameters(self) -> QueryDict:
        """The parameters as they were written."""
        return QueryDict(self.request.query_string)

    def charged(
        self,
        cost: int,
        tags: frozenset[str] | None,
        canonical: str,
        produce: Callable[[], bytes],
    ) -> Response:
        """The answer, for its cost in points: the bytes that `produce` makes, or those that it made a moment ago.

        `tags` are those of all that the answer reads, or None where it may not be kept; what a signed-in person asks
        for never is. `canonical` says what was asked for, alike for all who ask the same.
        """
        data, max_age = self._paid(cost, self._key(tags, canonical), produce)
        if max_age:
            # Shared caches hand this answer to others, whom one caller's points do not concern.
            self.exchange.bucket = None
        return http_caching(self._response(data, JSON), data, self.request, max_age=max_age)

    def charged_each_time(self, cost: int, produce: Callable[[], bytes], media_type: str) -> Response:
        """The answer of what is public, for its cost in points: made now, and to be asked for anew each time."""
        data, _ = self._paid(cost, None, produce)
        return asked_each_time(self._response(data, media_type), data, self.request)

    def _paid(self, cost: int, key: cache.Key | None, produce: Callable[[], bytes]) -> tuple[bytes, int | None]:
        """The bytes, and for how many seconds a shared cache may hand them out."""
        exchange = self.exchange
        exchange.requested_cost = exchange.actual_cost = cost
        charge = rates.charge(self.viewer, self.request.address, cost)
        exchange.bucket = charge.bucket
        max_age = None
        try:
            if key is None:
                data = produce()
            else:
                stored = cache.serve(key, lambda: cache.Produced(produce()))
                data, max_age, exchange.cached = stored.data, int(stored.max_age), stored.source
                if stored.source != "fresh":
                    exchange.actual_cost = 1
        except Exception as error:
            if connections.is_lost(error):
                exchange.actual_cost = 0
            raise
        finally:
            charge.settle(exchange.actual_cost)
            exchange.bucket = charge.bucket
        return data, max_age

    def _response(self, data: bytes, media_type: str) -> Response:
        bucket = self.exchange.bucket
        return Response(200, data, {"Content-Type": media_type, **(bucket.headers() if bucket else {})})

    def _key(self, tags: frozenset[str] | None, canonical: str) -> cache.Key | None:
        if tags is None or not settings.RESPONSE_CACHE or self.viewer.is_authenticated or caching.in_transaction():
            return None
        return cache.Key(sha256(f"rest {canonical}".encode()).digest(), tuple(sorted(tags)))
