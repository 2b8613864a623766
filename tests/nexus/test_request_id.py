"""Every answer of Django's own paths carries the id that the log has it under."""

import pytest
import structlog
from django.test import Client
from structlog.testing import capture_logs


@pytest.mark.django_db
def test_the_answer_carries_the_logs_id(client: Client) -> None:
    with capture_logs() as logs:
        first, second = client.get("/admin/login/"), client.get("/nowhere")
    ids = [answer["X-Request-ID"] for answer in (first, second)]
    assert (first.status_code, second.status_code) == (200, 404)
    assert len(set(ids)) == 2
    assert all(ids)
    assert any(entry["event"] == "request_finished" for entry in logs)


@pytest.mark.django_db
def test_the_log_holds_nothing_that_opens_something(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as logs:
        for path in ("exports", "company-exports", "files", "unsubscribe"):
            client.get(f"/{path}/a-token-of-mine")
        assert Client(enforce_csrf_checks=True).post("/files/a-token-of-mine").status_code == 403
        client.get("/sign-in/nobody/callback", {"code": "a-token-of-mine"})
    told = [entry["request"] for entry in logs if "request" in entry]
    secret = {"GET /exports/…", "GET /company-exports/…", "GET /files/…", "GET /unsubscribe/…", "POST /files/…"}
    assert set(told) == {*secret, "GET /sign-in/nobody/callback"}
    assert "a-token-of-mine" not in str(logs) + caplog.text


@pytest.mark.django_db
def test_the_log_believes_no_header_about_the_address(client: Client) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        client.get("/nowhere", headers={"X-Forwarded-For": "203.0.113.7"})
    assert {entry["ip"] for entry in logs if "ip" in entry} == {"127.0.0.1"}
