"""`/media/logos/…`: logos are public, and nothing else in the store is."""

import base64
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from jobs.services import company_logo


@pytest.fixture(autouse=True)
def _own_store(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


def stored_logo() -> str:
    written = BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    return company_logo.store(base64.b64encode(written.getvalue()).decode(), field="logo")


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_logo_is_served_as_what_it_is_and_kept_for_good(method: str) -> None:
    answer = getattr(Client(), method)(f"/media/{stored_logo()}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    if method == "get":
        assert Image.open(BytesIO(answer.content)).format == "WEBP"


@pytest.mark.parametrize(
    "path",
    [
        "logos/" + "0" * 32 + ".webp",
        "logos/..%2Fexports%2Fsecret.webp",
        "logos/../exports/secret.json",
        "exports/secret.json",
        "logos/" + "0" * 32 + ".webp%00",
        "logos/" + "0" * 32 + ".svg",
        "logos/",
        "",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    default_storage.save("exports/secret.json", ContentFile(b"secret"))
    default_storage.save("secret.webp", ContentFile(b"secret"))
    assert Client().get(f"/media/{path}").status_code == 404


def test_a_logo_is_read_only() -> None:
    assert Client().post(f"/media/{stored_logo()}").status_code == 405
