"""Names of domains: in one form, and only those that can be a company's own."""

import re
from functools import cache
from pathlib import Path

from accounts.text import refuse_unreadable
from jobs.errors import DomainRefused
from kernel.errors import Invalid

DATA = Path(__file__).resolve().parent.parent / "data"
LONGEST = 240  # of 253 characters, so that `_nexus.` has room before it
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def domain_name(text: str, *, field: str) -> str:
    """A domain as DNS has it, in lower case (RFC 1123, 2.1, and IDNA, RFC 5891). Raises `Invalid`, `DomainRefused`.

    Refused are public suffixes, under which strangers have domains, and those at which everybody has mail.
    """
    refuse_unreadable(text, field=field)
    try:
        name = text.strip().rstrip(".").lower().encode("idna").decode("ascii") if len(text) <= LONGEST else ""
    except UnicodeError:
        name = ""
    labels = name.split(".")
    is_domain = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not is_domain or len(name) > LONGEST:
        raise Invalid("Give the domain alone, as example.com.", field=field)
    registrable = _registrable(labels)
    if not registrable or not _mail_domains().isdisjoint((name, registrable)):
        raise DomainRefused(field=field)
    return name


def _registrable(labels: list[str]) -> str:
    """The public suffix with the label before it; empty for a public suffix (https://publicsuffix.org/list/)."""
    rules = _suffixes()
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        above = ".".join(labels[start + 1 :])
        if f"!{name}" in rules:
            return name
        if name in rules or f"*.{above}" in rules or not above:
            return ".".join(labels[start - 1 :]) if start else ""
    return ""


def _lines(name: str) -> frozenset[str]:
    lines = (DATA / name).read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _suffixes() -> frozenset[str]:
    return _lines("public_suffixes.txt")


@cache
def _mail_domains() -> frozenset[str]:
    return _lines("mail_domains.txt")
