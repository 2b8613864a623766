"""The paths that Django serves. With the engine on, `/graphql` is answered before Django; health in `nexus.health`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from nexus.graphql.oracle import OracleView
from nexus.observability import metrics
from nexus.schema_view import sdl

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/graphql")),
    path("admin/", admin.site.urls),
    # Exempt: it reads no cookie, so there is none for another site to ride on.
    path("graphql", csrf_exempt(OracleView.as_view())),
    path("schema.graphql", sdl),
    path("metrics", metrics),
]
