"""`GET /exports/<token>`: a person's own data, for whoever has the link from their account."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from accounts.services import export
from kernel.viewer import Viewer
from nexus.files import Attachment


@require_safe
def download(request: HttpRequest, token: str) -> FileResponse:
    """The file, as an attachment that nobody keeps; 404 for a link that is wrong or over, and for any other path."""
    found = export.opened(token, by=Viewer(address=request.META.get("REMOTE_ADDR", "")))
    if found is None:
        raise Http404
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return Attachment(file, "my-data.json", "application/json")
