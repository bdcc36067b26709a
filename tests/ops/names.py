"""A name server of a test's own: it speaks real DNS, and knows what it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.asyncresolver import Resolver

Zone = dict[tuple[str, str], list[str]]


def answered(zone: Zone, wire: bytes) -> bytes:
    """The answer to a question: records; nothing at a name that exists, or has names beneath it; no such name."""
    question = dns.message.from_wire(wire)
    asked = question.question[0]
    name = asked.name.to_text(omit_final_dot=True).lower()
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    records = zone.get((name, asked.rdtype.name), [])
    if records:
        answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype.name, *records))
    elif not any(known == name or known.endswith(f".{name}") for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()


@asynccontextmanager
async def naming(zone: Zone, *, silent: bool = False) -> AsyncIterator[Resolver]:
    """A resolver that asks a server with this zone: `{("example.org", "TXT"): ['"v=spf1 -all"']}`."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.way = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            if not silent:
                self.way.sendto(answered(zone, data), addr)

    way, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    resolver = Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = way.get_extra_info("sockname")[1]
    yield resolver
    way.close()
