"""Reading the environment, so that every fault in it is told at once and by name."""

import hmac
import ipaddress
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent


def load_env_file() -> None:
    """Adds what `.env` in the checkout says, where the environment itself says nothing."""
    if (BASE_DIR / ".env").is_file():
        environ.Env.read_env(BASE_DIR / ".env")


class Environment:
    """Typed reads of environment variables; an empty variable counts as unset.

    Faults are collected while reading. `refuse` raises them all in one `ImproperlyConfigured`.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The variable's text without surrounding space."""
        return os.environ.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """True for 1, true, yes, on; False for 0, false, no, off."""
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        text = self.text(name)
        if text.lower() not in words:
            if text:
                self.faults.append(f"{name}: is {text!r}; use 1 or 0.")
            return default
        return words[text.lower()]

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        """A whole number within the bounds."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            self.faults.append(f"{name}: is {text!r}; use a whole number from {least} to {most}.")
            return default
        return int(text)

    def choice(self, name: str, *options: str) -> str:
        """One of the options, in their own case; the first is the default."""
        text = self.text(name, options[0])
        for option in options:
            if option.lower() == text.lower():
                return option
        self.faults.append(f"{name}: is {text!r}; use one of {', '.join(options)}.")
        return options[0]

    def items(self, name: str, default: list[str]) -> list[str]:
        """The parts of a list written with commas."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()] or default

    def networks(self, name: str) -> list[str]:
        """Addresses and networks, written with commas."""
        networks = self.items(name, [])
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                self.faults.append(f"{name}: {network!r} is neither an address nor a network (10.0.0.0/8).")
        return networks

    def signing_keys(self, name: str, secret: str) -> tuple[tuple[str, str], ...]:
        """Names and keys, written as `name:key` with commas; unset: one that is derived from `secret`.

        A fault never shows a key.
        """
        pairs = [tuple(entry.partition(":")[::2]) for entry in self.items(name, [])]
        if not pairs:
            key = hmac.digest(secret.encode(), b"access tokens", "sha256").hex()
            return ((sha256(key.encode()).hexdigest()[:8], key),)
        if len({name for name, _ in pairs}) < len(pairs):
            self.faults.append(f"{name}: has two keys of one name.")
        for number, (key_name, key) in enumerate(pairs, 1):
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_name):
                self.faults.append(f"{name}: entry {number} is not `name:key`, of letters, digits, _ and -.")
            # 256 bits for HMAC-SHA-256 (RFC 7518 3.2) are 43 characters of base64.
            elif len(key) < 43 or len(set(key)) < 5:
                self.faults.append(f"{name}: the key of entry {number} needs 43 or more random characters.")
        return tuple((key_name, key) for key_name, key in pairs)

    def url(self, name: str, default: str, *schemes: str) -> str:
        """A URL of one of the schemes. A fault never shows it, because it may hold a password."""
        text = self.text(name, default)
        try:
            fits = urlsplit(text).scheme in schemes and urlsplit(text).port != 0
        except ValueError:
            fits = False
        if not fits:
            self.faults.append(f"{name}: is not a URL that starts with {' or '.join(f'{s}://' for s in schemes)}.")
            return default
        return text

    def sender(self, name: str, default: str) -> str:
        """Who sends mail: an address, or `Name <address>`."""
        text = self.text(name, default)
        address = parseaddr(text)[1]
        try:
            validate_email(address.replace("@localhost", "@localhost.test"))
        except ValidationError:
            self.faults.append(f"{name}: is {text!r}; use an address, or `Name <address>`.")
            return default
        return text

    def refuse(self) -> None:
        """Raises `ImproperlyConfigured` with every fault found so far, if there is one."""
        if self.faults:
            faults = "\n".join(f"  - {fault}" for fault in self.faults)
            raise ImproperlyConfigured(f"The configuration cannot be used (see .env.example):\n{faults}")


def require_database() -> None:
    """Refuses to serve where no database is named; `make run` and `manage.py` name the embedded one by then."""
    if not os.environ.get("DATABASE_URL", "").strip():
        raise ImproperlyConfigured("DATABASE_URL: is not set. Name the database, or let `make run` bring one.")


@contextmanager
def shared_metrics(processes: int) -> Iterator[None]:
    """A folder in which several web processes add up their metrics, unless PROMETHEUS_MULTIPROC_DIR names one.

    To be entered before they start, because they read the variable as they do.
    """
    name = "PROMETHEUS_MULTIPROC_DIR"
    if processes == 1 or os.environ.get(name, "").strip():
        yield
        return
    with TemporaryDirectory(prefix="nexus-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[name] = folder
        try:
            yield
        finally:
            del os.environ[name]


def is_local(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
