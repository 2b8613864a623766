"""`ENGINE=off`: documents executed by graphene-django's own view, on graphql-core.

It is the engine's oracle, which tests compare it with, and the switch to turn should the engine ever be at fault. What
stands around the execution, HTTP, limits, authentication and errors, is the door's; only slower.
"""

from functools import cache

from django.http import HttpRequest
from graphene_django.views import GraphQLView

from engine import PromiseExecutionContext, RequestInvalid, Result
from nexus.graphql import limits
from nexus.graphql.context import Context
from nexus.graphql.execution import Call, within_deadline


class _View(GraphQLView):
    """graphene-django's view, of which only the execution is used."""

    execution_context_class = PromiseExecutionContext
    # The document is validated by now; graphql-core's own rules compare every pair of fields.
    validation_rules = ()

    def get_context(self, request: HttpRequest) -> Context:
        return request.graphql_context  # type: ignore[attr-defined]


@cache
def _view() -> _View:
    return _View()


def on_graphql_core(call: Call) -> Result:
    """What the operation gives. It costs its whole price: graphql-core does not count what there was.

    The deadline ends the statement that a query waits for, and is looked at when graphql-core is done.
    """
    return within_deadline(call, _execute)


def _execute(call: Call) -> Result:
    # Any method but GET: whether this operation may come by a GET, the door has asked.
    request = HttpRequest()
    request.method = "POST"
    request.graphql_context = call.context  # type: ignore[attr-defined]  # for `get_context` above
    variables = call.operation.variables
    result = _view().execute_graphql_request(request, {}, call.source, variables or None, call.operation.name)
    if result.errors and all(error.path is None for error in result.errors):
        raise RequestInvalid(result.errors)
    return Result(result.data, result.errors, limits.price(call.plan, variables))
