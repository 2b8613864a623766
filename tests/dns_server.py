"""A real DNS server on this machine, over UDP, that answers from a table which a test writes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


@dataclass
class Zone:
    """TXT records by name, in lower case; a name with an empty list is there and has none. `is_silent`: no answers."""

    records: dict[str, list[str]] = field(default_factory=dict)
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def resolver(self) -> dns.resolver.Resolver:
        """A resolver that asks this server and no other."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        resolver.timeout = 0.2
        return resolver

    def answer(self, query: bytes) -> bytes | None:
        """What to send back for a datagram."""
        message = dns.message.from_wire(query)
        question = message.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if self.is_silent:
            return None
        response = dns.message.make_response(message)
        response.flags |= dns.flags.RA
        texts = self.records.get(name)
        if texts is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif texts and question.rdtype == dns.rdatatype.TXT:
            quoted = [" ".join(f'"{text[at : at + 40]}"' for at in range(0, len(text), 40)) for text in texts]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
        return response.to_wire()


@contextmanager
def serving() -> Iterator[Zone]:
    """The server, in a thread of its own, on a port that the system chose."""
    zone = Zone()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        zone.port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, zone), daemon=True)
        thread.start()
        try:
            yield zone
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", zone.port))
            thread.join(5)


def _serve(server: socket.socket, zone: Zone) -> None:
    while True:
        query, sender = server.recvfrom(4096)
        if not query:
            return
        answer = zone.answer(query)
        if answer is not None:
            server.sendto(answer, sender)
