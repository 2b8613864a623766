"""`visible_to`: fields and types that not everybody may read. Who may not is told null, and FORBIDDEN with the path.

    OWN = Rule("own", "For the person alone.", allows=lambda viewer, user: viewer.user_id == user.pk)
    phone = visible_to(graphene.Field(graphene.String, description="How to call."), OWN)

It is the second line: selectors give only rows that the viewer may see. A type over rows that are not everybody's names
the rule that holds for each of its fields which has none of its own.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import graphene
from graphene.types.unmountedtype import UnmountedType
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from promise import Promise

from engine import Batch, BatchSelector, Relation
from kernel.viewer import Viewer
from schema.core.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read a field. `words` is a sentence for the field's description, and for whoever may not.

    `allows` judges one row at a time and asks nobody; or `batch` judges all rows of a level in one call, by `key`. What
    they do not say yes to is denied.
    """

    name: str
    words: str
    allows: Callable[[Viewer, Any], bool] | None = None
    batch: BatchSelector | None = None
    key: Callable[[Any], Hashable] = attrgetter("pk")

    def __post_init__(self) -> None:
        assert (self.allows is None) is not (self.batch is None), "a rule judges by `allows` or by `batch`"


SHOWN = Rule(
    "shown",
    "For those who are signed in, as far as they are shown it.",
    allows=lambda viewer, row: viewer.is_authenticated,
)
"""For types whose rows a selector picks for the viewer: nobody who is not signed in ever reads one."""

_private: dict[type, Rule] = {}


def visible_to(field: graphene.Field | UnmountedType, rule: Rule) -> graphene.Field:
    """The field, which only those whom the rule allows may read from now on. It must be nullable."""
    if isinstance(field, UnmountedType):
        field = field.Field()
    field.visible_to = rule
    return field


def private[Type: type](rule: Rule) -> Callable[[Type], Type]:
    """Class decorator for a type over rows that are not everybody's: the rule of its fields that have none.

    Answers that hold such a type are never shared among viewers.
    """

    def mark(type_: Type) -> Type:
        _private[type_] = rule
        return type_

    return mark


def rule_of_type(type_: type | None) -> Rule | None:
    """The rule of a type whose rows are not everybody's."""
    return _private.get(type_) if type_ is not None else None


def apply_visibility(schema: GraphQLSchema) -> None:
    """Guard the fields that `visible_to` and `private` collected; Graphene has no word for it."""
    for type_ in schema.type_map.values():
        graphene_type = getattr(type_, "graphene_type", None)
        if graphene_type is None or not isinstance(type_, GraphQLObjectType):
            continue
        for attribute, declared in graphene_type._meta.fields.items():
            field = type_.fields[getattr(declared, "name", None) or to_camel_case(attribute)]
            rule = getattr(declared, "visible_to", None)
            if rule is not None:
                assert not isinstance(field.type, GraphQLNonNull), f"{type_.name}.{attribute} cannot be null"
                field.description = f"{field.description} {rule.words} Others get null and `FORBIDDEN`."
            rule = rule or rule_of_type(graphene_type)
            if rule is not None:
                _guard(field, rule)


def _guard(field: GraphQLField, rule: Rule) -> None:
    assert field.resolve is not None, "Graphene gives every field a resolver"
    field.resolve = Guarded(field.resolve, rule)


class Guarded(Batch):
    """A resolver that is asked only for the rows that the viewer may read it of; for all others it gives an error."""

    def __init__(self, resolver: Callable[..., Any], rule: Rule) -> None:
        super().__init__(self._values)
        self.resolver = resolver
        self.rule = rule
        inner = getattr(resolver, "batch", None)
        self._inner_batch = inner if callable(inner) and not isinstance(inner, Relation) else None

    def _values(self, sources: list[Any], info: GraphQLResolveInfo, **arguments: Any) -> list[Any]:
        if self.rule.batch is not None:
            return [self._promised(source, info, arguments) for source in sources]
        verdicts = [self._verdict(source, info) for source in sources]
        allowed = [source for source, verdict in zip(sources, verdicts, strict=True) if verdict is True]
        values = iter(self._resolved(allowed, info, arguments))
        return [next(values) if verdict is True else verdict for verdict in verdicts]

    def _verdict(self, source: Any, info: GraphQLResolveInfo) -> Any:
        """True, or the error to give instead of a value."""
        assert self.rule.allows is not None
        try:
            return self.rule.allows(info.context.viewer, source) is True or self._denied()
        except Exception as error:  # noqa: BLE001 - a rule that fails has not said yes
            return error

    def _promised(self, source: Any, info: GraphQLResolveInfo, arguments: dict[str, Any]) -> Any:
        try:
            verdict: Promise[Any] = info.context.load(self.rule.batch, self.rule.key(source))
        except Exception as error:  # noqa: BLE001 - the same
            return error
        return verdict.then(partial(self._after, source, info, arguments))

    def _after(self, source: Any, info: GraphQLResolveInfo, arguments: dict[str, Any], verdict: Any) -> Any:
        if verdict is not True:
            raise self._denied()
        return self.resolver(source, info, **arguments)

    def _resolved(self, sources: list[Any], info: GraphQLResolveInfo, arguments: dict[str, Any]) -> list[Any]:
        if self._inner_batch is not None and sources:
            return list(self._inner_batch(sources, info, **arguments))
        values: list[Any] = []
        for source in sources:
            try:
                values.append(self.resolver(source, info, **arguments))
            except Exception as error:  # noqa: BLE001 - the engine puts it into the answer
                values.append(error)
        return values

    def _denied(self) -> NotAllowed:
        return NotAllowed(f"You may not read this. {self.rule.words}")
