"""Who may set up a second factor, and make and revoke API keys."""

from typing import Any

from django.utils import timezone

from accounts.auth import one_time_code
from accounts.services import totp
from kernel.viewer import Viewer
from tests.factories import ApiKeyFactory
from tests.roles import SIGNED_IN, RoleCase, Scene


def _begin(scene: Scene) -> None:
    """The set-up, begun by whoever asks."""
    if scene.person is not None:
        by = Viewer(user_id=scene.person.pk, authenticated_at=timezone.now())
        scene.made["secret"] = totp.enable(by=by).secret


def _switch_on(scene: Scene) -> None:
    _begin(scene)
    if scene.person is not None:
        by = Viewer(user_id=scene.person.pk, authenticated_at=timezone.now())
        totp.confirm(by=by, code=_code(scene, -1)["code"])


def _code(scene: Scene, steps: int = 0) -> dict[str, Any]:
    step = one_time_code.step_at(timezone.now()) + steps
    return {"code": one_time_code.code_at(scene.made.get("secret", "A" * 32), step)}


def _key_of_the_company(scene: Scene) -> None:
    scene.made["key"] = ApiKeyFactory(company_id=scene.company.pk)


CASES = {
    "totpEnable": RoleCase(allowed=SIGNED_IN, input=lambda scene: {}, needs_recent_login=True),
    "totpConfirm": RoleCase(allowed=SIGNED_IN, prepare=_begin, input=_code),
    "totpDisable": RoleCase(allowed=SIGNED_IN, prepare=_switch_on, input=_code, needs_recent_login=True),
    "apiKeyCreate": RoleCase(
        allowed={"company_admin", "owner"},
        input=lambda scene: {
            "name": "Importer",
            "scopes": ["JOBS_WRITE"],
            "companyId": scene.id("Company", scene.company.pk),
        },
        needs_recent_login=True,
    ),
    "apiKeyRevoke": RoleCase(
        allowed={"company_admin", "owner"},
        prepare=_key_of_the_company,
        input=lambda scene: {"keyId": scene.id("ApiKey", scene.made["key"].pk)},
    ),
}
