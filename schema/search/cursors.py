"""Cursors of searches: a place among what was found, with a hash of what was asked, so that it fits nothing else."""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Self

import orjson
from django.utils import timezone

from jobs.selectors.search import SearchPosition
from schema.core.errors import BadRequest

_LIST = "jobSearch"
# A place can name the jobs that were put off behind it.
MAX_CURSOR = 60_000


@dataclass(frozen=True, slots=True)
class SearchCursor:
    """How the places in the result of one search are written."""

    search: str
    """A hash of what decides the result."""

    @classmethod
    def of(cls, asked: tuple[Any, ...]) -> Self:
        """The cursors of a search for what these plain values say."""
        return cls(blake2b(repr(asked).encode(), digest_size=8).hexdigest())

    def encode(self, position: SearchPosition) -> str:
        """The cursor of a place."""
        return urlsafe_b64encode(orjson.dumps([_LIST, self.search, *position.written()])).rstrip(b"=").decode()

    def decode(self, cursor: str, *, argument: str) -> SearchPosition:
        """The place of a cursor. Raises `BadRequest` for what this search did not make."""
        try:
            if len(cursor) > MAX_CURSOR:
                raise ValueError(cursor)
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            of_list, search, *written = orjson.loads(b64decode(padded, altchars=b"-_", validate=True))
            position = SearchPosition.read(written) if of_list == _LIST and search == self.search else None
        except (TypeError, ValueError):
            raise BadRequest("This is not a cursor that this server made.", argument=argument) from None
        if position is None:
            raise BadRequest("This cursor belongs to another search, or another list.", argument=argument)
        # Nobody looks into the future: there may be postings that are to come.
        return replace(position, at=min(position.at, timezone.now()))
