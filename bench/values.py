"""One form for the answers of all contenders, so that the same values compare equal whatever wraps them.

Connections become lists; a job's slug keeps only its tail, which alone identifies it; enum values are written in
capitals; ids lose their type; amounts and instants are compared as numbers and as moments. Places and skills are
compared as sets: PostGraphile cannot order by a joined column.
"""

import base64
import binascii
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

ENUMS = {"workplace", "seniority", "necessity", "period"}


def canonical(answer: dict[str, Any]) -> Any:
    """What the answer says, freed of its dialect. Raises `ValueError` for an answer with errors."""
    if answer.get("errors") or not answer.get("data"):
        raise ValueError(f"errors: {str(answer.get('errors'))[:300]}")
    return _plain(answer["data"])


def _plain(value: Any, name: str = "") -> Any:
    if name == "salary":
        return _salary(value)
    if isinstance(value, dict):
        if "nodes" in value:
            return _plain(value["nodes"], name)
        return {key: _plain(item, key) for key, item in value.items()} | _tail(value)
    if isinstance(value, list):
        items = [_plain(item, name.removesuffix("s")) for item in value]
        return sorted(items, key=repr) if name in ("places", "skills", "employmentTypes") else items
    if value is None or value == "":
        return None
    if name == "id":
        return _key(value)
    if name == "publishedAt":
        return datetime.fromisoformat(value).timestamp()
    if name in ENUMS or name == "employmentType":
        return value.upper()
    return value


def _tail(value: dict[str, Any]) -> dict[str, str]:
    """Only jobs have both a slug and a title."""
    return {"slug": value["slug"].rsplit("-", 1)[-1]} if "slug" in value and "title" in value else {}


def _salary(value: Any) -> Any:
    if isinstance(value, dict) and "nodes" in value:
        (value,) = value["nodes"] or [None]
    if value is None:
        return None
    if "minMinor" in value:
        code, digits = value["currency"]["code"], value["currency"]["digits"]
        ends = [None if minor is None else Decimal(minor).scaleb(-digits) for minor in _minors(value)]
        currency = code
    else:
        ends = [value[end] and Decimal(str(value[end]["amount"])) for end in ("min", "max")]
        currency = (value["min"] or value["max"])["currency"]
    return (value["period"].upper(), currency, *(None if end is None else end.normalize() for end in ends))


def _minors(value: dict[str, Any]) -> list[str | None]:
    return [value["minMinor"], value["maxMinor"]]


def _key(text: str) -> str:
    """The key in hexadecimal, out of a UUID or of a global id of ours."""
    try:
        return uuid.UUID(text).hex
    except ValueError:
        pass
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return text


def difference(ours: Any, theirs: Any, path: str = "data") -> str | None:
    """Where two canonical answers first differ, or None where they say the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            return f"{path}: fields {sorted(ours)} and {sorted(theirs)}"
        pairs = [(ours[key], theirs[key], f"{path}.{key}") for key in ours]
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{path}: {len(ours)} and {len(theirs)} items"
        pairs = [(one, other, f"{path}[{i}]") for i, (one, other) in enumerate(zip(ours, theirs, strict=True))]
    else:
        return None if ours == theirs else f"{path}: {ours!r} and {theirs!r}"
    return next((found for pair in pairs if (found := difference(*pair))), None)
