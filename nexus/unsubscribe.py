"""`/unsubscribe/<token>`: one POST ends a sort of mail (RFC 8058); a GET, which mail readers make unasked, none."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.services import notification

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
}


# Whoever has the link from the mail may use it: it can do no more than this, and a mail provider has no cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button, or after it a word that it is done; 404 for a link that is not ours."""
    is_done = request.method == "POST"
    topics = notification.unsubscribe(token) if is_done else notification.topics_of(token)
    if topics is None:
        raise Http404
    labels = [topic.label for topic in topics]
    page = render(request, "unsubscribe.html", {"is_done": is_done, "topics": labels})
    for name, value in HEADERS.items():
        page[name] = value
    return page
