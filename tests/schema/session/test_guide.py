"""`docs/authentication.md` says what is so."""

import re

import pytest
from django.conf import settings

from accounts.auth import jwt, principals
from accounts.models import Session
from accounts.services import session as sessions
from nexus.graphql.context import REFRESH_COOKIE
from tests.door import send
from tests.factories import PASSWORD, UserFactory

GUIDE = (settings.BASE_DIR / "docs" / "authentication.md").read_text()


def test_its_numbers_and_names_are_the_codes() -> None:
    assert f"`{' '.join(jwt.REQUIRED_CLAIMS)}`" in GUIDE
    assert f"`{REFRESH_COOKIE}`" in GUIDE
    assert f"| {settings.GRAPHQL_JWT['JWT_EXPIRATION_DELTA'].seconds // 60} minutes |" in GUIDE
    assert f"within {sessions.IDLE.days} days; a session in use ends after {sessions.LONGEST.days}" in GUIDE
    assert f"go on for {principals.BLIND_SECONDS:.0f} seconds" in GUIDE
    assert principals.LAG_SECONDS == 1, "and in all others within a second"


@pytest.mark.django_db
def test_its_steps_are_walked() -> None:
    UserFactory(email="ada@example.org", password=PASSWORD)
    (document,) = re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL)
    given = send(document.replace("…", PASSWORD)).data["tokenCreate"]
    assert given["userErrors"] == []
    for _ in range(3):
        asked = f'tokenRefresh(input: {{ refreshToken: "{given["refreshToken"]}" }})'
        given = send(f"mutation {{ {asked} {{ token refreshToken }} }}").data["tokenRefresh"]
        shown = "{ viewer { sessions { device address lastUsedAt isCurrent } } }"
        (session,) = send(shown, authorization=f"Bearer {given['token']}").data["viewer"]["sessions"]
        assert (session["device"], session["isCurrent"]) == ("Laptop", True)
    send("mutation { tokenRevoke(input: {}) { endedAt } }", authorization=f"Bearer {given['token']}")
    assert Session.objects.get().revoked_at is not None
    assert send("{ viewer { user { email } } }", authorization=f"Bearer {given['token']}").response.status == 401
