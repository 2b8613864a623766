"""`cache=` on a field: plain values of a resolver, kept in the cache server for everybody who asks for the same."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
from django.core.cache import cache
from django.db.models import Model
from graphql import GraphQLResolveInfo
from promise import Promise

from engine import Batch
from kernel import caching
from kernel.release import release
from schema.core.flights import Flights

counts: Counter[str] = Counter()
"""Values since the process began: `hit`, `miss`, and `bypass` where they were not to be shared."""

type Resolver = Callable[..., Any]

_PLAIN = (str, int, float, bool, type(None))
_flights: Flights[str, Any] = Flights()


@dataclass(frozen=True, slots=True)
class Cache:
    """How a field's values are kept. `of` is the model whose rows, and what hangs on them, they are made from.

    `key` gives for a parent what its value depends on besides the field's arguments: plain values, or None where the
    value is not everybody's. It has no say in who may see the parent; a value that depends on the viewer has None.
    """

    of: type[Model]
    key: Callable[[Any], Hashable]


class Cached(Batch):
    """A resolver whose values are kept: strings, numbers, booleans, nulls, and lists and dicts of such.

    In the engine one command looks up all the parents of a level. Of the threads that miss the same value one makes it;
    what comes by promise is batched with the rest of its request instead. Values of a transaction are not kept.
    """

    def __init__(self, resolver: Resolver, rule: Cache) -> None:
        tag = caching.tag_of(rule.of)
        if tag is None:
            raise TypeError(f"Rows of {rule.of.__name__} have no tag: values made from them are not to be cached.")
        super().__init__(self._values)
        self.resolver = resolver
        self.rule = rule
        self._tags = sorted(tag.reads)

    def _values(self, sources: list[Any], info: GraphQLResolveInfo, **arguments: Any) -> list[Any]:
        versions = caching.versions.of(self._tags)
        if caching.in_transaction() or not caching.versions.is_current:
            counts["bypass"] += len(sources)
            return [self._made(source, info, arguments) for source in sources]
        prefix = f"field:{release()}:{info.parent_type.name}.{info.field_name}:{','.join(versions)}:"
        names = [self._name(prefix, source, arguments) for source in sources]
        known = _look_up(name for name in names if name is not None)
        missed = {name: source for name, source in zip(names, sources, strict=True) if name and name not in known}
        counts["hit"] += sum(name in known for name in names)
        counts["miss"] += len(missed)
        counts["bypass"] += names.count(None)
        made = self._make(missed, info, arguments) if missed else {}
        return [
            self._made(source, info, arguments) if name is None else known[name] if name in known else made[name]
            for name, source in zip(names, sources, strict=True)
        ]

    def _name(self, prefix: str, source: Any, arguments: dict[str, Any]) -> str | None:
        key = self.rule.key(source)
        if key is None:
            return None
        try:
            told = orjson.dumps([key, arguments], default=str, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            return None
        return prefix + sha256(told).hexdigest()

    def _made(self, source: Any, info: GraphQLResolveInfo, arguments: dict[str, Any]) -> Any:
        """The value for one parent; an exception is one."""
        try:
            return self.resolver(source, info, **arguments)
        except Exception as error:  # noqa: BLE001 - the engine puts it into the answer
            return error

    def _make(self, missed: dict[str, Any], info: GraphQLResolveInfo, arguments: dict[str, Any]) -> dict[str, Any]:
        """What is missing by name, made here or by the thread that is at it already."""
        joined = {name: _flights.join(name) for name in missed}
        ours = {name: missed[name] for name, (_, is_ours) in joined.items() if is_ours}
        made: dict[str, Any] = {}
        try:
            made = self._make_ours(ours, info, arguments)
        finally:
            for name in ours:
                value = made.get(name)
                # A promise is settled with the rest of the request, for which nobody else could wait here.
                is_told = name in made and not isinstance(value, (Promise, Exception))
                _flights.land(name, (value,) if is_told else None)
        may_wait = not any(isinstance(value, Promise) for value in made.values())
        for name, (flight, is_ours) in joined.items():
            if not is_ours:
                landed = flight.wait() if may_wait else None
                made[name] = landed[0] if landed else self._made(missed[name], info, arguments)
        return made

    def _make_ours(self, ours: dict[str, Any], info: GraphQLResolveInfo, arguments: dict[str, Any]) -> dict[str, Any]:
        at = time.time()
        until = min(caching.expiry(self._tags, at=at), at + caching.jittered(caching.LIFETIME_SECONDS))
        # Another flight may have landed between our look and our start.
        found = _look_up(ours)
        made = {name: self._made(source, info, arguments) for name, source in ours.items() if name not in found}
        promised = {name: value for name, value in made.items() if isinstance(value, Promise)}
        self._keep({name: value for name, value in made.items() if name not in promised}, until)
        settled: dict[str, Any] = {}
        for name, promise in promised.items():
            made[name] = promise.then(partial(self._settle, name, settled, len(promised), until))
        return found | made

    def _settle(self, name: str, settled: dict[str, Any], promised: int, until: float, value: Any) -> Any:
        """Keep the values of a level together, when the last of them has come."""
        settled[name] = value
        if len(settled) == promised:
            self._keep(settled, until)
        return value

    def _keep(self, values: dict[str, Any], until: float) -> None:
        kept = {name: value for name, value in values.items() if not isinstance(value, Exception)}
        for value in kept.values():
            _refuse_objects(value)
        seconds = until - time.time()
        if not kept or seconds <= 0:
            return
        try:
            with caching.reaching():
                cache.set_many(kept, timeout=seconds)
        except caching.CacheAway:
            return


def _look_up(names: Iterable[str]) -> dict[str, Any]:
    wanted = set(names)
    if not wanted:
        return {}
    try:
        with caching.reaching():
            return dict(cache.get_many(wanted))
    except caching.CacheAway:
        return {}


def _refuse_objects(value: Any) -> None:
    """TypeError for what would come back from the cache as something else."""
    if isinstance(value, dict) and all(type(name) is str for name in value):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _refuse_objects(item)
    elif type(value) not in _PLAIN:
        raise TypeError(f"A cached field gives plain values, and not a {type(value).__name__}.")
