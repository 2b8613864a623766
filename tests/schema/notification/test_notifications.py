"""The inbox and its settings, through the door."""

from typing import Any

import pytest

from accounts.models import Notification
from accounts.services.notification import Notice, tell_all
from jobs.notifications import APPLICATION_MOVED
from tests.accounts.notifications.tellings import telling
from tests.door import send, send_to_oracle
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
INBOX = """
query Inbox($unread: Boolean, $after: String) {
  viewer {
    unreadNotifications
    notifications(first: 2, after: $after, isUnread: $unread) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id kind topic text url values { name value } toldAt readAt }
    }
    notificationPreferences { topic channel cadence }
    quietHours { beginsAt endsAt }
  }
}
"""
READ = """
mutation Read($input: NotificationReadInput!) {
  notificationRead(input: $input) { readCount userErrors { code field } }
}
"""
PREFER = """
mutation Prefer($input: NotificationPreferenceUpdateInput!) {
  notificationPreferenceUpdate(input: $input) {
    preferences { topic channel cadence } quietHours { beginsAt endsAt } userErrors { code field message }
  }
}
"""


def told(user: Any, times: int = 1) -> None:
    for _ in range(times):
        what, values = APPLICATION_MOVED, {"job": "Cook", "company": "Larkfield"}
        tell_all([Notice([user.pk], what.topic, what.kind, telling(), values=values)])


def test_the_inbox_is_read_page_by_page() -> None:
    ada = UserFactory()
    told(ada, 3)
    data = send(INBOX, by=ada).data["viewer"]
    assert data["unreadNotifications"] == data["notifications"]["totalCount"] == 3
    first = data["notifications"]
    assert first["nodes"][0]["text"] == "Larkfield: your application as Cook has come to the next step."
    assert first["nodes"][0]["kind"] == "APPLICATION_MOVED"
    assert first["nodes"][0]["values"][0] == {"name": "company", "value": "Larkfield"}
    rest = send(INBOX, {"after": first["pageInfo"]["endCursor"]}, by=ada).data["viewer"]["notifications"]
    assert len(rest["nodes"]) == 1
    assert not rest["pageInfo"]["hasNextPage"]
    assert send_to_oracle(INBOX, by=ada)["data"] == send(INBOX, by=ada).data


def test_nobody_sees_anothers_inbox() -> None:
    ada, grace = UserFactory(), UserFactory()
    told(ada)
    key = send(INBOX, by=ada).data["viewer"]["notifications"]["nodes"][0]["id"]
    query = "query($id: ID!) { node(id: $id) { ... on Notification { text } } }"
    assert send(query, {"id": key}, by=ada).data["node"]["text"]
    assert send(query, {"id": key}, by=grace).data["node"] is None
    assert send(INBOX, by=grace).data["viewer"]["notifications"]["nodes"] == []


def test_what_was_read_is_not_unread() -> None:
    ada = UserFactory()
    told(ada, 3)
    key = send(INBOX, by=ada).data["viewer"]["notifications"]["nodes"][0]["id"]
    assert send(READ, {"input": {"ids": [key]}}, by=ada).data["notificationRead"]["readCount"] == 1
    assert send(INBOX, {"unread": True}, by=ada).data["viewer"]["unreadNotifications"] == 2
    assert send(READ, {"input": {}}, by=ada).data["notificationRead"]["readCount"] == 2
    assert not Notification.objects.filter(read_at=None).exists()


def test_a_wrong_id_is_the_callers_fault() -> None:
    answer = send(READ, {"input": {"ids": ["nonsense"]}}, by=UserFactory())
    assert answer.errors[0]["extensions"]["code"] == "BAD_REQUEST"


def test_settings_are_changed_and_kept() -> None:
    ada = UserFactory()
    wanted = [{"topic": "MENTIONS", "channel": "EMAIL", "cadence": "WEEKLY"}]
    hours = {"beginsAt": "22:00", "endsAt": "07:30"}
    payload = send(PREFER, {"input": {"preferences": wanted, "quietHours": hours}}, by=ada).data
    made = payload["notificationPreferenceUpdate"]
    assert made["userErrors"] == []
    assert made["quietHours"] == hours
    assert wanted[0] in made["preferences"]
    assert len(made["preferences"]) == 12
    # What is left out stays; null clears.
    assert send(PREFER, {"input": {}}, by=ada).data["notificationPreferenceUpdate"]["quietHours"] == hours
    cleared = send(PREFER, {"input": {"quietHours": None}}, by=ada).data["notificationPreferenceUpdate"]
    assert cleared["quietHours"] is None
    assert wanted[0] in send(INBOX, by=ada).data["viewer"]["notificationPreferences"]


@pytest.mark.parametrize("time", ["24:00", "7:00", "noon", "22:00:00", ""])
def test_no_time_of_day_is_refused(time: str) -> None:
    hours = {"beginsAt": "22:00", "endsAt": time}
    payload = send(PREFER, {"input": {"quietHours": hours}}, by=UserFactory()).data["notificationPreferenceUpdate"]
    assert payload["userErrors"][0]["code"] == "INVALID"
    assert payload["userErrors"][0]["field"] == ["input", "quietHours", "endsAt"]
