"""What a failure to send means: whether the address itself is no good, so that trying again is of no use."""

import re
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused

# RFC 5321, section 4.2.3: the mailbox is not there (550), is elsewhere (551), or its name is not allowed (553).
_NO_SUCH_MAILBOX = (550, 551, 553)
# RFC 3463: X.1.x is about the address, X.2.1 a mailbox that is disabled. All else is about the server, us, or the text.
_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
# A server that refuses to take mail from us for anybody answers 550 too, and often without an enhanced code.
_ABOUT_US = re.compile(r"relay|authenticat|spam|blocked|blacklist|blocklist|policy|reputation", re.IGNORECASE)


def of_recipient(error: Exception) -> str | None:
    """What the server said when it refused the one recipient for good; None for every other failure."""
    if isinstance(error, SMTPRecipientsRefused):
        return next((_final(code, answer) for code, answer in error.recipients.values()), None)
    if isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress):
        return str(error)
    return None


def code_of(error: Exception) -> int | None:
    """The code with which a server or a provider's API said no; None where none said anything."""
    if isinstance(error, SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    if isinstance(error, SMTPResponseException):
        return error.smtp_code
    return getattr(error, "status_code", None) if isinstance(error, AnymailAPIError) else None


def _final(code: int, answer: bytes | str) -> str | None:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    enhanced = _ENHANCED.search(text)
    if enhanced:
        subject, detail = enhanced.groups()
        is_final = subject == "1" or (subject, detail) == ("2", "1")
    else:
        is_final = code in _NO_SUCH_MAILBOX and not _ABOUT_US.search(text)
    return f"{code} {text}" if is_final and code >= 500 else None
