"""Who may do what to companies."""

from tests.roles import SEEKERS, SIGNED_IN, RoleCase, Scene


def _company(scene: Scene) -> dict[str, object]:
    return {"companyId": scene.id("Company", scene.company.pk)}


CASES = {
    "companyCreate": RoleCase(allowed=SIGNED_IN, input=lambda scene: {"name": "Another company"}),
    "companyUpdate": RoleCase(
        allowed={"company_admin", "owner", "platform_admin"},
        input=lambda scene: {
            "id": scene.id("Company", scene.company.pk),
            "changes": {"name": "Renamed", "benefits": ["A garden"]},
        },
    ),
    "companyVerifyDomain": RoleCase(
        allowed={"company_admin", "owner"},
        input=lambda scene: {**_company(scene), "domain": "roles.example", "method": "DNS"},
    ),
    "companyFollow": RoleCase(allowed=SEEKERS, input=_company),
    "companyUnfollow": RoleCase(allowed=SEEKERS, input=_company),
}
