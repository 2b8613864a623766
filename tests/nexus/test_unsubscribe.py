"""The one click that ends a sort of mail (RFC 8058)."""

import pytest
from django.test import Client

from accounts.models import Cadence, NotificationPreference, Topic
from accounts.services.notification import unsubscribe_link
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def path_for(*topics: Topic) -> str:
    return unsubscribe_link(UserFactory().pk, topics).partition("/unsubscribe/")[2].join(["/unsubscribe/", ""])


def test_a_post_ends_the_mail_without_a_cookie() -> None:
    path = path_for(Topic.APPLICATIONS, Topic.MENTIONS)
    answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    ended = NotificationPreference.objects.filter(channel="email", cadence=Cadence.NONE)
    assert set(ended.values_list("topic", flat=True)) == {Topic.APPLICATIONS, Topic.MENTIONS}


def test_a_get_asks_first() -> None:
    answer = Client().get(path_for(Topic.APPLICATIONS))
    assert answer.status_code == 200
    assert b'method="post"' in answer.content
    assert not NotificationPreference.objects.exists()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_link_is_no_page(method: str) -> None:
    assert getattr(Client(), method)("/unsubscribe/WyJhIl0").status_code == 404


def test_a_link_of_somebody_who_is_gone_does_no_harm() -> None:
    user = UserFactory()
    link = unsubscribe_link(user.pk, [Topic.APPLICATIONS])
    user.delete()
    assert Client().post(link.partition("8000")[2] or link[link.index("/unsubscribe") :]).status_code == 200
