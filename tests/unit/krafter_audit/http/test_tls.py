import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from krafter_audit.http.client import Client, Limits, TimedOut, Unreachable
from krafter_audit.http.transport import tls_context
from tests.fakes.raw_servers import HELLO_REQUESTS, Dns, Server, sends_repeatedly
from tests.unit.krafter_audit.http.conftest import open_client

type Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def tls_context_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_additional_ca_is_trusted_and_the_host_name_verified(
    serve: Serve, dns: Dns, authority: trustme.CA, ca_file: str
) -> None:
    context = tls_context_for(authority, "site.example")
    server_names: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: server_names.append(name)
    server = serve(tls=context)
    dns.set("site.example", ["127.0.0.1"])
    with open_client(ca_file=ca_file) as client:
        response = client.get(f"https://site.example:{server.port}/")
    assert (response.status, response.address) == (200, "127.0.0.1")
    assert server_names == ["site.example"]
    assert f"Host: site.example:{server.port}".encode() in server.requests[0]


def test_certificate_of_another_host_is_rejected(
    serve: Serve, dns: Dns, authority: trustme.CA, ca_file: str
) -> None:
    server = serve(tls=tls_context_for(authority, "other.example"))
    dns.set("site.example", ["127.0.0.1"])
    with open_client(ca_file=ca_file) as client, pytest.raises(Unreachable) as error:
        client.get(f"https://site.example:{server.port}/?token=hunter2")
    assert error.value.tls
    assert "not valid for 'site.example'" in str(error.value)
    assert "KRAFTER_CA_FILE" not in str(error.value)
    assert server.requests == []


def test_ip_address_is_verified_against_the_certificate(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    server = serve(tls=tls_context_for(authority, "127.0.0.1"))
    with open_client(ca_file=ca_file) as client:
        assert client.get(server.url).status == 200


def test_unknown_ca_is_rejected_despite_environment_variables(
    serve: Serve, authority: trustme.CA, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(tls=tls_context_for(authority, "127.0.0.1"))
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    tls_context.cache_clear()
    with open_client() as client, pytest.raises(Unreachable) as error:
        client.get(server.url)
    assert error.value.tls
    assert "KRAFTER_CA_FILE" in str(error.value)


def test_server_without_tls_fails_the_handshake(serve: Serve, client: Client) -> None:
    server = serve()
    with pytest.raises(Unreachable) as error:
        client.get(server.url.replace("http://", "https://"))
    assert error.value.tls


def test_missing_ca_file_is_named_in_the_error() -> None:
    with (
        open_client(ca_file="/nowhere/ca.pem") as client,
        pytest.raises(Unreachable, match="/nowhere/ca.pem"),
    ):
        client.get("https://127.0.0.1/")


@pytest.mark.slow
def test_handshake_without_end_ends_at_the_deadline(serve: Serve) -> None:
    server = serve(sends_repeatedly(HELLO_REQUESTS * 8))
    started = time.monotonic()
    with open_client(limits=Limits(total=1.0)) as client, pytest.raises(TimedOut):
        client.get(f"https://127.0.0.1:{server.port}/")
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_session_tickets_without_end_end_at_the_deadline(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    context = tls_context_for(authority, "127.0.0.1")
    context.num_tickets = 1_000_000
    server = serve(tls=context)
    started = time.monotonic()
    with open_client(ca_file=ca_file, limits=Limits(total=1.0)) as client, pytest.raises(TimedOut):
        client.get(f"https://127.0.0.1:{server.port}/")
    assert time.monotonic() - started < 5
