"""`/schema.graphql`: the contract, for code generators."""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@cache
def _text() -> bytes:
    return (settings.BASE_DIR / "schema" / "schema.graphql").read_bytes()


@require_safe
def sdl(request: HttpRequest) -> HttpResponse:
    """The whole schema in GraphQL's schema language; 404 where nobody is told of it."""
    if not settings.INTROSPECTION:
        raise Http404
    return HttpResponse(_text(), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "max-age=300"})
