"""Documents made ready once: parsed, validated, and kept by their text and operation name."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from hashlib import sha256
from threading import Lock
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
    parse,
)
from graphql.execution.execute import SELECTIONS_NESTED_TOO_DEEPLY

from engine.compilation import Shape
from engine.costs import Price, Pricer
from engine.errors import DocumentInvalid, VariablesInvalid
from engine.fields import Wrapper
from engine.limits import DocumentChecker, DocumentLimits
from engine.sources import FastSource
from engine.survey import Survey
from engine.validation import validate_document

# A document with more errors than this is reported no further.
MAX_VALIDATION_ERRORS = 20
# Characters. A plan takes many times the room of its text, and a refusal keeps its document for the locations: what
# is longer than any document that somebody writes is made anew each time.
MAX_KEPT_SOURCE = 20_000
# As many as graphql-core reports by default.
MAX_VARIABLE_ERRORS = 50
# Each combination of the variables of @skip and @include has selections of its own; these many are kept.
MAX_SHAPES = 16

type PlanKey = tuple[bytes, str | None]


class Plan:
    """One operation of a valid document, ready to be executed by any thread, any number of times."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation_name: str | None = None,
        wrappers: Sequence[Wrapper] = (),
        pricer: Pricer | None = None,
    ) -> None:
        self.document = document
        self.operation = _choose_operation(document, operation_name)
        self.operation_type: OperationType = self.operation.operation
        self.schema = schema
        self._wrappers = wrappers
        self._root_type = _root_type(schema, self.operation)
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        survey = Survey(schema, self._fragments)
        survey.walk(self.operation.selection_set, self._root_type)
        self.types = frozenset(survey.types)
        """The names of the object types, interfaces and unions that it may read; the types behind those included."""
        self._condition_names = sorted(survey.conditions)
        self._pricer = pricer or Pricer(schema)
        self._price: Price | None = None
        self._shapes: dict[tuple[Any, ...], Shape] = {}
        self._lock = Lock()

    def coerce(self, variables: dict[str, Any] | None) -> dict[str, Any]:
        """The variables in the types that the operation declares. VariablesInvalid says which do not fit, and why."""
        if variables is not None and not isinstance(variables, dict):
            raise VariablesInvalid([GraphQLError("Variables must be an object with the variable names as keys.")])
        definitions = self.operation.variable_definitions
        if not definitions:
            return {}
        coerced = get_variable_values(self.schema, definitions, variables or {}, max_errors=MAX_VARIABLE_ERRORS)
        if isinstance(coerced, list):
            raise VariablesInvalid(coerced)
        return coerced

    @property
    def price(self) -> Price:
        """What it can cost, under any variables."""
        if self._price is None:
            self._price = self._pricer.price(self.operation, self._fragments, self._root_type)
        return self._price

    def shape(self, variables: dict[str, Any]) -> Shape:
        """The selections under these coerced variables. GraphQLError for a root condition without a value."""
        conditions = {name: variables[name] for name in self._condition_names if name in variables}
        key = tuple(conditions.items())
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._make_shape(conditions)
            with self._lock:
                while len(self._shapes) >= MAX_SHAPES:
                    del self._shapes[next(iter(self._shapes))]
                self._shapes[key] = shape
        return shape

    def _make_shape(self, conditions: dict[str, Any]) -> Shape:
        try:
            return Shape(self.schema, self._fragments, self.operation, self._root_type, conditions, self._wrappers)
        except RecursionError:
            pass
        # Raised outside the block above, which would keep every frame of the recursion alive.
        raise GraphQLError(SELECTIONS_NESTED_TOO_DEEPLY, self.operation)


class PlanCache:
    """The plans last used, and apart from them the refusals, so that a flood of bad documents evicts no good one."""

    def __init__(
        self,
        schema: GraphQLSchema,
        rules: Collection[type[ASTValidationRule]],
        max_plans: int,
        wrappers: Sequence[Wrapper] = (),
        limits: DocumentLimits | None = None,
        *,
        suggest: bool = True,
    ) -> None:
        self._schema = schema
        self._rules = rules
        self._checker = DocumentChecker(schema, limits) if limits else None
        self._suggest = suggest
        self._wrappers = wrappers
        self._pricer = Pricer(schema)
        self._plans: _Recent[Plan] = _Recent(max_plans)
        self._refusals: _Recent[list[GraphQLError]] = _Recent(max_plans)

    def __len__(self) -> int:
        return len(self._plans) + len(self._refusals)

    def held(self, source: str, operation_name: str | None) -> Plan | None:
        """The plan, if it is kept."""
        return self._plans.get(_key(source, operation_name))

    def plan(self, source: str, operation_name: str | None, *, keep: bool = True) -> Plan:
        """The plan for an operation of a document. DocumentInvalid says why there is none.

        `keep` is for documents that are to be executed: what is planned without it takes nobody's place.
        """
        key = _key(source, operation_name)
        plan = self._plans.get(key)
        if plan is not None:
            return plan
        errors = self._refusals.get(key)
        if errors is not None:
            raise DocumentInvalid(errors)
        is_kept = keep and len(source) <= MAX_KEPT_SOURCE
        try:
            plan = self._make(source, operation_name)
        except GraphQLError as error:
            errors = [error]
        except DocumentInvalid as refusal:
            errors = refusal.errors
        else:
            if is_kept:
                self._plans.put(key, plan)
            return plan
        if is_kept:
            self._refusals.put(key, errors)
        raise DocumentInvalid(errors)

    def _make(self, source: str, operation_name: str | None) -> Plan:
        text = FastSource(source)
        document = self._checker.parse(text) if self._checker else parse(text)
        with text.unread():
            errors = self._checker.check(document) if self._checker else []
            if not errors:
                errors = validate_document(
                    self._schema, document, self._rules, max_errors=MAX_VALIDATION_ERRORS, suggest=self._suggest
                )
        if errors:
            raise DocumentInvalid(text.located(errors))
        _part_tokens(document)
        return Plan(self._schema, document, operation_name, self._wrappers, self._pricer)


class _Recent[Value]:
    """The values last used, by key, at most so many; for any number of threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[PlanKey, Value] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: PlanKey) -> Value | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: PlanKey, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


def _part_tokens(document: DocumentNode) -> None:
    """Cut the chain of all tokens, to which every node of the document is tied by its location.

    Nobody walks along it any more. Uncut, it would keep each of them for as long as the plan lives, and then for as
    long as it takes until somebody looks for cycles.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _key(source: str, operation_name: str | None) -> PlanKey:
    return sha256(source.encode(errors="surrogatepass")).digest(), operation_name


def _choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """See https://spec.graphql.org/September2025/#GetOperation()."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        for operation in operations:
            if operation.name and operation.name.value == name:
                return operation
        raise GraphQLError(f"Unknown operation named '{name}'.")
    if not operations:
        raise GraphQLError("Must provide an operation.")
    if len(operations) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    return operations[0]


def _root_type(schema: GraphQLSchema, operation: OperationDefinitionNode) -> GraphQLObjectType:
    root_type = schema.get_root_type(operation.operation)
    if root_type is None:
        message = f"Schema is not configured to execute {operation.operation.value} operation."
        raise GraphQLError(message, operation)
    return root_type
