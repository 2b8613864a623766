"""Cursors of feeds: a place in a session. The session's id tells whose it is, so that it fits nobody else's feed."""

from base64 import b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

import orjson

from jobs.feed.reading import FeedPosition
from schema.core.errors import BadRequest

_LIST = "feed"
_MAX_CURSOR = 500
# No session has as many places.
_MOST_PLACES = 10_000


class FeedCursor:
    """How places in sessions are written."""

    def encode(self, position: FeedPosition) -> str:
        """The cursor of a place."""
        content = [_LIST, position.session_id.hex, position.offset]
        return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()

    def decode(self, cursor: str, *, argument: str) -> FeedPosition:
        """The place of a cursor. Raises `BadRequest` for what no feed made."""
        try:
            if len(cursor) > _MAX_CURSOR:
                raise ValueError(cursor)
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            of_list, *written = orjson.loads(b64decode(padded, altchars=b"-_", validate=True))
            position = _position(*written) if of_list == _LIST else None
        except (TypeError, ValueError):
            raise BadRequest("This is not a cursor that this server made.", argument=argument) from None
        if position is None:
            raise BadRequest("This cursor belongs to another list.", argument=argument)
        return position


CURSOR = FeedCursor()


def _position(session_id: Any, offset: Any) -> FeedPosition:
    """The parts of a place, checked. Raises `ValueError` or `TypeError`."""
    if type(session_id) is not str or type(offset) is not int or not 0 <= offset <= _MOST_PLACES:
        raise ValueError(offset)
    return FeedPosition(UUID(session_id), offset)
