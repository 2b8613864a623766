"""What people type about themselves: e-mail addresses, names, languages and time zones, checked and in one form."""

import re
import unicodedata
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from kernel.errors import Invalid

LONGEST_EMAIL, LONGEST_LOCAL_PART = 254, 64
LONGEST_NAME = 200

# BCP 47 as far as people need it to say their language: `en`, `de-AT`, `zh-Hant`, `sr-Latn-RS`.
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_email_is_valid = EmailValidator()


def email_address(text: str, *, field: str = "email") -> str:
    """An address as it is kept: in lower case, and its domain in the letters that DNS has (IDNA, RFC 5891).

    Two spellings of one address are one account. Raises `Invalid`.
    """
    refuse_unreadable(text, field=field)
    address = unicodedata.normalize("NFKC", text.strip()).lower()
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        address = f"{local}@{domain}"
        # `"ada"@example.org` reaches the mailbox of `ada@example.org`, and `ada@[10.0.0.1]` a machine within.
        if local.startswith('"') or domain.startswith("["):
            raise ValidationError("neither quoted nor literal")
        _email_is_valid(address)
    except (UnicodeError, ValidationError):
        raise Invalid("This is no e-mail address.", field=field) from None
    # RFC 5321, 4.5.3.1.
    if len(address) > LONGEST_EMAIL or len(local) > LONGEST_LOCAL_PART:
        raise Invalid(
            f"An e-mail address has at most {LONGEST_LOCAL_PART} characters before the @, and {LONGEST_EMAIL} in all.",
            field=field,
        )
    return address


def person_name(text: str, *, field: str = "name") -> str:
    """A name in one line, without space around it; it may be empty. Raises `Invalid`."""
    refuse_unreadable(text, field=field)
    name = unicodedata.normalize("NFC", text.strip())
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters.", field=field)
    refuse_disguises(name, field=field)
    return name


def refuse_disguises(line: str, *, field: str) -> None:
    """Refuse what a name that others are shown could pass itself off with. Raises `Invalid`.

    An address would be a link in mail that we send to strangers; characters that turn the direction of writing around
    (Unicode's bidirectional controls) or that nobody sees would make it read as another name.
    """
    if "://" in line or line.casefold().startswith("www."):
        raise Invalid("A name is no address.", field=field)
    if not is_plain_line(line):
        raise Invalid("A name stands in one line, of characters that can be seen.", field=field)


def is_plain_line(text: str) -> bool:
    """Whether it stands in one line, of characters that can be seen; many scripts are written with joiners."""
    return all(
        unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp") or character in "\u200c\u200d"
        for character in text
    )


def locale_tag(text: str, *, field: str = "locale") -> str:
    """A BCP 47 tag. Raises `Invalid`."""
    if len(text) > 10 or not _LOCALE.fullmatch(text):
        raise Invalid("Name the language as BCP 47 does: en, de-AT, zh-Hant.", field=field)
    return text


def timezone_name(text: str, *, field: str = "timezone") -> str:
    """A time zone of the IANA database. Raises `Invalid`."""
    if text not in available_timezones():
        raise Invalid("Name the time zone as IANA does: Europe/Berlin, UTC.", field=field)
    return text


def refuse_unreadable(text: str, *, field: str) -> None:
    """Raises `Invalid` for what is no text, or none that the database can keep: NUL, and halves of characters."""
    if "\x00" in text:
        raise Invalid("A text has no NUL characters.", field=field)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("A character of this text is broken: half of a pair of surrogates.", field=field) from None
