"""Addresses of documents: what one may look like, what of it may be shown, and which machines it may lead to."""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

from jobs.importers.files import Unreadable

type IPAddress = IPv4Address | IPv6Address
type Resolve = Callable[[str, int], list[IPAddress]]

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_KEPT_IN_TARGETS = "%/:=&?~#+!$,;'@()*[]"

# What is assigned for use on the internet: https://www.iana.org/assignments/ipv6-unicast-address-assignments
_UNICAST = ipaddress.IPv6Network("2000::/3")
# RFC 6052: translated to the IPv4 address in the last 32 bits. Where there is no IPv4, every old host is named so.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Unreachable(Unreadable):
    """The network or the server does not give the document now; another try may."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address, taken apart once, so that what was checked is what is asked."""

    scheme: str
    host: str  # in ASCII; an IPv6 address without brackets
    port: int
    target: str  # the path and the query, as they stand in the request

    @property
    def netloc(self) -> str:
        """Host and port as in a Host header: without the port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def full(self) -> str:
        """All of it, with whatever secret is in the query. Never for logs, messages or rows that others read."""
        return f"{self.scheme}://{self.netloc}{self.target}"

    def __str__(self) -> str:
        """What may be shown: without the query, where keys are."""
        path, question, _ = self.target.partition("?")
        return f"{self.scheme}://{self.netloc}{path}{question and '?…'}"

    __repr__ = __str__

    def joined(self, location: str) -> "WebAddress":
        """The address that a `Location` header or a link means here. Raises `Unreadable` as `parsed` does."""
        try:
            return parsed(urljoin(self.full, location))
        except ValueError:
            raise Unreadable(f"{self} leads to something that is not an address.") from None


def is_url(location: str) -> bool:
    """Whether it has the form of a URL, of whatever scheme, and not of a path."""
    return bool(_URL.match(location))


def parsed(address: str) -> WebAddress:
    """The address taken apart. Raises `Unreadable`, without repeating the address, where it is none that is read."""
    if len(address) > MAX_LENGTH:
        raise Unreadable(f"The address is longer than {MAX_LENGTH} characters.")
    if re.search(r"[\x00-\x20\x7f\\]", address):
        raise Unreadable("The address has a space, a backslash or a control character in it.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unreadable("The address is malformed.") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise Unreadable("The address has to begin with https:// or http://.")
    if "@" in parts.netloc:
        raise Unreadable("The address has a user name or a password in it, which would be sent in the open.")
    if port == 0:
        raise Unreadable("The address names port 0.")
    host = _ascii(parts.hostname or "")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], quote(target, safe=_KEPT_IN_TARGETS))


def shown(address: str) -> str:
    """The address without its secrets; "an address" where it is none."""
    try:
        return str(parsed(address))
    except Unreadable:
        return "an address"


def resolved(host: str, port: int) -> list[IPAddress]:
    """The addresses of a host, in the order in which the system would try them. Raises `Unreachable` without any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable(f"{host} is not known to the name server.") from None
    # A scope, as in fe80::1%eth0, says by which interface; such an address is never public.
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def is_public(address: IPAddress) -> bool:
    """Whether it is a machine on the internet: not here, not in a private network, not a group of machines.

    An IPv6 address that stands for an IPv4 one is what that one is.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if (inner := _ipv4_within(address)) is not None:
        return is_public(inner)
    return address in _UNICAST and address.is_global and not address.is_multicast


def is_public_or_private(address: IPAddress) -> bool:
    """Whether it is a machine on the internet, of a private network, or this one.

    Never an address that is only meant for the link, where clouds keep the secrets of their machines, nor a group.
    """
    if isinstance(address, IPv6Address) and (inner := _ipv4_within(address)) is not None:
        return is_public_or_private(inner)
    is_out_of_bounds = address.is_link_local or address.is_multicast or address.is_unspecified
    return not is_out_of_bounds and (is_public(address) or address.is_private)


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _ascii(host: str) -> str:
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError:
            raise Unreadable("The address is malformed.") from None
        if address.scope_id:
            raise Unreadable("The address names a network interface of one machine.")
        return str(address)
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    if not _HOST_NAME.fullmatch(name):
        raise Unreadable("The address names no host.")
    return name
