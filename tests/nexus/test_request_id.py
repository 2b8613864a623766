"""Every answer of Django's own paths carries the id that the log has it under."""

import pytest
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
