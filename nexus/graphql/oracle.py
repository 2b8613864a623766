"""`ENGINE=off`: the same schema served by graphene-django's own view on graphql-core.

It is the engine's oracle, which tests compare it with, and the switch to turn should the engine ever be at fault. What
stands around the execution, HTTP, limits, authentication and errors, is the door's; only slower.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from graphene_django.views import GraphQLView
from graphene_django.views import HttpError as ViewError

from engine import PromiseExecutionContext, RequestInvalid, Result
from nexus.graphql.context import Context
from nexus.graphql.execution import Call
from nexus.graphql.http import HttpError, Request
from nexus.graphql.view import answer


class OracleView(GraphQLView):
    """graphene-django's view behind the door's chain."""

    execution_context_class = PromiseExecutionContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def run(call: Call) -> Result:
            return self._run(request, call)

        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(
            request.method or "", headers, request.META["QUERY_STRING"], request.body, request.META["REMOTE_ADDR"]
        )
        response = answer(asked, run)
        return HttpResponse(response.body, status=response.status, headers=response.headers)

    def _run(self, request: HttpRequest, call: Call) -> Result:
        request.graphql_context = call.context  # type: ignore[attr-defined]  # for `get_context` below
        operation = call.operation
        try:
            result = self.execute_graphql_request(request, {}, call.source, operation.variables or None, operation.name)
        except ViewError as error:
            raise HttpError(error.response.status_code, error.message, Allow="POST") from None
        if result.errors and all(error.path is None for error in result.errors):
            raise RequestInvalid(result.errors)
        return Result(result.data, result.errors)

    def get_context(self, request: HttpRequest) -> Context:
        return request.graphql_context  # type: ignore[attr-defined]
