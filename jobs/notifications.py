"""The messages that jobs send. Each has its words in `jobs/templates/mail/<name>/`."""

from datetime import UTC, datetime

from accounts.models import Topic
from accounts.notifications.mail import Template, client_link
from accounts.notifications.news import News

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
REJECTION = Template(
    "rejection",
    sample={"name": "Ada Lovelace", "job": "Gardener", "company": "Larkfield Systems"},
    category="applications",
)
# The company's own words: lines, each of which is shown as it is written, and means nothing to whoever renders them.
REJECTION_IN_WORDS = Template(
    "rejection_in_words",
    sample={
        "job": "Gardener",
        "company": "Larkfield Systems",
        "subject": "Your application as Gardener",
        "lines": ["Dear Ada Lovelace,", "", "thank you for your interest. Somebody else fits better this time."],
    },
    category="applications",
)
DOMAIN_LOST = Template(
    "domain_lost",
    sample={
        "company": "Larkfield Systems",
        "domain": "larkfield.example",
        "link": client_link("company-domains"),
    },
)

# What people are told. No name of a person stands in any of these: mail is read on lock screens.
APPLICATION_RECEIVED = News(
    "application_received",
    Topic.APPLICATIONS,
    en="{company} has received your application as {job}.",
    de="{company} hat Ihre Bewerbung als {job} erhalten.",
    page="my-applications",
)
APPLICATION_MOVED = News(
    "application_moved",
    Topic.APPLICATIONS,
    en="{company}: your application as {job} has come to the next step.",
    de="{company}: Ihre Bewerbung als {job} ist einen Schritt weiter.",
    page="my-applications",
)
APPLICATION_HIRED = News(
    "application_hired",
    Topic.APPLICATIONS,
    en="{company} wants to hire you as {job}.",
    de="{company} möchte Sie als {job} einstellen.",
    page="my-applications",
)
APPLICATION_TRANSFERRED = News(
    "application_transferred",
    Topic.APPLICATIONS,
    en="{company} considers you for another job: {job}.",
    de="{company} zieht Sie für eine andere Stelle in Betracht: {job}.",
    page="my-applications",
)
APPLICATION_ENDED = News(
    "application_ended",
    Topic.APPLICATIONS,
    en="{company} has decided about your application as {job}.",
    de="{company} hat über Ihre Bewerbung als {job} entschieden.",
    page="my-applications",
)
CANDIDATE_APPLIED = News(
    "candidate_applied",
    Topic.CANDIDATES,
    en="Somebody has applied as {job}.",
    de="Jemand hat sich als {job} beworben.",
    page="jobs/{slug}/applications",
)
CANDIDATE_WITHDREW = News(
    "candidate_withdrew",
    Topic.CANDIDATES,
    en="Somebody took an application as {job} back.",
    de="Jemand hat eine Bewerbung als {job} zurückgezogen.",
    page="jobs/{slug}/applications",
)
MENTIONED = News(
    "mentioned",
    Topic.MENTIONS,
    en="A colleague named you in a note on an application as {job}.",
    de="Jemand hat Sie in einer Notiz zu einer Bewerbung als {job} erwähnt.",
    page="jobs/{slug}/applications",
)
JOB_SUBMITTED = News(
    "job_submitted",
    Topic.POSTINGS,
    en="{job} waits for your approval.",
    de="{job} wartet auf Ihre Freigabe.",
    page="jobs/{slug}",
)
JOB_APPROVED = News(
    "job_approved",
    Topic.POSTINGS,
    en="{job} was approved and can be published.",
    de="{job} ist freigegeben und kann veröffentlicht werden.",
    page="jobs/{slug}",
)
JOB_REJECTED = News(
    "job_rejected",
    Topic.POSTINGS,
    en="{job} was sent back to be changed.",
    de="{job} soll überarbeitet werden.",
    page="jobs/{slug}",
)
JOB_HELD_BACK = News(
    "job_held_back",
    Topic.POSTINGS,
    en="{job} could not go live at its time.",
    de="{job} konnte nicht zur vorgesehenen Zeit veröffentlicht werden.",
    page="jobs/{slug}",
)
JOB_EXPIRES_SOON = News(
    "job_expires_soon",
    Topic.POSTINGS,
    en="{job} goes off the board on {day}.",
    de="{job} läuft am {day} ab.",
    page="jobs/{slug}",
)
JOB_EXPIRED = News(
    "job_expired",
    Topic.POSTINGS,
    en="{job} has gone off the board: its time is over.",
    de="{job} ist abgelaufen.",
    page="jobs/{slug}",
)
JOB_FROZEN = News(
    "job_frozen",
    Topic.POSTINGS,
    en="A moderator has taken {job} from public view.",
    de="Die Moderation hat {job} aus der Öffentlichkeit genommen.",
    page="jobs/{slug}",
)
JOB_UNFROZEN = News(
    "job_unfrozen",
    Topic.POSTINGS,
    en="{job} is back in public view.",
    de="{job} ist wieder öffentlich.",
    page="jobs/{slug}",
)
JOB_REMOVED = News(
    "job_removed",
    Topic.POSTINGS,
    en="{job} was taken from public view for good.",
    de="{job} wurde endgültig aus der Öffentlichkeit genommen.",
    page="jobs/{slug}",
)
JOB_REPORTED = News(
    "job_reported",
    Topic.MODERATION,
    en="{job} of {company} was reported.",
    de="{job} von {company} wurde gemeldet.",
    page="moderation",
)
JOB_CHANGED = News(
    "job_changed",
    Topic.MODERATION,
    en="{job} of {company} says something else since it was approved.",
    de="{job} von {company} sagt seit der Freigabe etwas anderes.",
    page="moderation",
)
EXPORT_READY = News(
    "export_ready",
    Topic.EXPORTS,
    en="The file that you asked for is ready: {company}.",
    de="Die gewünschte Datei liegt bereit: {company}.",
    page="company-exports",
)
