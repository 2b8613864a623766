"""Several that release at once: each person gets one mail."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Notification
from accounts.services import notification
from accounts.services.notification import Notice
from jobs.notifications import APPLICATION_MOVED
from kernel.models import OutboxEvent
from tests.accounts.notifications.tellings import telling
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_several_release_one_mail_a_person() -> None:
    people = UserFactory.create_batch(20)
    for _ in range(3):
        keys = [user.pk for user in people]
        notification.tell_all([Notice(keys, APPLICATION_MOVED.topic, APPLICATION_MOVED.kind, telling(), values={})])

    def release(_: int) -> int:
        try:
            return notification.release()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(release, range(6)))
    assert not Notification.objects.filter(mail_id__isnull=True).exists()
    due = OutboxEvent.objects.filter(kind="NotificationsDue")
    named = Notification.objects.values_list("mail_id", flat=True).distinct()
    assert due.count() == len(set(named)) == len(people), "one message for each person"
    assert {str(mail_id) for mail_id in named} == {event.payload["mail_id"] for event in due}
