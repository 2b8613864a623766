"""`ENGINE=off`: the same schema served by graphene-django's own view on graphql-core.

It is the engine's oracle, which tests compare it with, and the switch to turn should the engine ever be at fault.
It is slower, and keeps to less of GraphQL over HTTP; errors are masked just the same.
"""

from typing import Any

import orjson
import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from graphene_django.views import GraphQLView, HttpError
from graphql import GraphQLError

from engine import PromiseExecutionContext
from kernel.ids import uuid7
from nexus.graphql.context import Context
from nexus.graphql.errors import describe
from nexus.graphql.explorer import page


class OracleView(GraphQLView):
    """graphene-django's view with our context, our error format, and JSON bodies only."""

    execution_context_class = PromiseExecutionContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.request_wants_html(request):
            body, headers = page()
            return HttpResponse(body, headers=headers)
        # Django's own request middleware has bound an id; this view may also be called without it.
        request.id = structlog.contextvars.get_contextvars().get("request_id") or uuid7().hex  # type: ignore[attr-defined]
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        response["Cache-Control"] = "no-store"
        return response

    def get_context(self, request: HttpRequest) -> Context:
        return Context(request.headers.get("Authorization", ""))

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.method == "POST" and self.get_content_type(request) != "application/json":
            raise HttpError(HttpResponseBadRequest("Send application/json."))
        parsed: dict[str, Any] = super().parse_body(request)
        return parsed

    def json_encode(self, request: HttpRequest, content: dict[str, Any], pretty: bool = False) -> str:
        request_id: str = request.id  # type: ignore[attr-defined]
        if content.get("errors"):
            content["errors"] = [
                describe(error, request_id) if isinstance(error, GraphQLError) else error for error in content["errors"]
            ]
        content["extensions"] = {"requestId": request_id}
        return orjson.dumps(content).decode()

    @staticmethod
    def format_error(error: Exception) -> GraphQLError | dict[str, Any]:
        """Passed on as it is: `json_encode` knows the request's id."""
        if isinstance(error, GraphQLError):
            return error
        if isinstance(error, HttpError):
            return {"message": error.message, "extensions": {"code": "BAD_REQUEST"}}
        return GraphQLError(str(error), original_error=error)
