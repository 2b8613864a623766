"""A market as it was ordered: everything that makes its rows, in one piece per process."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from uuid import UUID

from django.db import connection, transaction

from jobs.market import companies, people, postings, world
from jobs.market.chance import Chance
from jobs.market.employers import Employers
from jobs.market.order import Order
from jobs.market.sheets import Sheet, write
from jobs.market.tastes import Taste
from jobs.market.timeline import Timeline
from jobs.search.postgres.document import index


class Market:
    """Writes the rows of an order, a stretch at a time; each stretch is one transaction."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.chance = Chance(order.seed)
        self._world = world.load(self.chance)
        self._timeline = Timeline(order.jobs, order.now)
        self.employers = companies.employers(self.chance, self._world, self._timeline)
        self._codes = b""

    @cached_property
    def all_postings(self) -> postings.Postings:
        return postings.Postings(self.chance, self._world, self._timeline, self.employers, self.order.first)

    @cached_property
    def _people(self) -> people.People:
        codes = array("H", self._codes)
        parts = (self.chance, self._world, self._timeline, self.employers, self.all_postings)
        return people.People(*parts, codes, self.order.first)

    def write_companies(self, start: int, stop: int) -> bytes:
        rows = Employers(self.chance)
        for employer in self.employers.items[start:stop]:
            rows.add(employer)
        _write([rows.companies])
        return b""

    def write_postings(self, start: int, stop: int) -> bytes:
        """The `code` of each, two bytes."""
        codes = array("H", [self.all_postings.add(number) for number in range(start, stop)])
        _write(self.all_postings.sheets)
        return codes.tobytes()

    def index_postings(self, start: int, stop: int) -> bytes:
        """Into the search index, once they are written."""
        with _hurried():
            index([UUID(self.all_postings.life(number).key) for number in range(start, stop)])
        return b""

    def write_people(self, start: int, stop: int, codes: bytes) -> bytes:
        """`codes` are those of all postings."""
        if not self._codes:
            self._codes = codes
        for number in range(start, stop):
            self._people.add(number)
        _write(self._people.sheets)
        return b""

    def tastes(self, people: int) -> Iterator[tuple[str, Taste]]:
        """Everybody's user key and taste. Writes nothing, and forgets what it made on the way."""
        for number in range(people):
            yield self._people.add(number)


def _write(sheets: Sequence[Sheet]) -> None:
    with _hurried():
        write(sheets)


@contextmanager
def _hurried() -> Iterator[None]:
    """A transaction. A crash of the server may lose the last second; the market is unfinished then, and says so."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        yield
