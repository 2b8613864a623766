"""The rule "Field Selection Merging", in work that grows with the document and not with the pairs of its fields.

graphql-core compares every field with every other of the same response key, and every fragment with every other. Here
the fields of a response key are gathered, and each is compared with the first: "the same field with the same
arguments" and "a type of the same shape" are equivalences, so no two differ where none differs from the first. The
idea is Simon Adameit's, made at XING for Sangria; graphql-java has it too.

Fields on two different object types are never in one answer together: they need types of the same shape only. The same
field is asked of those that may meet: those on one object type, together with all that are on interfaces and unions.
See https://spec.graphql.org/September2025/#sec-Field-Selection-Merging
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    StringValueNode,
    TypeMetaFieldDef,
    ValidationContext,
    ValidationRule,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

# How many fields may be gathered beyond four times those that are written. Where fields on an interface stand beside
# fields on many of its types, level below level, each combination of types has fields of its own to compare.
MAX_GATHERED = 4_000
# Characters of a name that an error repeats.
MAX_NAME = 100


class Selected:
    """A field as it is written in the document."""

    __slots__ = ("below", "key", "node", "parent", "signature", "type")

    def __init__(self, node: FieldNode, parent: GraphQLNamedType | None, type_: GraphQLOutputType | None) -> None:
        self.node = node
        self.parent = parent
        """The type it is selected on; None where the document names one that is not there."""
        self.type = type_
        self.key = node.alias.value if node.alias else node.name.value
        self.below = (node.selection_set, get_named_type(type_)) if node.selection_set else None
        self.signature: tuple[str, Any] | None = None
        """Its name and arguments in a form that can be compared, once that was asked for."""


type Part = tuple[SelectionSetNode, GraphQLNamedType | None]


class OverlappingFieldsRule(ValidationRule):
    """Fields of one response key can be merged, wherever fragments bring them together.

    It stands in for graphql-core's OverlappingFieldsCanBeMergedRule and refuses the same documents, with one error for
    a response key that names it and the reason.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._selected: dict[int, Selected] = {}
        self._seen: set[Any] = set()
        self._entered: set[str] = set()
        self._waiting: list[tuple[list[Part], bool]] = []
        self._gathered = 0

    def enter_document(self, document: DocumentNode, *_: Any) -> None:
        """Check every definition. A document that brings too many fields together is refused as such."""
        schema = self.context.schema
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                self._waiting.append(([(node.selection_set, schema.get_root_type(node.operation))], True))
        self._check_waiting()
        for node in document.definitions:
            # What an operation spreads was checked there, together with what stands beside it.
            if isinstance(node, FragmentDefinitionNode) and node.name.value not in self._entered:
                self._waiting.append(([self._part_of(node)], True))
                self._check_waiting()

    def _part_of(self, fragment: FragmentDefinitionNode) -> Part:
        return fragment.selection_set, self.context.schema.get_type(fragment.type_condition.name.value)

    def _check_waiting(self) -> None:
        while self._waiting:
            parts, may_meet = self._waiting.pop()
            groups = self._gather(parts, may_meet=may_meet)
            if self._gathered > MAX_GATHERED + 4 * len(self._selected):
                self.report_error(GraphQLError("Fragments bring too many fields together to compare them."))
                self._waiting.clear()
                return
            for fields in groups.values():
                self._check(fields, may_meet=may_meet)

    def _gather(self, parts: list[Part], *, may_meet: bool) -> dict[str, list[Selected]]:
        """The fields of selections that are merged, by response key; each fragment is entered once."""
        groups: dict[str, list[Selected]] = {}
        spread: set[str] = set()
        waiting = parts[::-1]
        while waiting:
            selection_set, parent = waiting.pop()
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode):
                    field = self._selected.get(id(selection)) or self._select(selection, parent)
                    self._gathered += 1
                    group = groups.get(field.key)
                    if group is None:
                        groups[field.key] = [field]
                    else:
                        group.append(field)
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    inner = self.context.schema.get_type(condition.name.value) if condition else parent
                    waiting.append((selection.selection_set, inner))
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                    spread.add(selection.name.value)
                    fragment = self.context.get_fragment(selection.name.value)
                    if fragment is not None:
                        self._gathered += 1
                        waiting.append(self._part_of(fragment))
        if may_meet:
            self._entered |= spread
        return groups

    def _select(self, node: FieldNode, parent: GraphQLNamedType | None) -> Selected:
        name, type_ = node.name.value, None
        if isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)):
            definition = parent.fields.get(name)
            if definition is not None:
                type_ = definition.type
            elif parent is self.context.schema.query_type:
                type_ = _META_TYPES.get(name)
        field = self._selected[id(node)] = Selected(node, parent, type_)
        return field

    def _check(self, fields: list[Selected], *, may_meet: bool) -> None:
        """Compare the fields of one response key, and line up what is selected below them.

        Unless they may meet, some are on types that exclude each other, and only the shapes of their types count.
        """
        if len(fields) == 1:
            # Where it is written, it is checked as one that may meet others; once is enough.
            if may_meet and fields[0].below is not None and id(fields[0]) not in self._seen:
                self._seen.add(id(fields[0]))
                self._waiting.append(([fields[0].below], True))
            return
        together = (frozenset(map(id, fields)), may_meet)
        if together in self._seen:
            return
        self._seen.add(together)
        if not self._have_one_shape(fields):
            return
        meeting = _that_may_meet(fields) if may_meet else []
        if len(meeting) == 1:
            if self._are_one_field(fields):
                self._descend(fields, may_meet=True)
            return
        self._descend(fields, may_meet=False)
        for group in meeting:
            if len(group) == 1:
                self._check(group, may_meet=True)
            elif self._are_one_field(group):
                self._descend(group, may_meet=True)

    def _descend(self, fields: list[Selected], *, may_meet: bool) -> None:
        parts = [field.below for field in fields if field.below is not None]
        if parts:
            self._waiting.append((parts, may_meet))

    def _have_one_shape(self, fields: list[Selected]) -> bool:
        typed = [field for field in fields if field.type is not None]
        for field in typed:
            if field.type is not typed[0].type and _shape(field.type) != _shape(typed[0].type):
                reason = f"they return conflicting types '{typed[0].type}' and '{field.type}'"
                self._report(reason, typed[0], field)
                return False
        return True

    def _are_one_field(self, fields: list[Selected]) -> bool:
        first = fields[0]
        for field in fields:
            if _signature(field) == _signature(first):
                continue
            name, other_name = first.node.name.value, field.node.name.value
            if name != other_name:
                reason = f"'{name[:MAX_NAME]}' and '{other_name[:MAX_NAME]}' are different fields"
            else:
                reason = "they have differing arguments"
            self._report(reason, first, field)
            return False
        return True

    def _report(self, reason: str, field: Selected, other: Selected) -> None:
        message = (
            f"Fields '{field.key[:MAX_NAME]}' conflict because {reason}."
            " Use different aliases on the fields to fetch both if this was intentional."
        )
        self.report_error(GraphQLError(message, [field.node, other.node]))


_META_TYPES = {"__schema": SchemaMetaFieldDef.type, "__type": TypeMetaFieldDef.type}


def _that_may_meet(fields: list[Selected]) -> list[list[Selected]]:
    """For each object type, the fields on it and all those on interfaces and unions; one group if there is one type."""
    types = {field.parent: None for field in fields if isinstance(field.parent, GraphQLObjectType)}
    if len(types) <= 1:
        return [fields]
    groups: dict[Any, list[Selected]] = {type_: [] for type_ in types}
    for field in fields:
        if field.parent in groups:
            groups[field.parent].append(field)
        else:
            for group in groups.values():
                group.append(field)
    return list(groups.values())


def _shape(type_: GraphQLOutputType | None) -> tuple[str, Any]:
    """Equal for two types if no value has to be told apart by them: the lists and nulls, and the type of a leaf."""
    wrappers = ""
    named: Any = type_
    while isinstance(named, (GraphQLList, GraphQLNonNull)):
        wrappers += "[" if isinstance(named, GraphQLList) else "!"
        named = named.of_type
    return wrappers, named if is_leaf_type(named) else None


def _signature(field: Selected) -> tuple[str, Any]:
    if field.signature is None:
        arguments = field.node.arguments
        values = _in_order((argument.name.value, _comparable(argument.value)) for argument in arguments)
        field.signature = field.node.name.value, values
    return field.signature


def _comparable(node: ValueNode) -> tuple[Any, ...]:
    """A value in a form that is equal for equal values; the fields of an object have no order."""
    if isinstance(node, VariableNode):
        return node.kind, node.name.value
    if isinstance(node, ListValueNode):
        return node.kind, *map(_comparable, node.values)
    if isinstance(node, ObjectValueNode):
        return node.kind, *_in_order((field.name.value, _comparable(field.value)) for field in node.fields)
    if isinstance(node, StringValueNode):
        return node.kind, node.value, bool(node.block)
    return node.kind, getattr(node, "value", None)


def _in_order(values: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """By name; those of one name, which is another rule's error, stay as they are written."""
    return sorted(values, key=itemgetter(0))
