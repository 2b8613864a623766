"""`/exports/<token>` as a browser asks for it; `tests/schema/account/test_data_export.py` has all that is refused."""

import urllib.error
import urllib.request

import orjson
import pytest
from django.core.files.storage import default_storage

from accounts.models import AuditEntry, DataRequest
from accounts.services import export
from tests.deliveries import deliver_all
from tests.factories import UserFactory, viewer_of


def test_a_browser_gets_the_file_until_it_is_gone(live_url: str) -> None:
    user = UserFactory(name="Ada")
    export.request(by=viewer_of(user))
    deliver_all()
    row = DataRequest.objects.get(user=user)
    link = export.link(row)
    assert link is not None
    path = link.removeprefix("http://testserver")
    try:
        with urllib.request.urlopen(f"{live_url}{path}", timeout=30) as response:
            assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
            assert response.headers["Cache-Control"] == "private, no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert orjson.loads(response.read())["account"]["name"] == "Ada"
        entry = AuditEntry.objects.get(act="account.export_download")
        assert (entry.target_id, entry.address) == (str(row.pk), "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{live_url}{path}x", timeout=30)
    finally:
        default_storage.delete(row.file.name)
