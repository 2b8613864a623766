"""Where a request comes from, in a form that can be counted and kept: always an IP address."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address

# All whose address nobody tells count as one: those of a Unix socket, or of a proxy that forwards no address.
UNTOLD = str(IPv4Address(0))


def client_of(told: tuple[str, int] | None) -> tuple[str, int]:
    """The `client` of an ASGI scope, whose host is an IP address now."""
    return (UNTOLD, 0) if told is None else (address_of(told[0]), told[1])


@lru_cache(maxsize=10_000)
def address_of(told: str) -> str:
    """The IP address in what a server or a proxy tells: without a zone, and without the port that some proxies add."""
    host = told.partition("%")[0]
    for form in (host, host.rpartition(":")[0].strip("[]")):
        try:
            return str(ip_address(form))
        except ValueError:
            continue
    return UNTOLD
