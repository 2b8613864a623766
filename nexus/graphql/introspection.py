"""`INTROSPECTION=off`: documents that ask for the schema are invalid."""

from typing import Any

from graphql import ASTValidationRule, FieldNode, GraphQLError

from schema.core.errors import IntrospectionOff

_FIELDS = ("__schema", "__type")


class IntrospectionOffRule(ASTValidationRule):
    """Refuses `__schema` and `__type` wherever they stand; `__typename` tells of an answer, and stays."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Report the field, if it is one of the two."""
        name = node.name.value
        if name in _FIELDS:
            refused = IntrospectionOff(f"This server does not tell its schema: `{name}` is switched off.")
            self.report_error(GraphQLError(refused.message, node, original_error=refused))
