"""Deliveries in the admin: shown, and sent again when they are dead."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from kernel.models import Delivery, DeliveryState
from tests.admin_client import admin_client
from tests.contracts.constraint_cases.kernel import outbox_event
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:kernel_delivery_changelist")


def delivery(state: str) -> Delivery:
    return Delivery.objects.create(
        event=outbox_event(kind="CompanyCreated"),
        subscriber="jobs.tasks.mail_welcome",
        aggregate="company:1",
        state=state,
        attempts=10,
        due_at=timezone.now() - timedelta(seconds=1000),
        ended_at=timezone.now() if state == DeliveryState.DEAD else None,
        error="TimeoutError at jobs/tasks.py:1, in mail_welcome",
    )


def test_a_delivery_is_shown_with_its_event_its_error_and_its_lag() -> None:
    row = delivery(DeliveryState.WAITING)
    client = admin_client(UserFactory(platform_admin=True))
    page = client.get(LIST).content.decode()
    for told in ("jobs.tasks.mail_welcome", "CompanyCreated", "company:1", "TimeoutError at jobs/tasks.py:1", "1,00"):
        assert told in page
    page = client.get(reverse("admin:kernel_delivery_change", args=[row.pk])).content.decode()
    assert "CompanyCreated" in page
    assert '<input type="text" name="error"' not in page


def test_dead_deliveries_are_replayed_and_that_is_written_down() -> None:
    dead, waiting = delivery(DeliveryState.DEAD), delivery(DeliveryState.WAITING)
    admin = UserFactory(platform_admin=True)
    data = {"action": "replay", "_selected_action": [dead.pk, waiting.pk]}
    page = admin_client(admin).post(LIST, data, follow=True).content.decode()
    assert "1 replayed." in page
    assert "1 refused: Only dead deliveries are replayed." in page
    dead.refresh_from_db()
    waiting.refresh_from_db()
    assert (dead.state, dead.attempts, dead.ended_at) == (DeliveryState.WAITING, 0, None)
    assert waiting.attempts == 10
    (entry,) = AuditEntry.objects.filter(target_type="Delivery")
    assert (entry.act, entry.target_id, entry.actor_id) == ("admin.delivery.replayed", str(dead.pk), admin.pk)
