"""What every sort of path of a real server answers while its database is away, and that it answers again afterwards."""

import signal
import urllib.request
from urllib.error import HTTPError
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import signing

from accounts.models import Topic
from accounts.services.notification import unsubscribe_link
from tests.instances import database_server, instance

pytestmark = pytest.mark.live


def answered(url: str, path: str, method: str) -> tuple[int, str | None]:
    """The status, and in how many seconds to come again."""
    # The admin looks for the session behind the cookie, and sends whoever has none to log in.
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={uuid4().hex}"}
    request = urllib.request.Request(f"{url}{path}", b"" if method != "GET" else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as told:
            return told.status, told.headers["Retry-After"]
    except HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"]


@pytest.mark.usefixtures("django_db_setup")
def test_without_its_database_no_path_is_at_fault_and_each_says_when_to_come_again() -> None:
    key, person = uuid4().hex, uuid4().hex
    links = {
        "exports": signing.dumps(str(uuid4()), salt="nexus.data-export"),
        "files": signing.dumps([key, "resume", person], salt="nexus.file"),
        "company-exports": signing.dumps([key, person], salt="nexus.company-export"),
    }
    upload = signing.dumps([key, 9], salt="nexus.upload")
    paths = {
        **dict.fromkeys((("GET", "/api/v1/jobs"), ("GET", "/sitemap.xml"), ("GET", "/admin/")), 200),
        ("POST", f"/unsubscribe/{unsubscribe_link(uuid4(), [Topic.MENTIONS]).rpartition('/')[2]}"): 200,
        **{("GET", f"/{kind}/{token}"): 404 for kind, token in links.items()},
        ("PUT", f"/uploads/{upload}"): 404,
    }

    def answers(url: str) -> dict[tuple[str, str], tuple[int, str | None]]:
        return {(method, path): answered(url, path, method) for method, path in paths}

    as_ever = {path: (status, None) for path, status in paths.items()}
    with database_server() as database, instance(DATABASE_URL=database.url) as url:
        assert answers(url) == as_ever
        database.stop(signal.SIGQUIT)
        assert answers(url) == dict.fromkeys(paths, (503, "1"))
        database.start()
        assert answers(url) == as_ever
