"""A mutation's payload as plain values, and back: objects are kept as their ids, and read anew for who asks again."""

from datetime import date, datetime
from typing import Any

from kernel.viewer import Viewer
from schema.core import ids
from schema.core.types import global_id_of

_NODE, _AT, _ON, _FIELDS = "$node", "$at", "$on", "$fields"


def plain(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as JSON has it. Raises `TypeError` for a value that could not be read back."""
    return {name: _plain(value) for name, value in payload.items()}


def recalled(viewer: Viewer, outcome: dict[str, Any]) -> dict[str, Any]:
    """The payload again, with its objects as the viewer may see them now; null for one that is gone."""
    return {name: _recalled(viewer, value) for name, value in outcome.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return {_AT: value.isoformat()}
    if isinstance(value, date):
        return {_ON: value.isoformat()}
    if isinstance(value, dict):
        return {_FIELDS: plain(value)}
    return {_NODE: global_id_of(value)}


def _recalled(viewer: Viewer, value: Any) -> Any:
    if isinstance(value, list):
        return [_recalled(viewer, item) for item in value]
    if not isinstance(value, dict):
        return value
    if _AT in value:
        return datetime.fromisoformat(value[_AT])
    if _ON in value:
        return date.fromisoformat(value[_ON])
    if _FIELDS in value:
        return recalled(viewer, value[_FIELDS])
    type_name, key = ids.decode(value[_NODE], argument="idempotencyKey")
    return ids.batch_of(type_name)(viewer, [key]).get(key)
