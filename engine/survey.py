"""A walk over an operation that tells what it may read, whatever its variables and values are."""

from typing import Any, cast

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.execution.execute import get_field_def


class Survey:
    """What was met so far; unknown fields and fragments, which no valid document has, are passed over."""

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.types: set[str] = set()
        """Names of composite types; of an interface or union also those of the types behind it."""
        self.conditions: set[str] = set()
        """Names of the variables in @skip and @include."""
        self._schema = schema
        self._fragments = fragments
        self._spread: set[str] = set()
        self._waiting: list[tuple[SelectionSetNode, GraphQLNamedType]] = []

    def walk(self, selections: SelectionSetNode, type_: GraphQLNamedType) -> None:
        """Take in everything below a selection set of this type."""
        self._waiting.append((selections, type_))
        while self._waiting:
            selections, parent = self._waiting.pop()
            self._add(parent)
            for selection in selections.selections:
                self._add_conditions(selection.directives)
                if isinstance(selection, FieldNode):
                    self._enter_field(selection, parent)
                elif isinstance(selection, InlineFragmentNode):
                    self._enter_fragment(selection, parent)
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in self._spread:
                    self._spread.add(selection.name.value)
                    fragment = self._fragments.get(selection.name.value)
                    if fragment is not None:
                        self._enter_fragment(fragment, parent)

    def _enter_field(self, node: FieldNode, parent: GraphQLNamedType) -> None:
        if isinstance(parent, GraphQLUnionType):
            return
        definition = get_field_def(self._schema, cast("GraphQLObjectType", parent), node)
        if definition is not None and node.selection_set is not None:
            self._waiting.append((node.selection_set, get_named_type(definition.type)))

    def _enter_fragment(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLNamedType) -> None:
        type_ = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
        if type_ is not None:
            self._waiting.append((node.selection_set, type_))

    def _add(self, type_: GraphQLNamedType) -> None:
        self.types.add(type_.name)
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            self.types.update(possible.name for possible in self._schema.get_possible_types(type_))

    def _add_conditions(self, directives: tuple[DirectiveNode, ...]) -> None:
        for directive in directives:
            if directive.name.value in ("skip", "include"):
                values: list[Any] = [argument.value for argument in directive.arguments]
                self.conditions.update(value.name.value for value in values if isinstance(value, VariableNode))
