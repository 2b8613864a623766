"""`/media/logos/…`: the one folder of the store that is public. Whatever else is stored is served by its own view."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

HEADERS = {
    # A file never changes: another logo has another name.
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    """A company's logo, as WebP of at most 512 pixels a side."""
    try:
        with default_storage.open(f"logos/{name}.webp") as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(content, content_type="image/webp", headers=HEADERS)
