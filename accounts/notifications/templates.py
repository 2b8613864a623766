"""The messages that accounts send. Each has its words in `accounts/templates/mail/<name>/`."""

from datetime import UTC, datetime

from django.conf import settings

from accounts.notifications.mail import Template, client_link

_SAMPLE_MOMENT = datetime(2027, 3, 14, 15, 9, tzinfo=UTC)
_SAMPLE_TOKEN = "8kq1WkzXq0a7bHn2uJm4tR5yVd6cEf9gL3sPxZoQwNi"  # noqa: S105 - opens nothing

# Without the person's name: whoever registers somebody else's address could write to them in it.
VERIFY_EMAIL = Template(
    "verify_email",
    sample={
        "link": client_link("verify-email", token=_SAMPLE_TOKEN),
        "expires_at": _SAMPLE_MOMENT,
    },
)
ACCOUNT_EXISTS = Template("account_exists", sample={"link": client_link("forgot-password")})
RESET_PASSWORD = Template(
    "reset_password",
    sample={"link": client_link("reset-password", token=_SAMPLE_TOKEN), "expires_at": _SAMPLE_MOMENT},
)
PASSWORD_CHANGED = Template(
    "password_changed", sample={"link": client_link("forgot-password"), "changed_at": _SAMPLE_MOMENT}
)
CHANGE_EMAIL = Template(
    "change_email",
    sample={"link": client_link("verify-email", token=_SAMPLE_TOKEN), "expires_at": _SAMPLE_MOMENT},
)
EMAIL_CHANGE_REQUESTED = Template(
    "email_change_requested", sample={"link": client_link("forgot-password"), "requested_at": _SAMPLE_MOMENT}
)
DATA_EXPORT_READY = Template("data_export_ready", sample={"link": client_link("my-data"), "expires_at": _SAMPLE_MOMENT})

IDENTITY_LINKED = Template("identity_linked", sample={"provider": "Google", "linked_at": _SAMPLE_MOMENT})

_RESET = client_link("forgot-password")
SECOND_FACTOR_ON = Template("second_factor_on", sample={"link": _RESET, "changed_at": _SAMPLE_MOMENT})
SECOND_FACTOR_OFF = Template("second_factor_off", sample={"link": _RESET, "changed_at": _SAMPLE_MOMENT})
RECOVERY_CODE_USED = Template("recovery_code_used", sample={"link": _RESET, "used_at": _SAMPLE_MOMENT, "codes_left": 9})
API_KEY_CREATED = Template(
    "api_key_created",
    sample={"link": _RESET, "created_at": _SAMPLE_MOMENT, "name": "Nightly import", "prefix": "nxs_k7Wp93hd"},
)
TOKEN_REUSED = Template("token_reused", sample={"device": "Nexus for Android", "ended_at": _SAMPLE_MOMENT})
NEWS = Template(
    "news",
    sample={
        "first": "Larkfield Systems looks at your application as Gardener.",
        "others": 2,
        "lines": [
            {"text": "Larkfield Systems looks at your application as Gardener.", "link": client_link("applications")},
            {"text": "Somebody applied as Gardener.", "link": client_link("jobs")},
        ],
        "left_out": 1,
        "link": client_link("notification-settings"),
        "unsubscribe": f"{settings.PUBLIC_URL}/unsubscribe/{_SAMPLE_TOKEN}",
    },
    category="news",
)
