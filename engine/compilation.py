"""An operation made ready to execute: which fields each object type has at each spot of the document."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields
from graphql.execution.execute import get_field_def

from engine.fields import Field, Wrapper
from engine.fusing import Fused

# Fragments can nest deeper than any document is written, or any answer can be serialised.
MAX_DEPTH = 200


class Selection:
    """The fields of one object type at one spot of the document, in the order of the answer."""

    __slots__ = ("fields", "fused", "is_too_deep", "template", "type", "weight")

    def __init__(self, type_: GraphQLObjectType, fields: list[Field], depth: int) -> None:
        self.type = type_
        self.fields = fields
        self.is_too_deep = depth > MAX_DEPTH
        self.weight = sum(field.weight for field in fields)
        """What its fields cost for each object."""
        self.template: dict[str, Any] = {field.key: None for field in fields}
        self.fused = Fused(self)


class Shape:
    """The selections of an operation under one set of values for the variables of its @skip and @include."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        root_type: GraphQLObjectType,
        conditions: dict[str, Any],
        wrappers: Sequence[Wrapper] = (),
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.operation = operation
        self.conditions = conditions
        self._wrappers = wrappers
        self.sights = 0
        """How often this shape was executed; code is generated for it from the second time on."""
        self._selections: dict[tuple[Field, str], Selection] = {}
        selected = collect_fields(schema, fragments, conditions, root_type, operation.selection_set)
        self.root = self._selection(root_type, selected, 1)

    def selection(self, field: Field, type_: GraphQLObjectType) -> Selection:
        """What is selected of a field's objects of this type. GraphQLError for a condition without a value."""
        spot = (field, type_.name)
        selection = self._selections.get(spot)
        if selection is None:
            selected = collect_sub_fields(self.schema, self.fragments, self.conditions, type_, field.nodes)
            selection = self._selections[spot] = self._selection(type_, selected, field.depth + 1)
        return selection

    def _selection(self, type_: GraphQLObjectType, selected: dict[str, list[FieldNode]], depth: int) -> Selection:
        fields: list[Field] = []
        for key, nodes in selected.items():
            definition: GraphQLField | None = get_field_def(self.schema, type_, nodes[0])
            if definition is not None:
                fields.append(Field(key, len(fields), nodes, definition, type_, depth, self._wrappers))
        return Selection(type_, fields, depth)
