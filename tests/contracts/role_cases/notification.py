"""News: everybody's own."""

from tests.roles import SIGNED_IN, RoleCase

CASES = {
    "notificationRead": RoleCase(SIGNED_IN, lambda scene: {}),
    "notificationPreferenceUpdate": RoleCase(
        SIGNED_IN, lambda scene: {"preferences": [{"topic": "MENTIONS", "channel": "EMAIL", "cadence": "DAILY"}]}
    ),
}
