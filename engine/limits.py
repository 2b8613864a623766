"""Limits on the form of a document, checked in one linear walk between parsing and validation.

Each definition is walked once; what a fragment holds is worked out once and added wherever it is spread, so that a web
of fragments costs no more to refuse than to read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    is_composite_type,
    parse,
)

from engine.sources import FastSource

# What was found is told no higher: fragments that double each other reach numbers that no JSON can hold.
MAX_FOUND = 1_000_000


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that a document may have of each. What a fragment holds counts as often as it is spread."""

    characters: int = 50_000
    """Ten for each token: room for indentation and for long texts in arguments."""
    tokens: int = 5_000
    """The parser's time is theirs. The explorer's introspection has under 400, a page of a large client some 2,000."""
    operations: int = 5
    """A client sends one, an explorer all that stand in its editor. Each is validated with all of its fragments."""
    fragments: int = 200
    """A page made of components has one for each of them, some dozens."""
    depth: int = 16
    """Fields below fields. The explorer's introspection is 15 deep."""
    root_fields: int = 20
    """Of an operation. Each is a read or an act of its own."""
    selections: int = 2_000
    """Fields and fragments, of all operations together. The explorer's introspection has some 250."""
    aliases: int = 100
    """Of an operation. They ask for one field many times over."""
    directives: int = 100
    """Of an operation: a condition on every second line of a large page."""
    value_depth: int = 20
    """Lists and objects inside one another in an argument. A filter of filters of filters is 8 deep."""
    nested_lists: int = 3
    """Lists of objects inside one another, which multiply: companies, their jobs, the skills of those."""


_WORDS = {
    "characters": "characters",
    "tokens": "tokens",
    "operations": "operations",
    "fragments": "fragments",
    "depth": "levels of fields",
    "root_fields": "root fields in one operation",
    "selections": "fields and fragments",
    "aliases": "aliases in one operation",
    "directives": "directives in one operation",
    "value_depth": "levels of values in an argument",
    "nested_lists": "lists inside one another",
}


class LimitExceeded(GraphQLError):
    """A document has more of something than it may; `found` of tokens is the first number that was too many."""

    def __init__(self, limit: str, most: int, found: int, node: Node | None = None) -> None:
        found = min(found, MAX_FOUND)
        super().__init__(f"The document has {found:,} {_WORDS[limit]}; at most {most:,} are allowed.", node)
        self.limit = _camel_case(limit)
        """The name of the field of DocumentLimits, as a GraphQL client writes it: `rootFields`."""
        self.most = most
        self.found = found


@dataclass(slots=True)
class Figures:
    """How much of each there is: of what is nested the deepest, of the others all."""

    depth: int = 0
    root_fields: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    nested_lists: int = 0
    value_depth: int = 0

    def add(self, below: "Figures", spread: "Spread") -> None:
        """Take in a fragment where it is spread."""
        self.depth = max(self.depth, spread.depth + below.depth)
        self.nested_lists = max(self.nested_lists, spread.nested_lists + below.nested_lists)
        self.value_depth = max(self.value_depth, below.value_depth)
        self.selections = min(self.selections + below.selections, MAX_FOUND)
        self.aliases = min(self.aliases + below.aliases, MAX_FOUND)
        self.directives = min(self.directives + below.directives, MAX_FOUND)
        if spread.depth == 0:
            self.root_fields = min(self.root_fields + below.root_fields, MAX_FOUND)


@dataclass(frozen=True, slots=True)
class Spread:
    """A fragment spread, and how many fields and lists stand above it in its own definition."""

    name: str
    depth: int
    nested_lists: int


@dataclass(frozen=True, slots=True)
class Link:
    """Where a field leads: to objects of this type, one or a list of them."""

    type_name: str
    is_list: bool


class DocumentChecker:
    """Checks documents of one schema against the limits; safe to share between threads."""

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits) -> None:
        self.limits = limits
        self._schema = schema
        self._links: dict[str, dict[str, Link]] = {}

    def parse(self, source: FastSource) -> DocumentNode:
        """The document, or LimitExceeded for a text that is too long to be parsed."""
        if len(source.text) > self.limits.characters:
            raise LimitExceeded("characters", self.limits.characters, len(source.text))
        most = self.limits.tokens
        try:
            return parse(source, max_tokens=most)
        except GraphQLSyntaxError as error:
            # The parser says it in words alone.
            if error.description != f"Document contains more than {most} tokens. Parsing aborted.":
                raise
        raise LimitExceeded("tokens", most, most + 1)

    def check(self, document: DocumentNode) -> list[GraphQLError]:
        """Every limit that the document exceeds, each at the first definition that does."""
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        if len(operations) > self.limits.operations:
            return [LimitExceeded("operations", self.limits.operations, len(operations), operations[-1])]
        if len(fragments) > self.limits.fragments:
            return [LimitExceeded("fragments", self.limits.fragments, len(fragments), fragments[-1])]
        totals = self._totals(fragments)
        exceeded: dict[str, GraphQLError] = {}
        selections = 0
        for operation in operations:
            figures, spreads = self._survey_operation(operation)
            _add_spreads(figures, spreads, totals)
            # Each operation is validated with all of its fragments: what several share is work for each.
            figures.selections = selections = selections + figures.selections
            self._compare(figures, operation, exceeded)
        for fragment in fragments:
            self._compare(totals[fragment.name.value], fragment, exceeded)
        return list(exceeded.values())

    def figures(self, document: DocumentNode, operation: OperationDefinitionNode) -> Figures:
        """What an operation of a document has, its fragments counted in."""
        fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        figures, spreads = self._survey_operation(operation)
        _add_spreads(figures, spreads, self._totals(fragments))
        return figures

    def _totals(self, fragments: list[FragmentDefinitionNode]) -> dict[str, Figures]:
        return _totals({node.name.value: self._survey_fragment(node) for node in fragments})

    def _compare(
        self,
        figures: Figures,
        node: OperationDefinitionNode | FragmentDefinitionNode,
        exceeded: dict[str, GraphQLError],
    ) -> None:
        for limit in _OF_DEFINITIONS:
            most, found = getattr(self.limits, limit), getattr(figures, limit)
            if found > most and limit not in exceeded:
                exceeded[limit] = LimitExceeded(limit, most, found, node)
        if isinstance(node, OperationDefinitionNode) and figures.root_fields > self.limits.root_fields:
            exceeded.setdefault(
                "root_fields", LimitExceeded("root_fields", self.limits.root_fields, figures.root_fields, node)
            )

    def _survey_operation(self, node: OperationDefinitionNode) -> tuple[Figures, list[Spread]]:
        root = self._schema.get_root_type(node.operation)
        figures, spreads = self._survey(node.selection_set, self._links_of(root.name) if root else {})
        defaults = [variable.default_value for variable in node.variable_definitions if variable.default_value]
        figures.value_depth = max(figures.value_depth, _depth_of(defaults))
        return figures, spreads

    def _survey_fragment(self, node: FragmentDefinitionNode) -> tuple[Figures, list[Spread]]:
        return self._survey(node.selection_set, self._links_of(node.type_condition.name.value))

    def _survey(self, selection_set: SelectionSetNode, links: dict[str, Link]) -> tuple[Figures, list[Spread]]:
        """What a definition has of its own, and the fragments that it spreads."""
        deepest = most_lists = root_fields = selections = aliases = directives = value_depth = 0
        spreads: list[Spread] = []
        waiting = [(selection_set, links, 0, 0)]
        while waiting:
            selection_set, links, depth, lists = waiting.pop()
            selections += len(selection_set.selections)
            for selection in selection_set.selections:
                for directive in selection.directives:
                    directives += 1
                    value_depth = max(value_depth, _depth_of([argument.value for argument in directive.arguments]))
                if isinstance(selection, FieldNode):
                    if depth == 0:
                        root_fields += 1
                    if depth >= deepest:
                        deepest = depth + 1
                    if selection.alias is not None:
                        aliases += 1
                    if selection.arguments:
                        value_depth = max(value_depth, _depth_of([argument.value for argument in selection.arguments]))
                    below = selection.selection_set
                    if below is not None:
                        link = links.get(selection.name.value, _NOWHERE)
                        inner_lists = lists + link.is_list
                        most_lists = max(most_lists, inner_lists)
                        waiting.append((below, self._links_of(link.type_name), depth + 1, inner_lists))
                elif isinstance(selection, FragmentSpreadNode):
                    spreads.append(Spread(selection.name.value, depth, lists))
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    inner_links = self._links_of(condition.name.value) if condition else links
                    waiting.append((selection.selection_set, inner_links, depth, lists))
        return Figures(deepest, root_fields, selections, aliases, directives, most_lists, value_depth), spreads

    def _links_of(self, type_name: str) -> dict[str, Link]:
        """Where the fields of a type lead, by name; nothing for a type that has no fields, or that is not there."""
        links = self._links.get(type_name)
        if links is None:
            type_ = self._schema.get_type(type_name)
            if not isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
                return {}
            links = {name: _link(field.type) for name, field in type_.fields.items()}
            if type_ is self._schema.query_type:
                links["__schema"], links["__type"] = Link("__Schema", False), Link("__Type", False)
            self._links[type_name] = links
        return links


_OF_DEFINITIONS = ("depth", "selections", "aliases", "directives", "nested_lists", "value_depth")
_NOWHERE = Link("", False)


def _depth_of(values: Sequence[ValueNode]) -> int:
    """How many lists and objects stand inside one another."""
    depth = 0
    level: list[ValueNode] = [value for value in values if isinstance(value, (ListValueNode, ObjectValueNode))]
    while level:
        depth += 1
        inner: list[ValueNode] = []
        for value in level:
            if isinstance(value, ListValueNode):
                inner.extend(value.values)
            elif isinstance(value, ObjectValueNode):
                inner.extend(field.value for field in value.fields)
        level = [value for value in inner if isinstance(value, (ListValueNode, ObjectValueNode))]
    return depth


def _link(type_: GraphQLOutputType) -> Link:
    named: Any = type_
    is_list = False
    while isinstance(named, (GraphQLList, GraphQLNonNull)):
        is_list = is_list or isinstance(named, GraphQLList)
        named = named.of_type
    return Link(named.name, is_list) if is_composite_type(named) else _NOWHERE


def _totals(surveyed: dict[str, tuple[Figures, list[Spread]]]) -> dict[str, Figures]:
    """The figures of each fragment with those that it spreads; a spread that closes a cycle adds nothing.

    That the fragment is not there, or spreads itself, is for validation to say.
    """
    totals: dict[str, Figures] = {}
    entered: set[str] = set()
    for root in surveyed:
        path: list[tuple[str, Iterator[Spread]]] = []
        _enter(root, surveyed, entered, path)
        while path:
            name, spreads = path[-1]
            spread = next(spreads, None)
            if spread is not None:
                _enter(spread.name, surveyed, entered, path)
                continue
            path.pop()
            figures, own_spreads = surveyed[name]
            _add_spreads(figures, own_spreads, totals)
            totals[name] = figures
    return totals


def _enter(
    name: str,
    surveyed: dict[str, tuple[Figures, list[Spread]]],
    entered: set[str],
    path: list[tuple[str, Iterator[Spread]]],
) -> None:
    if name in surveyed and name not in entered:
        entered.add(name)
        path.append((name, iter(surveyed[name][1])))


def _add_spreads(figures: Figures, spreads: list[Spread], totals: dict[str, Figures]) -> None:
    for spread in spreads:
        below = totals.get(spread.name)
        if below is not None:
            figures.add(below, spread)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
