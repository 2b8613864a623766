"""The paths that Django serves. `/graphql` is answered before Django by the door; health in `nexus.health`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from nexus.observability import metrics
from nexus.schema_view import sdl

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/graphql")),
    path("admin/", admin.site.urls),
    path("schema.graphql", sdl),
    path("metrics", metrics),
]
