"""Who is first when many bring the same refresh token at once: the database says."""

from collections import Counter

import pytest

from accounts.models import RefreshToken, RevokeReason, Session
from accounts.services import session as sessions
from kernel.viewer import Viewer
from tests.factories import UserFactory
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50


def test_of_fifty_who_bring_one_token_one_wins_and_the_family_ends() -> None:
    tokens = sessions.open(UserFactory(), method="password")
    outcomes = Counter(at_once(*[lambda: sessions.refresh(tokens.refresh)] * MANY))
    assert outcomes == {"done": 1, "REFRESH_TOKEN_REUSED": MANY - 1}
    assert RefreshToken.objects.count() == 2
    assert Session.objects.get().revoke_reason == RevokeReason.TOKEN_REUSED


def test_a_log_out_among_refreshes_lets_nobody_go_on() -> None:
    for _ in range(10):
        tokens = sessions.open(UserFactory(), method="password")
        by = Viewer(user_id=tokens.session.user_id, session_id=tokens.session.pk)
        outcomes = at_once(
            lambda tokens=tokens: sessions.refresh(tokens.refresh),
            lambda tokens=tokens, by=by: sessions.revoke(tokens.session.pk, by=by),
        )
        assert outcomes[0] in ("done", "TOKEN_INVALID")
        assert outcomes[1] == "done"
        assert Session.objects.get(pk=tokens.session.pk).revoked_at is not None


def test_a_login_among_refreshes_waits_for_nobody_in_vain() -> None:
    for _ in range(10):
        tokens = sessions.open(UserFactory(), method="password")
        by = Viewer(user_id=tokens.session.user_id, session_id=tokens.session.pk)
        outcomes = at_once(
            lambda tokens=tokens: sessions.refresh(tokens.refresh),
            lambda tokens=tokens, by=by: sessions.renew(tokens.session.pk, by=by),
        )
        assert "unfinished" not in outcomes
        assert set(outcomes) <= {"done", "REFRESH_TOKEN_REUSED", "NOT_FOUND"}
