"""Types over models: columns named one by one, their nullability, enums and descriptions taken from the model."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any
from uuid import UUID

import graphene
from django.contrib.postgres.fields import ArrayField
from django.db import models
from graphene_django import DjangoObjectType
from graphene_django.registry import get_global_registry
from graphql import GraphQLResolveInfo

from engine import BatchSelector, Computed
from schema.core import ids, visibility
from schema.core.scalars import URL, DateTime
from schema.core.visibility import Rule, private

type Column = models.Field[Any, Any]

_enums: dict[type[Enum], type[graphene.Enum]] = {}
_type_names: dict[type[models.Model], str] = {}
_KEY_PARSERS: dict[type, Callable[[str], Any]] = {models.UUIDField: UUID}


def enum_of(choices: type[Enum], *, name: str | None = None) -> type[graphene.Enum]:
    """The GraphQL enum of a closed set, under the same name unless told another, described by its labels.

    There is one for each, under the name that was told first.
    """
    if choices not in _enums:
        words = {choice.value: getattr(choice, "label", choice.name.capitalize()) for choice in choices}
        # Of the very members: a row that was just made may hold one of them instead of its value.
        _enums[choices] = graphene.Enum.from_enum(
            choices, name=name, description=lambda member: f"{words[member.value]}." if member else choices.__doc__
        )
    return _enums[choices]


def known_enums() -> list[type[Enum]]:
    """Every closed set that has become an enum."""
    return list(_enums)


def _model_of(class_: type) -> type:
    """The model behind a class: that of slotted rows is their class's `model`, and an instance's is its class."""
    model: type = getattr(class_, "model", class_)
    return model


def global_id_of(row: Any) -> str:
    """The global id of a row of a type that is a node. Raises `TypeError` for anything else."""
    name = _type_names.get(_model_of(type(row)))
    if name is None or not ids.is_known(name):
        raise TypeError(f"{type(row).__name__} is no node.")
    return ids.encode(name, row.pk)


class Node(graphene.Interface):
    """An object with an id of its own, by which `node` finds it again."""

    id = graphene.ID(required=True, description="Opaque, and unique across all types.")

    @classmethod
    def resolve_type(cls, instance: Any, info: GraphQLResolveInfo) -> str | None:
        return _type_names.get(_model_of(type(instance)))


class ModelType(DjangoObjectType):
    """A type over a model. `Meta` takes `model`, `columns` (scalar columns only) and `batch`, which finds rows by key.

    With a `batch` the type is a `Node`. An empty string in a column that may be blank is null to the outside.
    `private_to` is the rule of a type whose rows are not everybody's, `visible_to` has the rules of single columns:
    these are nullable.
    """

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(
        cls,
        *,
        model: type[models.Model],
        columns: Sequence[str],
        choices: dict[str, type[Enum]] | None = None,
        batch: BatchSelector | None = None,
        private_to: Rule | None = None,
        visible_to: Mapping[str, Rule] | None = None,
        **options: Any,
    ) -> None:
        registry = get_global_registry()
        for name in columns:
            column = model._meta.get_field(name)
            assert isinstance(column, models.Field)
            rule = (visible_to or {}).get(name)
            field = _field_of(column, (choices or {}).get(name), is_nullable=rule is not None)
            registry.register_converted_field(column, visibility.visible_to(field, rule) if rule else field)
        if batch:
            cls.resolve_id = Computed(_id_of(options.get("name") or cls.__name__))
        super().__init_subclass_with_meta__(
            model=model,
            fields=list(columns),
            interfaces=(Node,) if batch else (),
            description=cls.__doc__,
            **options,
        )
        _type_names[model] = cls._meta.name
        if private_to:
            private(private_to)(cls)
        if batch:
            parse_key = _KEY_PARSERS.get(type(model._meta.pk), ids.small_int)
            ids.register(cls._meta.name, ids.NodeSource(parse_key, batch))

    @classmethod
    def is_type_of(cls, root: Any, info: GraphQLResolveInfo) -> bool:
        """Depends on the class alone, which is what lets the engine ask once a class."""
        return bool(_type_names.get(_model_of(type(root))) == cls._meta.name)


def _field_of(column: Column, choices: type[Enum] | None, *, is_nullable: bool = False) -> graphene.Field:
    description = str(column.help_text)
    assert description, f"{column} needs a help_text: it is the public description."
    if isinstance(column, ArrayField):
        member = enum_of(choices) if choices else graphene.String
        items = graphene.List(graphene.NonNull(member))
        return graphene.Field(items, required=not is_nullable, description=description)
    kind: Any
    if choices:
        kind = enum_of(choices)
    elif isinstance(column, models.DateTimeField):
        kind = DateTime
    elif isinstance(column, models.URLField):
        kind = URL
    elif isinstance(column, models.BooleanField):
        kind = graphene.Boolean
    elif isinstance(column, models.IntegerField):
        kind = graphene.Int
    elif isinstance(column, models.FloatField):
        kind = graphene.Float
    else:
        kind = graphene.String
    may_be_blank = column.blank and not column.null and kind is not graphene.Boolean
    resolver = Computed(_blank_as_null(column.attname)) if may_be_blank else None
    is_required = not (column.null or may_be_blank or is_nullable)
    return graphene.Field(kind, required=is_required, description=description, resolver=resolver)


def _id_of(type_name: str) -> Callable[[Any], str]:
    def id_of(row: Any) -> str:
        return ids.encode(type_name, row.pk)

    return id_of


def _blank_as_null(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)

    def value(row: Any) -> Any:
        return read(row) or None

    return value
