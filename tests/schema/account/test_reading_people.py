"""Who is shown what of a person, and what is written down of it."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEntry, User
from schema.core import ids
from tests.door import Answer, send
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PERSON = "query($id: ID!) { node(id: $id) { ... on User { name email platformRole } } }"


def ask(about: User, by: User | None) -> Answer:
    return send(PERSON, {"id": ids.encode("User", about.pk)}, by=by)


def shown(person: User) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "platformRole": person.platform_role.upper()}


def test_everybody_is_shown_the_own_account() -> None:
    me = UserFactory()
    assert ask(me, me).data == {"node": shown(me)}
    assert not AuditEntry.objects.filter(act="user.read").exists()


@pytest.mark.parametrize("role", [None, "user", "moderator"])
def test_others_are_told_that_there_is_nobody(role: str | None) -> None:
    by = UserFactory(platform_role=role) if role else None
    assert ask(UserFactory(), by).data == {"node": None}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["support", "admin"])
def test_a_query_of_staff_writes_down_whom_it_reads(role: str) -> None:
    somebody, by = UserFactory(), UserFactory(platform_role=role)
    assert ask(somebody, by).data == {"node": shown(somebody)}
    noted = AuditEntry.objects.get(act="user.read")
    assert (noted.actor_id, noted.target_type, noted.target_id) == (by.pk, "User", str(somebody.pk))


@pytest.mark.django_db(transaction=True)
def test_a_query_shows_nobody_whose_reading_cannot_be_written_down() -> None:
    somebody, by = UserFactory(), UserFactory(platform_role="support")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT full_up CHECK (act <> 'user.read')")
    answer = ask(somebody, by)
    assert answer.content["data"] == {"node": None}
    assert answer.codes == ["INTERNAL"]
    assert somebody.email not in answer.response.body.decode()
