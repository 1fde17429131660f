"""A server with a secret listens on every address of this machine; no URL, host name or redirect may reach it."""

from collections.abc import Callable

import pytest

from krafter_audit.http.addresses import DEFAULT_PORTS
from krafter_audit.http.client import AddressPolicy, Client, HttpError, InvalidUrl, RefusedAddress, dial
from krafter_audit.http.network_backend import CheckedBackend
from tests.fakes.raw_servers import Dns, Server, answer, redirects, sends
from tests.unit.krafter_audit.http.conftest import open_client

type Serve = Callable[..., Server]

PRIVATE_ADDRESSES = {
    "loopback": "127.0.0.1",
    "loopback elsewhere in 127/8": "127.8.8.8",
    "unspecified": "0.0.0.0",
    "metadata": "169.254.169.254",
    "RFC 1918 10/8": "10.0.0.1",
    "RFC 1918 172.16/12": "172.16.0.1",
    "RFC 1918 192.168/16": "192.168.0.1",
    "shared 100.64/10": "100.64.0.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "::1",
    "IPv6 unspecified": "::",
    "v4-mapped": "::ffff:127.0.0.1",
    "v4-compatible": "::127.0.0.1",
    "unique local": "fd00::1",
    "link-local": "fe80::1",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "NAT64": "64:ff9b::7f00:1",
    "local NAT64": "64:ff9b:1::7f00:1",
    "6to4": "2002:7f00:1::1",
    "Teredo": "2001:0:7f00:1::1",
    "IPv6 documentation": "2001:db8::1",
}
NOTATIONS = {
    "localhost": "localhost",
    "localhost with a dot": "localhost.",
    "capital localhost": "LOCALHOST",
    "below localhost": "app.localhost",
    "mDNS name": "printer.local",
    "internal name": "metadata.google.internal",
    "decimal": "2130706433",
    "hex": "0x7f000001",
    "hex parts": "0x7f.0x0.0x0.0x1",
    "octal": "017700000001",
    "octal part": "0177.0.0.1",
    "short": "127.1",
    "three parts": "127.0.1",
    "zero": "0",
    "address with a dot": "127.0.0.1.",
    "circled digits": "①②⑦.⓪.⓪.①",
    "fullwidth digits": "１２７.０.０.１",
    "ideographic dots": "127。0。0。1",
    "fullwidth localhost": "ｌｏｃａｌｈｏｓｔ",
    "percent-encoded": "%31%32%37.0.0.1",
    "zone id": "[fe80::1%lo]",
    "encoded zone id": "[fe80::1%25lo]",
    "mapped hex": "[::ffff:7f00:1]",
    "long zeros": "[0:0:0:0:0:ffff:127.0.0.1]",
    "user": "user@127.0.0.1",
    "user and public name": "example.com@127.0.0.1",
    "backslash": "example.com\\@127.0.0.1",
    "new line": "example.com\n127.0.0.1",
}


@pytest.fixture
def internal_server(serve: Serve) -> Server:
    return serve(sends(answer(b"secret")), host="::")


def client_for(server: Server) -> Client:
    """Return a client that permits the port, so that only the address can be refused."""
    return Client(policy=AddressPolicy(ports=DEFAULT_PORTS | {server.port}), ca_file="")


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"])
def test_internal_server_responds_if_its_network_is_allowed(address: str, internal_server: Server) -> None:
    with open_client("0.0.0.0/0, ::/0") as client:
        assert client.get(f"http://{bracketed(address)}:{internal_server.port}/").body == b"secret"
    assert internal_server.connections == 1


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES.values(), ids=PRIVATE_ADDRESSES.keys())
def test_private_address_is_never_connected_to(address: str, internal_server: Server, dns: Dns) -> None:
    with client_for(internal_server) as client, pytest.raises(RefusedAddress):
        client.get(f"http://{bracketed(address)}:{internal_server.port}/")
    assert internal_server.connections == 0
    assert dns.queried == []


@pytest.mark.parametrize("host", NOTATIONS.values(), ids=NOTATIONS.keys())
def test_loopback_in_any_notation_is_never_connected_to(host: str, internal_server: Server, dns: Dns) -> None:
    for name in ("printer.local", "metadata.google.internal", "app.localhost", "example.com"):
        dns.set(name, ["127.0.0.1"])
    with client_for(internal_server) as client, pytest.raises((RefusedAddress, InvalidUrl)):
        client.get(f"http://{host}:{internal_server.port}/")
    assert internal_server.connections == 0


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES.values(), ids=PRIVATE_ADDRESSES.keys())
def test_host_that_resolves_to_a_private_address_is_never_connected_to(
    address: str, internal_server: Server, dns: Dns
) -> None:
    dns.set("evil.example", [address])
    with client_for(internal_server) as client, pytest.raises(RefusedAddress) as error:
        client.get(f"http://evil.example:{internal_server.port}/")
    assert internal_server.connections == 0
    assert address not in str(error.value)


@pytest.mark.parametrize(
    "answers",
    [["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["2606:4700::1111", "::1"]],
    ids=["public first", "private first", "IPv6"],
)
def test_host_with_one_private_address_is_blocked(
    answers: list[str], internal_server: Server, dns: Dns
) -> None:
    dns.set("mixed.example", answers)
    with client_for(internal_server) as client, pytest.raises(RefusedAddress):
        client.get(f"http://mixed.example:{internal_server.port}/")
    assert internal_server.connections == 0


def test_dns_rebinding_after_the_check_connects_to_the_checked_address(serve: Serve, dns: Dns) -> None:
    allowed = serve(host="127.0.0.2")
    dns.set("rebinding.example", ["127.0.0.2"], ["127.0.0.1"])
    with open_client("127.0.0.2/32") as client:
        url = f"http://rebinding.example:{allowed.port}/"
        assert [client.get(url).address, client.get(url).address] == ["127.0.0.2", "127.0.0.2"]
    assert dns.queried == ["rebinding.example"]
    assert allowed.connections == 2


def test_dns_rebinding_between_two_clients_is_blocked(serve: Serve, dns: Dns) -> None:
    allowed, private = serve(host="127.0.0.2"), serve()
    dns.set("rebinding.example", ["127.0.0.2"], ["127.0.0.1"])
    with open_client("127.0.0.2/32") as client:
        client.get(f"http://rebinding.example:{allowed.port}/")
    with open_client("127.0.0.2/32") as client, pytest.raises(RefusedAddress):
        client.get(f"http://rebinding.example:{private.port}/")
    assert private.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://private.example:{port}/",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "http://user@127.0.0.2:{port}/",
        "https://127.0.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/_x",
        "javascript:alert(1)",
        "http+unix://%2Frun%2Fdocker.sock/info",
    ],
)
def test_redirect_to_a_forbidden_url_is_not_followed(
    location: str, internal_server: Server, serve: Serve, dns: Dns
) -> None:
    dns.set("private.example", ["127.0.0.1"])
    start = serve(redirects(location.format(port=internal_server.port)), host="127.0.0.2")
    with open_client("127.0.0.2/32") as client, pytest.raises(RefusedAddress) as error:
        client.get(f"{start.url}/start", follow_redirects=True)
    assert internal_server.connections == 0
    assert [response.url for response in error.value.history] == [f"{start.url}/start"]


def test_policy_applies_to_each_redirect(internal_server: Server, serve: Serve, dns: Dns) -> None:
    dns.set("second.example", ["127.0.0.2"])
    second = serve(redirects(f"http://127.0.0.1:{internal_server.port}/"), host="127.0.0.2")
    first = serve(redirects(f"http://second.example:{second.port}/"), host="127.0.0.2")
    with open_client("127.0.0.2/32") as client, pytest.raises(RefusedAddress):
        client.get(first.url, follow_redirects=True)
    assert (second.connections, internal_server.connections) == (1, 0)


@pytest.mark.parametrize("port", [21, 22, 25, 3306, 5432, 6379, 11211, 9200])
def test_public_host_is_not_requested_on_other_ports(port: int, dns: Dns) -> None:
    dns.set("public.example", ["93.184.216.34"])
    with Client(policy=AddressPolicy(), ca_file="") as client:
        for host in ("public.example", "93.184.216.34"):
            with pytest.raises(RefusedAddress) as error:
                client.get(f"http://{host}:{port}/")
            assert str(error.value) == (
                f"Port {port} is not allowed; allowed ports are 80, 443, 8080, 8443, and any on"
                " KRAFTER_ALLOWED_NETWORKS."
            )


def test_allowed_network_with_a_port_permits_only_that_port(serve: Serve, dns: Dns) -> None:
    listed, other = serve(), serve()
    with open_client(f"127.0.0.1/32:{listed.port}") as client:
        assert client.get(f"http://localhost:{listed.port}/").status == 200
        with pytest.raises(RefusedAddress):
            client.get(other.url)
    assert other.connections == 0


def test_proxy_environment_variables_are_ignored(
    serve: Serve, client: Client, dns: Dns, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, target = serve(), serve()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    dns.set("site.example", ["127.0.0.1"])
    assert client.get(f"http://site.example:{target.port}/").status == 200
    assert (proxy.connections, target.connections) == (0, 1)


def test_backend_rejects_unix_sockets() -> None:
    backend = CheckedBackend(AddressPolicy(), deadline=None, max_bytes=0)  # type: ignore[arg-type]
    with pytest.raises(RefusedAddress):
        backend.connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.1", "private.example"])
def test_dial_rejects_what_the_policy_forbids(host: str, internal_server: Server, dns: Dns) -> None:
    dns.set("private.example", ["127.0.0.1"])
    policy = AddressPolicy(ports=frozenset({internal_server.port}))
    with pytest.raises(RefusedAddress):
        dial(host, internal_server.port, policy=policy, timeout=2)
    assert internal_server.connections == 0


def test_dial_connects_to_the_checked_address(serve: Serve, dns: Dns) -> None:
    server = serve(host="127.0.0.2")
    dns.set("site.example", ["127.0.0.2"], ["127.0.0.1"])
    policy = AddressPolicy.from_setting("127.0.0.2/32")
    sock, address = dial("Site.example.", server.port, policy=policy, timeout=2)
    with sock:
        assert (address, sock.getpeername(), sock.gettimeout()) == (
            "127.0.0.2",
            ("127.0.0.2", server.port),
            2,
        )
    assert dns.queried == ["site.example"]


def test_error_shows_no_secret_of_the_url(dns: Dns) -> None:
    dns.set("private.example", ["10.0.0.1"])
    with Client(policy=AddressPolicy(), ca_file="") as client:
        for host in ("private.example", "127.0.0.1", "nowhere.example", "me:hunter2@example.com", "a b"):
            with pytest.raises(HttpError) as error:
                client.get(f"http://{host}/path/hunter2?token=hunter2")
            assert "hunter2" not in str(error.value)
