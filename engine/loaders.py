"""Batched loads of one request: each selector is called once for all the keys that are wanted of it at a time."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from promise import Promise
from promise.dataloader import DataLoader, Loader, dispatch_queue

from engine.promises import run_later, run_to_rest

type BatchSelector = Callable[..., Mapping[Any, Any]]
"""`(viewer, keys: list, **args) -> {key: value}`. A key that is left out has no value."""


class SelectorBatch:
    """The wanted keys and the remembered values of one selector with one set of arguments.

    Keys can be slow to hash, so each is hashed as seldom as can be.
    """

    __slots__ = ("args", "known", "loader", "selector", "values", "wanted")

    def __init__(self, selector: BatchSelector, args: dict[str, Any]) -> None:
        self.selector = selector
        self.args = args
        self.wanted: dict[Any, None] = {}
        self.known: dict[Any, None] = {}
        """The keys whose values are remembered."""
        self.values: dict[Any, Any] = {}
        """The values of known keys; one that is not there is null."""
        self.loader: _PromiseLoader | None = None

    def fetch(self, viewer: Any) -> None:
        """Call the selector once for the wanted keys, remember what it gives, and settle the promises."""
        wanted, self.wanted = self.wanted, {}
        try:
            found = self._call(viewer, wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of each of these keys
            found = dict.fromkeys(wanted, error)
        if self.known:
            self.values |= dict.fromkeys(wanted)
            self.values |= found
            self.known |= wanted
        else:
            self.values, self.known = found, wanted
        if self.loader is not None:
            dispatch_queue(self.loader)

    def _call(self, viewer: Any, keys: dict[Any, None]) -> dict[Any, Any]:
        found = self.selector(viewer, list(keys), **self.args)
        if found.__class__ is dict and len(found) <= len(keys):
            # A copy: the selector may keep what it gave, and change it. It hashes nothing again.
            return found.copy()
        if isinstance(found, Mapping):
            return {key: found.get(key) for key in keys}
        raise TypeError(f"Batch selector {self.selector!r} gave {type(found).__name__}, not a mapping of keys.")

    def forget(self) -> None:
        """Drop the remembered values."""
        self.known = {}
        self.values = {}
        if self.loader is not None:
            self.loader.clear_all()


class Loaders:
    """The memory of one request, on one thread: what was loaded once is not loaded again.

    A GraphQL context offers it to resolvers as `context.load`, and to the engine as `context.loaders` or through that
    bound method.
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.calls: Counter[BatchSelector] = Counter()
        """How often each selector was called."""
        self._batches: dict[Hashable, SelectorBatch] = {}

    def load(self, selector: BatchSelector, key: Any, /, **args: Any) -> "Promise[Any]":
        """A promise of the selector's value for `key`: None where it has none, rejected where it is an exception."""
        if key is None:
            return Promise.resolve(None)
        batch = self.batch(selector, args)
        if batch.loader is None:
            batch.loader = _PromiseLoader(self, batch)
        if key in batch.known:
            batch.loader.prime(key, batch.values.get(key))
        return batch.loader.load(key)

    def batch(self, selector: BatchSelector, args: dict[str, Any]) -> SelectorBatch:
        """The one batch of a selector with these arguments."""
        identity = (selector, freeze(args)) if args else selector
        batch = self._batches.get(identity)
        if batch is None:
            batch = self._batches[identity] = SelectorBatch(selector, args)
        return batch

    def want(self, batch: SelectorBatch, keys: Iterable[Any]) -> None:
        """Load what is not known of these keys when nothing else is left to run; `batch.values` has it afterwards.

        A null key is no key. TypeError, before anything is wanted, if one of them is not hashable.
        """
        missing = dict.fromkeys(keys)
        missing.pop(None, None)
        if batch.known:
            missing = {key: None for key in missing if key not in batch.known}
        if missing:
            batch.wanted.update(missing)
            run_later(self._run)

    def forget(self) -> None:
        """Drop every remembered value; what is wanted already stays wanted."""
        for batch in self._batches.values():
            batch.forget()

    def _run(self) -> None:
        run_to_rest(self._dispatch)

    def _dispatch(self) -> None:
        for batch in list(self._batches.values()):
            if batch.wanted:
                self.calls[batch.selector] += 1
                batch.fetch(self.viewer)


class _PromiseLoader(DataLoader):
    """A promise DataLoader whose queue is dispatched with its selector's batch instead of by itself."""

    def __init__(self, loaders: Loaders, batch: SelectorBatch) -> None:
        super().__init__(self._remembered)
        self.loaders = loaders
        self.selector_batch = batch

    def do_resolve_reject(self, key: Any, resolve: Callable[[Any], None], reject: Callable[[Exception], None]) -> None:
        self._queue.append(Loader(key=key, resolve=resolve, reject=reject))
        self.loaders.want(self.selector_batch, (key,))

    def _remembered(self, keys: list[Any]) -> "Promise[list[Any]]":
        values = self.selector_batch.values
        return Promise.resolve([values.get(key) for key in keys])


def loaders_of(context: Any) -> Loaders | None:
    """The Loaders behind a GraphQL context: its `loaders`, or the object that its `load` is bound to."""
    loaders = getattr(context, "loaders", None)
    if not isinstance(loaders, Loaders):
        loaders = getattr(getattr(context, "load", None), "__self__", None)
    return loaders if isinstance(loaders, Loaders) else None


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for an argument, equal only for equal values of equal types (1, 1.0 and True differ).

    TypeError for a value that is neither hashable nor made of dicts, lists and sets.
    """
    if isinstance(value, Mapping):
        return (Mapping, frozenset((key, freeze(item)) for key, item in value.items()))
    if isinstance(value, (list, tuple)):
        return (list, tuple(freeze(item) for item in value))
    if isinstance(value, (set, frozenset)):
        return (set, frozenset(freeze(item) for item in value))
    hash(value)
    return (type(value), value)
