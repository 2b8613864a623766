"""The paths that Django serves. `/graphql` and `/api/v1/` are answered before Django by the door; health in
`nexus.health`.
"""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from nexus import files, mail_news, mail_preview, sign_in
from nexus.exports import download
from nexus.media import logo
from nexus.observability import metrics
from nexus.rest.contract import docs, openapi
from nexus.schema_view import sdl
from nexus.unsubscribe import unsubscribe

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/graphql")),
    path("admin/", admin.site.urls),
    path("schema.graphql", sdl),
    path("api/schema", openapi),
    path("api/docs", docs),
    path("metrics", metrics),
    path("sign-in/<slug:provider_id>", sign_in.start),
    # django-allauth tells the providers these names' addresses.
    path("sign-in/<slug:provider_id>/callback", sign_in.callback, name="openid_connect_callback"),
    path("sign-in/github/callback", sign_in.callback, {"provider_id": "github"}, name="github_callback"),
    path("exports/<str:token>", download),
    path("files/<str:token>", files.download),
    path("company-exports/<str:token>", files.download_export),
    path("unsubscribe/<str:token>", unsubscribe),
    re_path(r"^media/logos/(?P<name>[0-9a-f]{32})\.webp$", logo),
    path("dev/", include(mail_preview.urlpatterns)),
    path("mail/news/", include(mail_news.urls(settings.EMAIL_URL, settings.EMAIL_WEBHOOK_SECRET))),
]
