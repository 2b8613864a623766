"""`tokenCreate`: logging in."""

from typing import Any

import pytest

from accounts.models import UserStatus
from tests.door import send
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOG_IN = """
mutation LogIn($input: TokenCreateInput!) {
  tokenCreate(input: $input) { token expiresAt user { email } userErrors { code field message } }
}
"""
REFUSED = {
    "token": None,
    "expiresAt": None,
    "user": None,
    "userErrors": [{"code": "INVALID_CREDENTIALS", "field": None, "message": "The e-mail or the password is wrong."}],
}


def log_in(email: str, password: str) -> Any:
    return send(LOG_IN, {"input": {"email": email, "password": password}}).data["tokenCreate"]


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@example.org "])
def test_the_token_works_as_a_bearer(email: str) -> None:
    UserFactory(email="ada@example.org", password=PASSWORD)
    payload = log_in(email, PASSWORD)
    assert payload["userErrors"] == []
    assert payload["user"] == {"email": "ada@example.org"}
    seen = send("{ viewer { user { email } } }", authorization=f"Bearer {payload['token']}")
    assert seen.data == {"viewer": {"user": {"email": "ada@example.org"}}}


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong"),
        ("ada@example.org", ""),
        ("ada@example.org", PASSWORD.upper()),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("ada@example.org", "x" * 1025),
        ("ada@example.org\x00", PASSWORD),
        ("ada@example.org", PASSWORD + "\x00"),
    ],
)
def test_what_is_wrong_is_not_said(email: str, password: str) -> None:
    UserFactory(email="ada@example.org", password=PASSWORD)
    assert log_in(email, password) == REFUSED


def test_a_deactivated_person_cannot_log_in() -> None:
    UserFactory(email="ada@example.org", password=PASSWORD, status=UserStatus.DEACTIVATED)
    assert log_in("ada@example.org", PASSWORD) == REFUSED


def test_somebody_without_a_password_cannot_log_in() -> None:
    UserFactory(email="ada@example.org")
    assert log_in("ada@example.org", "") == REFUSED


def test_the_viewer_has_the_own_memberships_only() -> None:
    from tests.factories import MembershipFactory

    mine = MembershipFactory()
    MembershipFactory(company=mine.company)
    found = send("{ viewer { memberships { role company { name } } } }", by=mine.user).data["viewer"]
    assert found == {"memberships": [{"role": "RECRUITER", "company": {"name": mine.company.name}}]}
