"""graphql-core's validation in a leaner walk: the same rules, in the same order, with the same errors.

graphql-core's walk can edit what it visits, and asks every rule at every node. Here a document is only read, its names
are passed by, for no rule looks at a name by itself, and a rule is called for the nodes that it has a method for.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from graphql import (
    BREAK,
    SKIP,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    ValidationContext,
    Visitor,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.validation.validate import FragmentNestingVisitor, ValidationAbortedError
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

from engine.sources import FastSource

_NOT_VISITED = ("name", "alias", "description")
_KEYS = {kind: tuple(key for key in keys if key not in _NOT_VISITED) for kind, keys in QUERY_DOCUMENT_KEYS.items()}


def validate_document(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Collection[type[ASTValidationRule]],
    *,
    max_errors: int,
    suggest: bool,
) -> list[GraphQLError]:
    """What is wrong with the document, at most so many errors and one that says that there are more.

    `suggest` has the errors name what may have been meant, which takes a while for each.
    """
    errors: list[GraphQLError] = []

    def report(error: GraphQLError) -> None:
        if len(errors) >= max_errors:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        errors.append(error)

    types = TypeInfo(schema)
    context = _Context(schema, document, types, report, hide_suggestions=not suggest)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    if fragments:
        # Gives up on fragments that are nested too deeply for rules that recurse through them.
        visitors.insert(0, FragmentNestingVisitor(fragments))
    aborted = None
    try:
        _Walk(types, visitors).visit(document, None, None)
    except ValidationAbortedError as error:
        aborted = error.message
    except RecursionError:
        aborted = "Validation aborted."
    if aborted is not None:
        # Made anew, outside the handlers, so that it keeps no frame of the walk alive.
        errors.append(ValidationAbortedError(aborted))
    return errors


type _Method = Callable[..., Any]


class _Context(ValidationContext):
    """What rules ask for about a document, remembered by the identity of its nodes: they hash by all that they hold."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._spreads: dict[int, list[FragmentSpreadNode]] = {}
        self._usages: dict[int, list[VariableUsage]] = {}

    def get_fragment_spreads(self, node: SelectionSetNode) -> list[FragmentSpreadNode]:
        spreads = self._spreads.get(id(node))
        if spreads is None:
            spreads = self._spreads[id(node)] = []
            waiting = [node]
            while waiting:
                for selection in waiting.pop().selections:
                    if isinstance(selection, FragmentSpreadNode):
                        spreads.append(selection)
                    elif isinstance(selection, (FieldNode, InlineFragmentNode)) and selection.selection_set:
                        waiting.append(selection.selection_set)
        return spreads

    def get_variable_usages(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> list[VariableUsage]:
        usages = self._usages.get(id(node))
        if usages is None:
            visitor = VariableUsageVisitor(self._type_info)
            if "$" in _text_of(node):
                _Walk(self._type_info, [visitor]).visit(node, None, None)
            usages = self._usages[id(node)] = visitor.usages
        return usages


def _text_of(node: Node) -> str:
    """What was written for a node; for one that was not parsed something that may hold anything."""
    if node.loc is None:
        return "$"
    source = node.loc.source
    text = source.text if isinstance(source, FastSource) else source.body
    return text[node.loc.start : node.loc.end]


class _Kind(NamedTuple):
    """What is to be done at the nodes of one kind; the numbers are those of the visitors."""

    enter_type: _Method | None
    leave_type: _Method | None
    enter: list[tuple[int, _Method]]
    leave: list[tuple[int, _Method]]
    keys: tuple[str, ...]


class _Walk:
    """One walk over a document with all visitors at once."""

    def __init__(self, types: TypeInfo, visitors: list[Visitor]) -> None:
        self._types = types
        self._visitors = visitors
        self._is_active = [True] * len(visitors)
        self._kinds: dict[str, _Kind] = {}
        self._path: list[str | int] = []
        self._ancestors: list[Any] = []

    def visit(self, node: Node, key: str | int | None, parent: Any) -> None:
        """Call the visitors for a node and all below it, as graphql-core's ParallelVisitor does."""
        kind = self._kinds.get(node.kind) or self._learn(node.kind)
        if kind.enter_type is not None:
            kind.enter_type(node)
        skipped = self._enter(kind, node, key, parent)
        if parent is not None:
            self._ancestors.append(parent)
        for name in kind.keys:
            child = getattr(node, name, None)
            if child:
                self._path.append(name)
                if isinstance(child, tuple):
                    self._visit_each(child, node)
                else:
                    self.visit(child, name, node)
                self._path.pop()
        if parent is not None:
            self._ancestors.pop()
        for number, leave in kind.leave:
            if self._is_active[number] and _is_break(leave(node, key, parent, self._path, self._ancestors)):
                self._is_active[number] = False
        for number in skipped:
            self._is_active[number] = True
        if kind.leave_type is not None:
            kind.leave_type()

    def _visit_each(self, children: tuple[Node, ...], owner: Node) -> None:
        self._ancestors.append(owner)
        for index, child in enumerate(children):
            self._path.append(index)
            self.visit(child, index, children)
            self._path.pop()
        self._ancestors.pop()

    def _enter(self, kind: _Kind, node: Node, key: str | int | None, parent: Any) -> list[int]:
        """The numbers of the visitors that skip the node."""
        skipped: list[int] = []
        for number, enter in kind.enter:
            if self._is_active[number]:
                action = enter(node, key, parent, self._path, self._ancestors)
                if action is None:
                    continue
                if action is SKIP or action is False:
                    self._is_active[number] = False
                    skipped.append(number)
                elif _is_break(action):
                    self._is_active[number] = False
        return skipped

    def _learn(self, name: str) -> _Kind:
        methods = [visitor.get_enter_leave_for_kind(name) for visitor in self._visitors]
        kind = self._kinds[name] = _Kind(
            getattr(self._types, f"enter_{name}", None),
            getattr(self._types, f"leave_{name}", None),
            [(number, method.enter) for number, method in enumerate(methods) if method.enter],
            [(number, method.leave) for number, method in enumerate(methods) if method.leave],
            _KEYS.get(name, ()),
        )
        return kind


def _is_break(action: Any) -> bool:
    return action is BREAK or action is True
