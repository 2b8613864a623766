"""`dataExportRequest`, `viewer.dataExports` and `/exports/<token>`: a person's own data as a file."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.core import signing
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, DataRequest, User
from accounts.services import export
from accounts.tasks import forget_expired
from kernel.viewer import Viewer
from tests.deliveries import deliver_all
from tests.door import send
from tests.factories import PASSWORD, UserFactory
from tests.schema.account.acts import act, delivered, refusals, subjects

pytestmark = pytest.mark.django_db

LIST = "{ viewer { dataExports { id status size requestedAt readyAt expiresAt downloadUrl } } }"


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Where the files are."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def ask(user: User) -> Any:
    return act("dataExportRequest", {}, "dataExport { id status downloadUrl }", by=user)


def listed(user: User) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = send(LIST, by=user).data["viewer"]["dataExports"]
    return found


def path_of(user: User) -> str:
    """The path of the link to the person's file, made anew."""
    url: str = listed(user)[0]["downloadUrl"]
    assert url.startswith("http://testserver/exports/")
    return url.removeprefix("http://testserver")


def made_for(user: User) -> str:
    """Have the file made; the path of its link."""
    ask(user)
    deliver_all()
    return path_of(user)


def test_a_task_makes_the_file_and_a_mail_says_so(mailoutbox: list[EmailMessage], folder: Path) -> None:
    user = UserFactory(email="ada@example.org", name="Ada", password=PASSWORD)
    payload = ask(user)
    assert payload["userErrors"] == []
    assert (payload["dataExport"]["status"], payload["dataExport"]["downloadUrl"]) == ("WAITING", None)
    assert subjects(delivered(mailoutbox)) == [("Your data are ready", ["ada@example.org"])]
    [row] = listed(user)
    assert (row["id"], row["status"]) == (payload["dataExport"]["id"], "READY")
    assert "/exports/" not in str(mailoutbox[0].body)
    response = Client().get(path_of(user))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response["Cache-Control"] == "private, no-store"
    assert len(content) == row["size"]
    told = orjson.loads(content)
    assert told["format"] == "nexus-data-export/1"
    assert told["account"]["email"] == "ada@example.org"
    assert told["account"]["name"] == "Ada"
    assert [session["method"] for session in told["sessions"]]
    assert "account.export_request" in [entry["act"] for entry in told["acts"]]
    assert user.password not in content.decode()
    [file] = folder.rglob("*.json")
    assert file.stat().st_mode & 0o077 == 0


def test_every_download_is_audited() -> None:
    path = made_for(UserFactory())
    for address in ("192.0.2.1", "192.0.2.2"):
        assert b"".join(Client(REMOTE_ADDR=address).get(path).streaming_content)  # type: ignore[attr-defined]
    reads = AuditEntry.objects.filter(act="account.export_download", kind="read").order_by("id")
    assert [entry.address for entry in reads] == ["192.0.2.1", "192.0.2.2"]


def test_who_asks_again_gets_the_same(mailoutbox: list[EmailMessage]) -> None:
    user = UserFactory()
    first = ask(user)["dataExport"]["id"]
    assert ask(user)["dataExport"]["id"] == first
    deliver_all()
    assert ask(user)["dataExport"] | {"downloadUrl": None} == {"id": first, "status": "READY", "downloadUrl": None}
    deliver_all()
    assert len(mailoutbox) == 1


def test_a_file_is_gone_after_a_day(folder: Path) -> None:
    user = UserFactory()
    path = made_for(user)
    row = DataRequest.objects.get()
    assert timedelta(hours=23) < row.expires_at - timezone.now() <= timedelta(hours=24)
    DataRequest.objects.update(expires_at=timezone.now())
    assert Client().get(path).status_code == 404
    assert listed(user)[0]["downloadUrl"] is None
    assert list(folder.rglob("*.json"))
    forget_expired()
    assert not list(folder.rglob("*.json"))
    assert [row["status"] for row in listed(user)] == ["EXPIRED"]
    assert ask(user)["dataExport"]["status"] == "WAITING"
    assert [row["status"] for row in listed(user)] == ["WAITING", "EXPIRED"]


def test_who_asks_after_a_day_gets_another_without_waiting_for_the_sweep(folder: Path) -> None:
    user = UserFactory()
    made_for(user)
    DataRequest.objects.update(expires_at=timezone.now())
    assert ask(user)["dataExport"]["status"] == "WAITING"
    assert not list(folder.rglob("*.json"))


def test_a_file_that_nobody_could_make_may_be_asked_for_again() -> None:
    user = UserFactory()
    first = ask(user)["dataExport"]["id"]
    DataRequest.objects.update(expires_at=timezone.now())
    assert ask(user)["dataExport"]["id"] != first


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "a:b:c", "%00", "..%2f..%2fsettings.py", "é" * 100])
def test_any_other_link_leads_nowhere(token: str) -> None:
    made_for(UserFactory())
    assert Client().get(f"/exports/{token}").status_code == 404


@pytest.mark.parametrize("value", ["no uuid", {"id": 1}, 1, None, "01a1ff85-f20c-7629-af62-f464def43373"])
def test_what_we_signed_and_is_no_request_leads_nowhere(value: object) -> None:
    made_for(UserFactory())
    assert Client().get(f"/exports/{signing.dumps(value, salt='nexus.data-export')}").status_code == 404


def test_a_link_signed_for_something_else_leads_nowhere() -> None:
    made_for(UserFactory())
    row = DataRequest.objects.get()
    assert Client().get(f"/exports/{signing.dumps(str(row.pk), salt='another purpose')}").status_code == 404
    assert Client().get(f"/exports/{row.pk}").status_code == 404
    assert Client().get(f"/exports/exports/{row.pk}.json").status_code == 404


def test_a_file_that_was_lost_is_not_found(folder: Path) -> None:
    path = made_for(UserFactory())
    for file in folder.rglob("*.json"):
        file.unlink()
    assert Client().get(path).status_code == 404


def test_a_download_is_no_post() -> None:
    assert Client().post(made_for(UserFactory())).status_code == 405


def test_nobody_is_shown_the_requests_of_others() -> None:
    ada, admin = UserFactory(), UserFactory(platform_admin=True)
    made_for(ada)
    [row] = listed(ada)
    assert listed(admin) == []
    node = "query($id: ID!) { node(id: $id) { ... on DataExport { status downloadUrl } } }"
    assert send(node, {"id": row["id"]}, by=ada).data["node"]["status"] == "READY"
    for other in (admin, UserFactory(), None):
        assert send(node, {"id": row["id"]}, by=other).data == {"node": None}


@pytest.mark.parametrize("instead", ["key_id", "impersonator_id"])
def test_neither_a_key_nor_staff_in_the_persons_name_asks(instead: str) -> None:
    from kernel.errors import Forbidden

    user = UserFactory()
    with pytest.raises(Forbidden):
        export.request(by=Viewer(user_id=user.pk, **{instead: user.pk}))
    assert not DataRequest.objects.exists()


def test_requests_are_counted() -> None:
    user = UserFactory()
    codes = [refusals(ask(user)) for _ in range(11)]
    assert codes == [[]] * 10 + [[("TOO_MANY_ATTEMPTS", None)]]


def test_a_section_of_another_app_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(export.sections, "pets", lambda user: [{"of": user.name}])
    user = UserFactory(name="Ada")
    response = Client().get(made_for(user))
    assert orjson.loads(b"".join(response.streaming_content))["pets"] == [{"of": "Ada"}]  # type: ignore[attr-defined]


def test_the_file_of_a_deleted_person_is_deleted(folder: Path) -> None:
    user = UserFactory(password=PASSWORD)
    path = made_for(user)
    act("accountDelete", {}, by=user)
    deliver_all()
    assert not list(folder.rglob("*.json"))
    assert Client().get(path).status_code == 404
