"""The one shape of every mutation: a required input, a payload of its own, and typed refusals.

A mutation's class holds its words: a docstring, `errors`, `class Input`, the payload's fields, and `run`, which
calls a service. The input type, the payload, the error type and its code enum are made from these, and so is what
every mutation has in common: nobody but who is signed in, no key without the scope, an idempotency key.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLResolveInfo

from engine import ListSize
from kernel import idempotency
from kernel.errors import DomainError, Invalid, KeyReused
from kernel.viewer import Scope, Viewer
from schema.core import outcomes
from schema.core.costs import costs
from schema.core.errors import KeyForbidden, Unauthenticated

MUTATION_COST = 10
_KEY = "idempotency_key"


class UserError(graphene.Interface):
    """Why a mutation refused, in words and as a path into its input."""

    field = graphene.List(graphene.NonNull(graphene.String), description="Path to the input field at fault, if one is.")
    message = graphene.String(required=True, description="For people. Not stable: branch on `code`.")
    is_retryable = graphene.Boolean(
        required=True, description="Whether the same input may succeed later, without anything else being changed."
    )


class Mutation(graphene.ObjectType):
    """Subclass with a docstring, `Input`, `errors`, the payload's fields and `run(viewer, **input)`.

    `is_open`: also for those who are not signed in. `scope`: what an API key must have; without one no key may.
    `is_idempotent`: takes an `idempotencyKey`; the objects of its payload are then nodes.
    """

    class Meta:
        abstract = True

    errors: ClassVar[tuple[type[DomainError], ...]] = ()
    cost: ClassVar[int] = MUTATION_COST
    is_open: ClassVar[bool] = False
    is_idempotent: ClassVar[bool] = False
    scope: ClassVar[Scope | None] = None
    expected: ClassVar[tuple[type[DomainError], ...]]
    input_type: ClassVar[type[graphene.InputObjectType]]
    error_type: ClassVar[type[graphene.ObjectType]]
    run: ClassVar[Callable[..., dict[str, Any]]]

    @classmethod
    def __init_subclass_with_meta__(cls, **options: Any) -> None:
        name = cls.__name__
        words = dict(vars(cls.Input), __doc__=f"What `{_field_name(name)}` needs.")
        cls.expected = cls.errors
        if cls.is_idempotent:
            cls.expected = tuple(dict.fromkeys((*cls.errors, Invalid, KeyReused)))
            words[_KEY] = graphene.String(
                description="Made up by the client for this one act, a UUID for example: sent again within 24 hours, "
                "the act is not repeated, and the first answer comes again."
            )
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
        words = f"{cls.__doc__}\n\n{_who(cls)}"
        field = graphene.Field(cls, required=True, description=words, resolver=cls.resolve, input=argument)
        return costs(field, weight=cls.cost)

    @classmethod
    def resolve(cls, root: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> "Mutation":
        viewer: Viewer = info.context.viewer
        cls._admit(viewer)
        try:
            return cls(user_errors=[], **cls._act(viewer, input))
        except cls.expected as refusal:
            path = ["input", *map(to_camel_case, refusal.field.split("."))] if refusal.field else None
            error = cls.error_type(
                field=path, message=str(refusal), code=refusal.code, is_retryable=refusal.is_retryable
            )
            return cls(user_errors=[error], **cls.beside(viewer, refusal))

    @classmethod
    def beside(cls, viewer: Viewer, refusal: DomainError) -> dict[str, Any]:
        """What the payload holds beside a refusal: nothing, unless a mutation says otherwise."""
        return {}

    @classmethod
    def _admit(cls, viewer: Viewer) -> None:
        if not viewer.is_authenticated and not cls.is_open:
            raise Unauthenticated("Sign in first: send `Authorization: Bearer <token>`.")
        if viewer.key_id is not None and (cls.scope is None or not viewer.allows(cls.scope)):
            needed = f"needs the scope `{cls.scope}`" if cls.scope else "is not for API keys"
            raise KeyForbidden(f"`{_field_name(cls.__name__)}` {needed}.")

    @classmethod
    def _act(cls, viewer: Viewer, input: dict[str, Any]) -> dict[str, Any]:
        values = {name: value for name, value in input.items() if name != _KEY}
        key = input.get(_KEY)
        if key is None:
            return cls.run(viewer, **values)
        made: dict[str, Any] = {}

        def act() -> dict[str, Any]:
            made.update(cls.run(viewer, **values))
            return outcomes.plain(made)

        outcome, is_new = idempotency.once(act, by=viewer, operation=_field_name(cls.__name__), key=key, input=values)
        return made if is_new else outcomes.recalled(viewer, outcome)


def _who(cls: type[Mutation]) -> str:
    """Who may call it at all, for the description."""
    people = "Open to everybody." if cls.is_open else "For people who are signed in."
    return f"{people} For API keys with the scope `{cls.scope}`." if cls.scope else people


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
