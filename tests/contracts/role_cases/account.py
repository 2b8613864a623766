"""Who may do what to accounts: everybody to their own, and nobody to another's."""

from accounts.models import EmailTokenPurpose
from accounts.services import email
from tests.factories import PASSWORD, MembershipFactory, UserFactory
from tests.roles import EVERYBODY, SIGNED_IN, RoleCase, Scene

SECRET = "a walrus sings at dawn"


def _registration(scene: Scene) -> None:
    row = email.issue(EmailTokenPurpose.REGISTER, "somebody@example.org", password=UserFactory.build().password or "!")
    scene.made["token"] = email.token_of(row)


def _reset(scene: Scene) -> None:
    row = email.issue(EmailTokenPurpose.RESET, UserFactory().email)
    scene.made["token"] = email.token_of(row)


def _with_a_password(scene: Scene) -> None:
    assert scene.person is not None
    scene.person.set_password(PASSWORD)
    scene.person.save()


def _with_another_owner(scene: Scene) -> None:
    """The companies are not left alone."""
    for company in (scene.company, scene.elsewhere):
        MembershipFactory(company=company, role="owner")


CASES = {
    "accountRegister": RoleCase(
        allowed=EVERYBODY, input=lambda scene: {"email": f"{scene.role}@example.org", "password": SECRET}
    ),
    "accountVerify": RoleCase(
        allowed=EVERYBODY, prepare=_registration, input=lambda scene: {"token": scene.made["token"]}
    ),
    "accountUpdate": RoleCase(allowed=SIGNED_IN, input=lambda scene: {"changes": {"name": "Somebody else"}}),
    "accountDeactivate": RoleCase(
        allowed=SIGNED_IN, prepare=_with_another_owner, input=lambda scene: {}, needs_recent_login=True
    ),
    "accountDelete": RoleCase(
        allowed=SIGNED_IN, prepare=_with_another_owner, input=lambda scene: {}, needs_recent_login=True
    ),
    "emailChange": RoleCase(
        allowed=SIGNED_IN, input=lambda scene: {"email": "elsewhere@example.org"}, needs_recent_login=True
    ),
    "passwordReset": RoleCase(allowed=EVERYBODY, input=lambda scene: {"email": f"{scene.role}@example.org"}),
    "passwordResetConfirm": RoleCase(
        allowed=EVERYBODY,
        prepare=_reset,
        input=lambda scene: {"token": scene.made["token"], "password": SECRET},
    ),
    "passwordChange": RoleCase(
        allowed=SIGNED_IN,
        prepare=lambda scene: _with_a_password(scene) if scene.person else None,
        input=lambda scene: {"presentPassword": PASSWORD, "password": SECRET},
    ),
    "dataExportRequest": RoleCase(allowed=SIGNED_IN, input=lambda scene: {}),
}
