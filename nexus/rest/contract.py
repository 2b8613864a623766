"""The contract of the REST mirror: OpenAPI 3.1, made from the endpoints, and the page that shows it."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from kernel.errors import NotFound
from nexus.graphql.exchange import Exchange
from nexus.graphql.http import HttpError
from nexus.rest.problems import MEDIA_TYPE, response_to
from nexus.rest.shapes import Shape

YAML = "application/vnd.oai.openapi; charset=utf-8"
PATH_PARAMETER = {"key": "The id, as GraphQL has it; or the slug, where there is one."}


class FaultShape(Shape):
    """A parameter at fault."""

    field = serializers.CharField(help_text="The parameter.")
    detail = serializers.CharField(help_text="What is wrong with it.")


class ProblemShape(Shape):
    """Why there is no answer (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank: the code says more than an address would.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong, for people.")
    code = serializers.CharField(help_text="What is wrong, for programs: the codes of the GraphQL endpoint.")
    request_id = serializers.CharField(help_text="Under which the log has it.")
    errors = FaultShape(many=True, required=False, help_text="Which parameters are at fault.")
    retryable = serializers.BooleanField(required=False, help_text="The same request may succeed a little later.")
    retry_after = serializers.IntegerField(required=False, help_text="In so many seconds.")


_PROBLEMS = {
    400: "A parameter is not acceptable.",
    401: "The token or key is not good, or no longer.",
    403: "Nobody may ask in that person's name but staff who have taken it on.",
    404: "There is none, or it is not for you.",
    406: "Accept application/json.",
    414: "The query string is too long.",
    429: "The points of this minute are spent.",
    503: "The server has too much to do, or its database is away.",
    504: "It took too long.",
}
_HEAD_TOO_LARGE = "The request's head has more than 64 KB."


class Contract(AutoSchema):
    """What `Read` says of an endpoint, as drf-spectacular asks for it."""

    view: Any

    def get_operation_id(self) -> str:
        first, *others = re.findall(r"[A-Z][a-z]+", type(self.view).__name__)
        return first.lower() + "".join(others)

    def get_summary(self) -> str:
        text = " ".join((type(self.view).__doc__ or "").split())
        return text.removesuffix(".")

    def get_description(self) -> str:
        return f"{self.get_summary()}."

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{}, {"bearer": []}]

    def get_override_parameters(self) -> list[Any]:
        return [self.view.parameters] if self.view.parameters().fields else []

    def get_response_serializers(self) -> Any:
        shape = self.view.shape
        answers: dict[Any, Any] = {200: shape(many=True) if self.view.is_many else shape}
        for status, description in _PROBLEMS.items():
            answers[status, MEDIA_TYPE] = OpenApiResponse(ProblemShape, description=description)
        answers[431, "text/plain"] = OpenApiResponse(str, description=_HEAD_TOO_LARGE)
        return answers

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Shape")

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "in": "path",
                "name": name,
                "required": True,
                "schema": {"type": "string", "minLength": 1},
                "description": PATH_PARAMETER[name],
            }
            for name in variables
        ]


@cache
def contract() -> dict[str, Any]:
    """The whole contract."""
    found: dict[str, Any] = SchemaGenerator(urlconf="nexus.rest.urls").get_schema(request=None, public=True)
    _forget_enum_ids(found)
    return found


def _forget_enum_ids(part: Any) -> None:
    """Take out drf-spectacular's own notes on enums."""
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            _forget_enum_ids(inner)


@cache
def contract_yaml() -> bytes:
    """The contract as it is committed, in docs/openapi.yaml."""
    return bytes(OpenApiYamlRenderer().render(contract()))


# Both only read: whoever sends them a form is told so, and need not prove where it comes from.
@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The contract in YAML, or in JSON for who asks for that; 404 where nobody is told of it."""
    if request.method not in _READS:
        return _problem(_not_a_read())
    if not settings.INTROSPECTION:
        return _problem(NotFound("There is nothing at this address."))
    headers = {"Cache-Control": "max-age=300", "Vary": "Accept"}
    accepted = request.headers.get("Accept", "")
    if request.GET.get("format") == "json" or ("json" in accepted and "yaml" not in accepted):
        return HttpResponse(orjson.dumps(contract()), content_type="application/json", headers=headers)
    return HttpResponse(contract_yaml(), content_type=YAML, headers=headers)


_READS = ("GET", "HEAD")


def _not_a_read() -> HttpError:
    return HttpError(405, "There is nothing here but reads: GET.", Allow=", ".join(_READS))


def _problem(error: Exception) -> HttpResponse:
    """What the mirror itself would answer, from one of Django's own paths."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    response = response_to(error, Exchange(str(request_id), kind="rest"))
    return HttpResponse(response.body, status=response.status, headers=response.headers)


_START = """window.ui = SwaggerUIBundle({
  url: "/api/schema?format=json", dom_id: "#docs", deepLinking: true, tryItOutEnabled: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout"
});"""
_START_HASH = b64encode(sha256(_START.encode()).digest()).decode()
_POLICY = {
    "default-src": "'none'",
    "script-src": f"'self' 'sha256-{_START_HASH}'",
    "connect-src": "'self'",
    # Swagger UI places what it shows with style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nexus: the REST mirror</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. The contract itself is at <a href="/api/schema">/api/schema</a>.</noscript>
<div id="docs"></div>
<script src="{assets}swagger-ui-bundle.js"></script>
<script>{start}</script>
</body>
</html>
"""


@csrf_exempt
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, all of it from this server; 404 where the explorer is off."""
    if request.method not in _READS:
        return _problem(_not_a_read())
    if not settings.EXPLORER or not settings.INTROSPECTION:
        raise Http404
    assets = f"/{settings.STATIC_URL.strip('/')}/drf_spectacular_sidecar/swagger-ui-dist/"
    headers = {
        "Content-Security-Policy": "; ".join(f"{directive} {sources}" for directive, sources in _POLICY.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
    return HttpResponse(_PAGE.format(assets=assets, start=_START), headers=headers)
