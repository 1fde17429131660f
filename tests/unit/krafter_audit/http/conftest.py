from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from krafter_audit.http.client import AddressPolicy, Client
from tests.fakes.raw_servers import Dns, Server


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Dns:
    fake = Dns()
    monkeypatch.setattr("socket.getaddrinfo", fake.getaddrinfo)
    return fake


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that stop with the test."""
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(Server(*args, **options))


@pytest.fixture
def client(dns: Dns) -> Iterator[Client]:
    """Return a client that may connect to this machine."""
    with open_client() as client:
        yield client


def open_client(networks: str = "127.0.0.0/8", **options: Any) -> Client:
    return Client(policy=AddressPolicy.from_setting(networks), **{"ca_file": "", **options})
