"""What an operation can cost, worked out from its document before anything is run.

Each object that may come back costs 1, and a field its weight for each of its parents. A list multiplies what is below
it by its size: the value of its slicing argument, else that argument's default, else the size that it declares. The
declarations are those of IBM's GraphQL Cost Directives (https://ibm.github.io/graphql-specs/cost-spec.html), where an
object weighs 1 and a scalar nothing unless declared otherwise.

The price is the most that an execution can cost, which counts its objects and weights by the same rule.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from graphql.execution.execute import get_field_def

from engine.bills import (
    MAX_PRICE,
    NOTHING,
    Bill,
    Reckoning,
    Size,
    Term,
    dearest,
    evaluate,
    items,
    objects,
    remembered,
    total,
    under_conditions,
)
from engine.introspection import IntrospectionSizes

# Objects in a list of objects that declares no size.
UNDECLARED_SIZE = 100


@dataclass(frozen=True, slots=True)
class ListSize:
    """How many objects a field can give: its own, or with `sized_fields` those of the lists in the object it gives."""

    assumed: int
    """The most there are where no slicing argument has a value."""
    slicing_arguments: tuple[str, ...] = ()
    """Their values are the most there are; of an argument that is a list, its length."""
    sized_fields: tuple[str, ...] = ()
    most: int | None = None
    """The greatest value that a slicing argument may have."""


@dataclass(frozen=True, slots=True)
class FieldCost:
    """What a field costs; kept in `GraphQLField.extensions["cost"]`."""

    weight: int = 0
    """Points for each parent that it is resolved for, beside the objects that it gives."""
    list_size: ListSize | None = None


class SliceTooLarge(GraphQLError):
    """A slicing argument asks for more than its list gives at a time."""

    def __init__(self, argument: str, most: int, node: FieldNode) -> None:
        super().__init__(f"`{argument}` must be between 0 and {most}.", node)
        self.argument = argument
        self.most = most


FREE = FieldCost()


def _cost_of(definition: GraphQLField) -> FieldCost:
    cost: FieldCost = definition.extensions.get("cost", FREE)
    return cost


class Price:
    """What one operation can cost, under any values of its variables."""

    def __init__(self, term: Term) -> None:
        self._term = term

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same under all values."""
        return isinstance(self._term, Bill)

    def under(self, variables: dict[str, Any]) -> int:
        """The points under these coerced variables, at most MAX_PRICE. SliceTooLarge for a page that is too large."""
        return evaluate(self._term, Reckoning(variables)).once


class Pricer:
    """Prices the operations of one schema; safe to share between threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.introspection = IntrospectionSizes(schema)
        self._weights: dict[tuple[str, str], int] = {}

    def weight(self, parent: GraphQLNamedType, name: str, definition: GraphQLField) -> int:
        """The weight of a field; on an interface that of the heaviest behind it, which may be the one that runs."""
        if not isinstance(parent, GraphQLInterfaceType):
            return _cost_of(definition).weight
        weight = self._weights.get((parent.name, name))
        if weight is None:
            behind = [type_.fields.get(name, definition) for type_ in self.schema.get_possible_types(parent)]
            weight = max(_cost_of(field).weight for field in (definition, *behind))
            self._weights[parent.name, name] = weight
        return weight

    def price(
        self,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        root_type: GraphQLObjectType,
    ) -> Price:
        """The price of an operation, in one walk over it and over each of its fragments."""
        try:
            return Price(_Pricing(self, fragments).selection(operation.selection_set, root_type, _Spot()))
        except RecursionError:
            # Nested too deeply to be executed, too.
            return Price(Bill(MAX_PRICE))


class _Spot(NamedTuple):
    """What the field above says of a selection."""

    sized_fields: tuple[str, ...] = ()
    is_listing: bool = False
    """It is made on every type, field or directive of the schema, once on each."""


class _Pricing:
    """The terms of one operation; those of a fragment are made once for each kind of spot that it is spread at."""

    def __init__(self, pricer: Pricer, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._pricer = pricer
        self._schema = pricer.schema
        self._introspection = pricer.introspection
        self._fragments = fragments
        self._terms: dict[tuple[str, _Spot], Term] = {}

    def selection(self, selections: SelectionSetNode, type_: GraphQLNamedType, spot: _Spot) -> Term:
        """What is selected of an object of this type; of an interface or union, of the dearest type behind it."""
        shared: list[Term] = []
        of_types: dict[str, list[Term]] = {}
        for node in selections.selections:
            inner = self._inner_type(node, type_)
            if inner is None:
                continue
            term = under_conditions(node.directives, self._term(node, inner, spot))
            if inner is not type_ and isinstance(inner, GraphQLObjectType) and is_abstract_type(type_):
                of_types.setdefault(inner.name, []).append(term)
            else:
                shared.append(term)
        if of_types:
            shared.append(dearest([total(terms) for terms in of_types.values()]))
        return total(shared)

    def _inner_type(self, node: SelectionNode, type_: GraphQLNamedType) -> GraphQLNamedType | None:
        condition = None
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
        elif isinstance(node, FragmentSpreadNode):
            fragment = self._fragments.get(node.name.value)
            if fragment is None:
                return None
            condition = fragment.type_condition
        return self._schema.get_type(condition.name.value) if condition else type_

    def _term(self, node: SelectionNode, type_: GraphQLNamedType, spot: _Spot) -> Term:
        if isinstance(node, FieldNode):
            return self._field(node, type_, spot)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set, type_, spot)
        assert isinstance(node, FragmentSpreadNode)
        key = node.name.value, spot
        if key not in self._terms:
            # Holds the place while it is made: a fragment that spreads itself is refused elsewhere, and ends here.
            self._terms[key] = NOTHING
            self._terms[key] = remembered(self.selection(self._fragments[key[0]].selection_set, type_, spot))
        return self._terms[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType, spot: _Spot) -> Term:
        definition = self._definition(node, parent)
        if definition is None:
            return NOTHING
        name, declared = node.name.value, _cost_of(definition).list_size
        weight = self._pricer.weight(parent, name, definition)
        named = get_named_type(definition.type)
        if not is_composite_type(named) or node.selection_set is None:
            return Bill(weight)
        size: Size = 1
        is_listing = False
        if declared is not None:
            size = _declared_size(declared, definition, node)
        elif _is_list(definition):
            known = self._introspection.size(parent.name, name, is_listing=spot.is_listing)
            size, is_listing = known or (UNDECLARED_SIZE, False)
        sized_fields = declared.sized_fields if declared else ()
        below = self.selection(node.selection_set, named, _Spot(sized_fields, is_listing))
        if name in spot.sized_fields:
            return items(weight, below)
        return objects(weight, size, below, is_page=bool(sized_fields))

    def _definition(self, node: FieldNode, parent: GraphQLNamedType) -> GraphQLField | None:
        if isinstance(parent, GraphQLUnionType) and node.name.value != "__typename":
            return None
        definition: GraphQLField | None = get_field_def(self._schema, parent, node)  # type: ignore[arg-type]
        return definition


def _is_list(definition: GraphQLField) -> bool:
    type_ = definition.type
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _declared_size(declared: ListSize, definition: GraphQLField, node: FieldNode) -> Size:
    """The value of the slicing argument, the greatest where there are several; else the declared size."""
    written = {argument.name.value: argument.value for argument in node.arguments}
    slices: list[tuple[str, Any, Any]] = []
    for name in declared.slicing_arguments:
        default = definition.args[name].default_value
        slices.append((name, written.get(name, default), default))

    def size(variables: dict[str, Any]) -> int:
        lengths: list[int] = []
        for name, value, default in slices:
            given = variables.get(value.name.value, default) if isinstance(value, VariableNode) else value
            length = _length(given)
            if length is not None and declared.most is not None and length > declared.most:
                raise SliceTooLarge(name, declared.most, node)
            if length is not None:
                lengths.append(max(length, 0))
        return max(lengths, default=declared.assumed)

    if any(isinstance(value, VariableNode) for _, value, _ in slices):
        return size
    try:
        return size({})
    except SliceTooLarge:
        # Told when the price is asked for, and only if the field is not skipped.
        return size


def _length(value: Any) -> int | None:
    """How many a slicing argument asks for; None where it is left out, or null."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, int):
        return value
    if isinstance(value, (list, tuple)):
        return len(value)
    if value is None or value is Undefined or isinstance(value, NullValueNode):
        return None
    # One value where a list is asked for stands for a list of it.
    return 1
