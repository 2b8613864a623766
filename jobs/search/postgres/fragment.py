"""Pieces of SQL with their values, which never become part of the text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from django.db import connection

from kernel import prepared
from kernel.prepared import Bound
from kernel.reading import Statement, statement_of

_numbers = count()
_NAME = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A text with `%(name)s` for each of its values. A name stands for one value, in whatever it is put together with.

    A per cent sign of the text itself is written `%%`.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, template: str, *values: Any) -> Self:
        """A template with a `{}` for each value: a fragment is put in as it is, of anything else only a name."""
        texts: list[str] = []
        params: dict[str, Any] = {}
        for value in values:
            if isinstance(value, Fragment):
                texts.append(value.text)
                params |= value.params
            else:
                name = f"v{next(_numbers)}"
                texts.append(f"%({name})s")
                params[name] = value
        return cls(template.format(*texts), params)

    def __add__(self, other: "Fragment | str") -> "Fragment":
        """One behind the other, as they are."""
        if isinstance(other, str):
            return Fragment(self.text + other, self.params)
        return Fragment(self.text + other.text, {**self.params, **other.params})


TRUE = Fragment("TRUE")
FALSE = Fragment("FALSE")


def join(separator: str, fragments: Iterable[Fragment], *, empty: Fragment = TRUE) -> Fragment:
    """The fragments with a separator between them, in parentheses; `empty` where there are none."""
    parts = list(fragments)
    if not parts:
        return empty
    params: dict[str, Any] = {}
    for part in parts:
        params |= part.params
    return Fragment(f"({separator.join([part.text for part in parts])})", params)


def all_of(fragments: Iterable[Fragment]) -> Fragment:
    """All of the conditions; true where there are none."""
    return join(" AND ", fragments)


def any_of(fragments: Iterable[Fragment]) -> Fragment:
    """One of the conditions; false where there are none."""
    return join(" OR ", fragments, empty=FALSE)


def rows(statement: Fragment) -> Sequence[tuple[Any, ...]]:
    """What a statement reads."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, dict(statement.params))
        return cursor.fetchall()


def rows_planned(statement: Fragment) -> Sequence[tuple[Any, ...]]:
    """What a large statement reads that is planned for its very values: these are sent beside it, each once."""
    if not prepared.is_ready(connection):
        return rows(statement)
    return prepared.read(connection, Bound.of(statement.text, is_prepared=False), statement.params)


def rows_again(statement: Fragment) -> Sequence[tuple[Any, ...]]:
    """What a statement reads whose like is run again and again, with other values: the server prepares it."""
    # The names of values are new each time: numbered by their order, the text is the same.
    names: dict[str, str] = {}
    text = _NAME.sub(lambda found: f"%({names.setdefault(found[1], f'p{len(names)}')})s", statement.text)
    known = statement_of((rows_again, text), lambda: Statement(text, list))
    found: Sequence[tuple[Any, ...]] = known.read({name: statement.params[old] for old, name in names.items()})
    return found
