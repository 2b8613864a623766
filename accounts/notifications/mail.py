"""Mail: a template is declared beside its sender, and sent by a subscriber once what it tells of is committed.

    VERIFY_EMAIL = Template("verify_email", sample={"link": "https://…", "expires_at": …})

    @subscriber(AccountRegistered)
    def mail_verification(event: AccountRegistered, telling: Telling) -> None:
        send(VERIFY_EMAIL, to=user.email, context={…}, locale=user.locale, timezone=user.timezone, telling=telling)

Its words are in `templates/mail/<name>/{subject.txt,body.txt,body.html}` of the app, in English, and in a folder with
the language's code beside those for every other language.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine, TemplateDoesNotExist

from accounts.notifications import refusals
from accounts.notifications.languages import ENGLISH, Language, language_of, shown
from accounts.services import suppression
from kernel.subscribers import Telling

LONGEST_SUBJECT = 200
PARTS = ("subject.txt", "body.txt", "body.html")
# Names of some scripts, and emoji, are written with these.
_JOINERS = "\u200c\u200d"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Template:
    """A message of ours. `sample` has every variable that its words use, with a believable value of the right type."""

    name: str
    sample: dict[str, Any]
    category: str = "account"
    """What sort of mail it is, for people to switch off; what concerns the account itself they cannot."""

    def __post_init__(self) -> None:
        if declared.setdefault(self.name, self) is not self:
            raise RuntimeError(f"Two templates are called {self.name}.")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as somebody reads it."""

    language: Language
    subject: str
    text: str
    html: str


declared: dict[str, Template] = {}
"""Every template whose module is loaded, by name."""


def send(
    template: Template,
    *,
    to: str,
    context: dict[str, Any],
    locale: str,
    telling: Telling,
    timezone: str = "UTC",
    unsubscribe: str = "",
) -> None:
    """Send one message to one address; to be called by a subscriber.

    `unsubscribe` is the address to which one POST ends mail of this sort (RFC 8058).

    Nothing is sent to a suppressed address, and one that its own server refuses for good becomes suppressed. Raises
    whatever else goes wrong, for the outbox to try again; the Message-ID is then the same one.
    """
    told = log.bind(template=template.name, recipient=masked(to), delivery=str(telling.id))
    if suppression.is_suppressed(to):
        told.info("mail_suppressed")
        return
    rendered = render(template, context, locale=locale, timezone=timezone)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[to],
        headers={
            "Message-ID": f"<{telling.id}@{_sender_domain()}>",
            # RFC 3834: no vacation notice answers it.
            "Auto-Submitted": "auto-generated",
            "Content-Language": rendered.language.code,
            **(_one_click(unsubscribe) if unsubscribe else {}),
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    try:
        message.send()
    except Exception as error:
        refusal = refusals.of_recipient(error)
        if refusal is None:
            told.warning("mail_not_taken", error=type(error).__qualname__, code=refusals.code_of(error))
            raise
        suppression.suppress(to, reason=suppression.Reason.BOUNCE, detail=refusal)
        told.warning("mail_refused")
        return
    told.info("mail_sent")


def render(
    template: Template,
    context: dict[str, Any],
    *,
    locale: str,
    timezone: str = "UTC",
    undefined: str = "",
) -> Rendered:
    """The message in the locale's language, or in English where it is not written in that one.

    `undefined` stands where the words name a variable that is not there. Raises `TypeError` for a context that lacks
    one of the sample's variables.
    """
    if missing := template.sample.keys() - context.keys():
        raise TypeError(f"The mail {template.name} needs {', '.join(sorted(missing))}.")
    engine = _engine(undefined)
    language = _written_language(engine, template, language_of(locale))
    values = {name: _readable(value, language, timezone) for name, value in context.items()}
    values["mail"] = {"language": language.code, "board": _sender_name(), "subject": ""}

    def words(part: str, *, is_html: bool = False) -> str:
        return engine.get_template(_path(template, language, part)).render(Context(values, autoescape=is_html))

    subject = one_line(words("subject.txt"))[:LONGEST_SUBJECT]
    values["mail"]["subject"] = subject
    return Rendered(language, subject, words("body.txt").strip() + "\n", words("body.html", is_html=True))


def _readable(value: Any, language: Language, timezone: str) -> Any:
    if isinstance(value, datetime):
        return shown(value, language, timezone)
    return one_line(value) if isinstance(value, str) else value


def one_line(text: str) -> str:
    """The text in one line that reads as it is written.

    No header can be ended with what is in a name, no paragraph of ours be imitated, and no text be turned round.
    """
    characters = (one if one.isprintable() or one in _JOINERS else " " for one in text)
    return " ".join("".join(characters).split())


def client_link(path: str, **query: str) -> str:
    """An address in the front end, for people to follow: `client_link("verify-email", token=token)`."""
    return _link(settings.CLIENT_URL, path, query)


def masked(address: str) -> str:
    """What stands for an address in the log: the same for the same one, and of no use to anybody else."""
    return hmac.digest(settings.SECRET_KEY.encode(), address.strip().lower().encode(), "sha256").hex()[:12]


def _link(base: str, path: str, query: dict[str, str]) -> str:
    link = f"{base.rstrip('/')}/{quote(path.lstrip('/'))}"
    return f"{link}?{urlencode(query)}" if query else link


def _engine(undefined: str) -> Engine:
    # In development the words are read anew each time, so that whoever writes them sees what they wrote.
    make = _made if settings.DEBUG else _kept
    return make(undefined, settings.MAIL_TEMPLATES)


def _made(undefined: str, folder: str) -> Engine:
    loaders: list[Any] = ["django.template.loaders.filesystem.Loader"]
    loaders.append("django.template.loaders.app_directories.Loader")
    if not settings.DEBUG:
        loaders = [("django.template.loaders.cached.Loader", loaders)]
    return Engine(dirs=[folder] if folder else [], loaders=loaders, string_if_invalid=undefined)


_kept = lru_cache(8)(_made)


def _path(template: Template, language: Language, part: str) -> str:
    folder = "" if language is ENGLISH else f"{language.code}/"
    return f"mail/{template.name}/{folder}{part}"


def _written_language(engine: Engine, template: Template, wanted: Language) -> Language:
    """English, unless all of the message is there in the wanted language: no mail is in two."""
    try:
        for part in PARTS:
            engine.get_template(_path(template, wanted, part))
    except TemplateDoesNotExist:
        return ENGLISH
    return wanted


def _one_click(address: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def _sender_name() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or _sender_domain()
