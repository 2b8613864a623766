"""Opaque global ids: base64url of `Type:key`. Only this module makes and reads them."""

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine import BatchSelector
from schema.core.errors import BadRequest


@dataclass(frozen=True, slots=True)
class NodeSource:
    """How a type's objects are found by id: what its keys are, and the batch selector that loads them."""

    parse_key: Callable[[str], Any]
    batch: BatchSelector


_sources: dict[str, NodeSource] = {}


def register(type_name: str, source: NodeSource) -> None:
    """Let `node(id)` find objects of a type."""
    _sources[type_name] = source


def is_known(type_name: str) -> bool:
    """Whether objects of a type are found by id."""
    return type_name in _sources


def encode(type_name: str, key: object) -> str:
    """The global id of an object."""
    text = key.hex if key.__class__ is UUID else str(key)
    # Of letters, digits and a colon no `+` or `/` can come, which is where base64url differs.
    return b2a_base64(f"{type_name}:{text}".encode(), newline=False).rstrip(b"=").decode()


def decode(global_id: str, *, argument: str = "id") -> tuple[str, Any]:
    """The type's name and the key. Raises `BadRequest` for what is not an id of ours."""
    try:
        padded = global_id.encode("ascii") + b"=" * (-len(global_id) % 4)
        type_name, _, text = urlsafe_b64decode(padded).decode("ascii").partition(":")
        key = _sources[type_name].parse_key(text)
        is_ours = encode(type_name, key) == global_id
    except (ValueError, KeyError):
        is_ours = False
    if not is_ours:
        raise BadRequest("This is not an id that this server made.", argument=argument)
    return type_name, key


def decode_as(type_name: str, global_id: str, *, argument: str = "id") -> Any:
    """The key of an object of one type. Raises `BadRequest` for another type's id."""
    found, key = decode(global_id, argument=argument)
    if found != type_name:
        raise BadRequest(f"This is an id of the type {found}, not of {type_name}.", argument=argument)
    return key


def batch_of(type_name: str) -> BatchSelector:
    """The batch selector that finds objects of a type by key."""
    return _sources[type_name].batch


def small_int(text: str) -> int:
    """A key of a reference row. Raises `ValueError` for what no such row can have."""
    key = int(text) if len(text) <= 10 else -1
    if not 0 <= key < 2**31:
        raise ValueError(text)
    return key
