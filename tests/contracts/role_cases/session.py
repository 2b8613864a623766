"""Who may log in, and end which sessions."""

from accounts.services import session
from tests.door import token_for
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.roles import EVERYBODY, SIGNED_IN, RoleCase, Scene


def _somebody_with_a_password(scene: Scene) -> None:
    scene.made["email"] = UserFactory(password=PASSWORD).email


def _tokens(scene: Scene) -> None:
    scene.made["refresh"] = session.open(UserFactory(), method="password").refresh


def _own_session(scene: Scene) -> None:
    scene.made["session"] = SessionFactory(**{"user": scene.person} if scene.person else {})


CASES = {
    "tokenCreate": RoleCase(
        allowed=EVERYBODY,
        prepare=_somebody_with_a_password,
        input=lambda scene: {"email": scene.made["email"], "password": PASSWORD},
    ),
    "tokenRefresh": RoleCase(
        allowed=EVERYBODY, prepare=_tokens, input=lambda scene: {"refreshToken": scene.made["refresh"]}
    ),
    "tokenVerify": RoleCase(allowed=EVERYBODY, input=lambda scene: {"token": token_for(UserFactory())}),
    "tokenRevoke": RoleCase(allowed=SIGNED_IN, input=lambda scene: {}),
    "sessionRevoke": RoleCase(
        allowed=SIGNED_IN,
        prepare=_own_session,
        input=lambda scene: {"id": scene.id("Session", scene.made["session"].pk)},
    ),
    "sessionRevokeAll": RoleCase(allowed=SIGNED_IN, input=lambda scene: {"keepCurrent": True}),
}
