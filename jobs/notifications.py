"""The messages that jobs send. Each has its words in `jobs/templates/mail/<name>/`."""

from datetime import UTC, datetime

from accounts.notifications.mail import Template, client_link

_SAMPLE_MOMENT = datetime(2027, 3, 14, 15, 9, tzinfo=UTC)
_SAMPLE_TOKEN = "8kq1WkzXq0a7bHn2uJm4tR5yVd6cEf9gL3sPxZoQwNi"  # noqa: S105 - opens nothing

# Who invites is not named: the company answers for it, and a name could be anything.
INVITATION = Template(
    "invitation",
    sample={
        "company": "Larkfield Systems",
        "role": "recruiter",
        "link": client_link("invitation", token=_SAMPLE_TOKEN),
        "expires_at": _SAMPLE_MOMENT,
    },
)
VERIFY_DOMAIN = Template(
    "verify_domain",
    sample={
        "company": "Larkfield Systems",
        "domain": "larkfield.example",
        "link": client_link("verify-domain", token=_SAMPLE_TOKEN, domain="larkfield.example"),
        "expires_at": _SAMPLE_MOMENT,
    },
)
DOMAIN_LOST = Template(
    "domain_lost",
    sample={
        "company": "Larkfield Systems",
        "domain": "larkfield.example",
        "link": client_link("company-domains"),
    },
)
