"""What stands in the DNS, asked of the resolvers of the machine."""

import dns.exception
import dns.resolver

from jobs.errors import DomainUnreachable

SECONDS = 5.0
MOST_RECORDS = 100


def resolver() -> dns.resolver.Resolver:
    """Whom to ask: the machine's own resolvers. The one thing here that is not ours to run."""
    return dns.resolver.Resolver()


def texts(name: str) -> list[str]:
    """The TXT records of a name, each in one piece; none where there is no such name. Raises `DomainUnreachable`."""
    try:
        answer = resolver().resolve(name, "TXT", search=False, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        raise DomainUnreachable from None
    records = [b"".join(record.strings) for record in answer]
    return [record.decode("utf-8", "replace") for record in records[:MOST_RECORDS]]


def is_there(domain: str) -> bool:
    """Whether there is a domain of this name, with or without records. Raises `DomainUnreachable`."""
    try:
        resolver().resolve(domain, "SOA", search=False, lifetime=SECONDS)
    except dns.resolver.NXDOMAIN:
        return False
    except dns.resolver.NoAnswer:
        return True
    except (dns.exception.DNSException, OSError):
        raise DomainUnreachable from None
    return True
