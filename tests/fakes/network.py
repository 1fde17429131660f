"""A fake network: public names and addresses with servers on loopback, and a name server with TXT records.

Our own code resolves names, checks addresses, connects and speaks HTTP as usual: only the destination is faked.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingUDPServer
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.fakes.server import running

ADDRESS = "93.184.216.34"


class FakeNetwork:
    """`hosts`: (name, port) → the port on loopback where it is served. `records`: name → its TXT records."""

    def __init__(self) -> None:
        self.hosts: dict[tuple[str, int], int] = {}
        self.records: dict[str, list[str]] = {}
        self.queried: list[str] = []
        self.name_server_works = True
        self._names: dict[str, str] = {}

    def address_of(self, name: str) -> str:
        return self._names.setdefault(name, f"93.184.216.{34 + len(self._names)}")

    def getaddrinfo(self, name: str, *args: Any, **kwargs: Any) -> list[Any]:
        if not any(name == known for known, _ in self.hosts):
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.address_of(name), 0))]

    def loopback_address(self, address: Any) -> Any:
        if not isinstance(address, tuple):
            return address
        for (name, port), local_port in self.hosts.items():
            if address[:2] == (self.address_of(name), port):
                return ("127.0.0.1", local_port)
        if str(address[0]).startswith("93.184.216."):
            raise ConnectionRefusedError
        return address

    def answer(self, query: bytes) -> bytes:
        message = dns.message.from_wire(query)
        name = message.question[0].name
        self.queried.append(name.to_text(omit_final_dot=True))
        answer = dns.message.make_response(message)
        answer.flags |= dns.flags.RA
        known = self.records.get(self.queried[-1])
        if known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN if self.name_server_works else dns.rcode.SERVFAIL)
        else:
            quoted = [f'"{text}"' for text in known]
            answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", quoted))
        return answer.to_wire()


@contextmanager
def connected(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[FakeNetwork]:
    """Connect the system to a fake network, on which it may reach public addresses only."""
    network = FakeNetwork()
    connect = socket.socket.connect

    class Names(BaseRequestHandler):
        def handle(self) -> None:
            query, server = self.request
            server.sendto(network.answer(query), self.client_address)

    server = ThreadingUDPServer(("127.0.0.1", 0), Names)
    with running(server):
        settings.KRAFTER_ALLOWED_NETWORKS = ""
        settings.KRAFTER_DNS_SERVERS = f"127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(socket, "getaddrinfo", network.getaddrinfo)
        monkeypatch.setattr(
            socket.socket, "connect", lambda sock, address: connect(sock, network.loopback_address(address))
        )
        yield network
