"""Signing in with an identity provider."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.auth import links
from accounts.models import Identity, SignInCode
from accounts.services.identity import challenge_of
from tests.factories import UserFactory
from tests.roles import EVERYBODY, QueryCase, RoleCase, Scene

VERIFIER = "v" * 43


def a_code(scene: Scene) -> None:
    """A code that brings the tokens of somebody else again: whoever asks, it is the code that counts."""
    now = timezone.now()
    identity = Identity.objects.create(user=UserFactory(), provider="acme", subject="1", last_used_at=now)
    SignInCode.objects.create(
        identity=identity,
        code_hash=links.hash_of("code"),
        challenge=challenge_of(VERIFIER),
        expires_at=now + timedelta(minutes=1),
    )


def _input(scene: Scene) -> dict[str, Any]:
    return {"code": "code", "verifier": VERIFIER}


CASES = {"signInComplete": RoleCase(allowed=EVERYBODY, prepare=a_code, input=_input)}
QUERIES = {
    "signInProviders": QueryCase(
        seen_by=(),
        query=lambda scene: ("{ signInProviders { slug } }", {}),
        found=lambda data: data["signInProviders"],
    )
}
