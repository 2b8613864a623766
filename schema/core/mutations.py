"""The one shape of every mutation: a required input, a payload of its own, and typed refusals.

A mutation's class holds its words: a docstring, `errors`, `class Input`, the payload's fields, and `run`, which
calls a service. The input type, the payload, the error type and its code enum are made from these.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLResolveInfo

from engine import ListSize
from kernel.errors import DomainError
from schema.core.costs import costs

MUTATION_COST = 10


class UserError(graphene.Interface):
    """Why a mutation refused, in words and as a path into its input."""

    field = graphene.List(graphene.NonNull(graphene.String), description="Path to the input field at fault, if one is.")
    message = graphene.String(required=True, description="For people. Not stable: branch on `code`.")


class Mutation(graphene.ObjectType):
    """Subclass with a docstring, `Input`, `errors`, the payload's fields and `run(viewer, **input)`."""

    class Meta:
        abstract = True

    errors: ClassVar[tuple[type[DomainError], ...]] = ()
    cost: ClassVar[int] = MUTATION_COST
    expected: ClassVar[tuple[type[DomainError], ...]]
    input_type: ClassVar[type[graphene.InputObjectType]]
    error_type: ClassVar[type[graphene.ObjectType]]
    run: ClassVar[Callable[..., dict[str, Any]]]

    @classmethod
    def __init_subclass_with_meta__(cls, **options: Any) -> None:
        name = cls.__name__
        cls.expected = cls.errors
        words = dict(vars(cls.Input), __doc__=f"What `{_field_name(name)}` needs.")
        cls.input_type = type(f"{name}Input", (graphene.InputObjectType,), words)
        cls.error_type = _error_type(name, cls.expected)
        cls.user_errors = costs(
            graphene.Field(
                graphene.List(graphene.NonNull(cls.error_type)),
                required=True,
                description="Why it was refused; empty on success.",
            ),
            list_size=ListSize(1),
        )
        super().__init_subclass_with_meta__(
            name=f"{name}Payload", description=f"What `{_field_name(name)}` did.", **options
        )

    @classmethod
    def field(cls) -> graphene.Field:
        """The field of the root type that runs the mutation."""
        argument = graphene.Argument(
            cls.input_type, required=True, description=f"What `{_field_name(cls.__name__)}` needs."
        )
        field = graphene.Field(cls, required=True, description=cls.__doc__, resolver=cls.resolve, input=argument)
        return costs(field, weight=cls.cost)

    @classmethod
    def resolve(cls, root: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> "Mutation":
        try:
            return cls(user_errors=[], **cls.run(info.context.viewer, **input))
        except cls.expected as refusal:
            path = ["input", to_camel_case(refusal.field)] if refusal.field else None
            return cls(user_errors=[cls.error_type(field=path, message=str(refusal), code=refusal.code)])


def _field_name(class_name: str) -> str:
    return class_name[0].lower() + class_name[1:]


def _error_type(name: str, errors: tuple[type[DomainError], ...]) -> type[graphene.ObjectType]:
    messages = {error.code: error.message for error in errors}
    code = graphene.Enum(
        f"{name}ErrorCode",
        [(error.code, error.code) for error in errors],
        description=lambda value: (
            messages[value.value] if value else f"Every reason for which `{_field_name(name)}` refuses."
        ),
    )
    return type(
        f"{name}Error",
        (graphene.ObjectType,),
        {
            "__doc__": f"Why `{_field_name(name)}` refused.",
            "Meta": type("Meta", (), {"interfaces": (UserError,)}),
            "code": code(required=True, description="Stable and machine-readable."),
        },
    )
