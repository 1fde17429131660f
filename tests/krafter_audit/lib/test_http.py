import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from krafter_audit.lib.exchange import tls_context
from krafter_audit.lib.http import (
    BadUrl,
    Client,
    Limits,
    TimedOut,
    TooManyRedirects,
    Unreachable,
    retrying,
)
from tests.krafter_audit.lib.conftest import open_client
from tests.krafter_audit.lib.servers import Dns, Server, answer, by_path, redirects, says

type Serve = Callable[..., Server]


# What is sent


def test_a_request_names_itself_and_offers_what_it_can_decode(serve: Serve, client: Client) -> None:
    server = serve()
    client.get(f"{server.url}/a/b?c=d")
    head = server.requests[0].decode().lower()
    assert head.startswith("get /a/b?c=d http/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n" in head
    assert "user-agent: krafteraudit/1 (+https://" in head
    assert "accept-encoding: gzip, deflate\r\n" in head
    assert "connection: close\r\n" in head


def test_parameters_are_added_to_the_query(serve: Serve, client: Client) -> None:
    server = serve()
    client.get(f"{server.url}/?a=1", params={"b": "ü &", "c": [1, 2]})
    assert server.requests[0].startswith(b"GET /?a=1&b=%C3%BC+%26&c=1&c=2 ")


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        ({"json": {"a": "ü"}}, b"application/json", '{"a":"ü"}'.encode()),
        ({"data": {"a": "b c"}}, b"application/x-www-form-urlencoded", b"a=b+c"),
        ({"content": b"raw"}, None, b"raw"),
    ],
    ids=["json", "form", "bytes"],
)
def test_a_body_is_sent_with_its_kind(
    body: dict, kind: bytes | None, sent: bytes, serve: Serve, client: Client
) -> None:
    server = serve()
    client.post(server.url, **body)
    head, _, received = server.requests[0].partition(b"\r\n\r\n")
    assert received == sent
    assert (b"Content-Length: %d" % len(sent)) in head
    assert kind is None or kind in head


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "patch", "put", "delete"])
def test_each_method_has_its_shortcut(method: str, serve: Serve, client: Client) -> None:
    server = serve(says(answer(b"") if method == "head" else answer()))
    response = getattr(client, method)(server.url, headers={"X-Tag": "1"})
    assert (response.status, response.method) == (200, method.upper())
    assert server.requests[0].startswith(f"{method.upper()} / ".encode())
    assert b"X-Tag: 1\r\n" in server.requests[0]


@pytest.mark.parametrize("value", ["hunter2\r\nX-Evil: 1", "hunter2 ü", "hunter2\x00"])
def test_a_header_that_can_not_be_sent_fails_without_telling_it(
    value: str, serve: Serve, client: Client
) -> None:
    server = serve()
    with pytest.raises(Unreachable) as fault:
        client.get(server.url, headers={"Authorization": value})
    assert "hunter2" not in str(fault.value)
    assert b"Evil" not in b"".join(server.requests)


# What comes back


def test_a_response_says_what_came_from_where_and_when(serve: Serve, client: Client, dns: Dns) -> None:
    server = serve(says(answer(b"body", status="418 Teapot", headers=["X-A: 1", "x-a: 2", "Set-Cookie: a"])))
    dns.set("site.example", ["127.0.0.1"])
    response = client.get(f"http://SITE.example.:{server.port}#top")
    assert (response.status, response.body, response.truncated) == (418, b"body", False)
    assert response.url == f"http://site.example:{server.port}/"
    assert response.address == "127.0.0.1"
    assert response.headers.get("X-a") == "1, 2"
    assert response.headers.get_all("x-A") == ["1", "2"]
    assert response.headers.get("absent") is None
    assert ("X-A", "1") in response.headers.items()
    assert "set-cookie" in response.headers
    assert response.encoded_size == 4
    assert response.started_at.tzinfo is not None
    assert response.history == ()


def test_the_first_byte_is_timed_from_the_request_and_the_duration_to_the_last(
    serve: Serve, client: Client
) -> None:
    def slow(connection: object, _request: bytes) -> None:
        _sleep(0.15)
        connection.sendall(answer(b"ab")[:-1])  # type: ignore[attr-defined]
        _sleep(0.15)
        connection.sendall(b"b")  # type: ignore[attr-defined]

    response = client.get(serve(slow).url)
    assert 140 < response.ttfb_ms < 290
    assert 290 < response.duration_ms < 1000


def test_a_silent_start_counts_for_no_name_that_is_resolved_slowly(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()

    def slow(*_: object, **__: object) -> list:
        _sleep(0.2)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("socket.getaddrinfo", slow)
    response = client.get(f"http://site.example:{server.port}")
    assert response.ttfb_ms < 150 < response.duration_ms


def test_headers_with_odd_bytes_are_read(serve: Serve, client: Client) -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-Latin: caf\xe9\r\nX-Utf: caf\xc3\xa9\r\nX-Ctl: a\x01b\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n"
    headers = client.get(serve(says(raw)).url).headers
    assert [headers.get(name) for name in ("x-latin", "x-utf", "x-ctl", "x-empty")] == [
        "café",
        "café",
        "a\x01b",
        "",
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 999999 Huh\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Half",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"\xff" * 1000,
    ],
)
def test_what_is_not_http_is_unreachable(raw: bytes, serve: Serve, client: Client) -> None:
    server = serve(says(raw))
    with pytest.raises(Unreachable) as fault:
        client.get(f"{server.url}/?token=hunter2")
    assert (fault.value.reason, fault.value.tls) == ("blocked", False)
    assert "hunter2" not in str(fault.value)


def test_a_closed_port_is_unreachable(client: Client) -> None:
    with socket.socket() as bound:  # nobody listens there, and nobody else gets the port
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 takes no connection on port \d+\.$"):
            client.get(url)


def test_a_name_without_an_answer_is_unreachable(client: Client) -> None:
    with pytest.raises(Unreachable, match=r"^nowhere\.example could not be found in the DNS\.$"):
        client.get("http://nowhere.example/?token=hunter2")


def test_the_next_address_is_tried_when_the_first_takes_no_connection(
    serve: Serve, client: Client, dns: Dns
) -> None:
    server = serve(host="127.0.0.2")
    dns.set("site.example", ["127.0.0.3", "127.0.0.2"])
    assert client.get(f"http://site.example:{server.port}").address == "127.0.0.2"


# Redirects


def test_redirects_are_followed_when_asked_for(serve: Serve, client: Client) -> None:
    server = serve(by_path(a=redirects("/b?x=ü y", "301 Moved"), b=redirects("c"), c=says(answer(b"end"))))
    assert client.get(f"{server.url}/a").status == 301
    response = client.get(f"{server.url}/a", follow_redirects=True)
    assert (response.body, response.url) == (b"end", f"{server.url}/c")
    assert [hop.status for hop in response.history] == [301, 302]
    assert server.requests[2].startswith(b"GET /b?x=%C3%BC%20y ")


@pytest.mark.parametrize("location", ["/a", "/b", "/a#fragment"])
def test_redirects_in_a_circle_end(location: str, serve: Serve, client: Client) -> None:
    server = serve(by_path(a=redirects(location), b=redirects("/a")))
    with pytest.raises(TooManyRedirects) as fault:
        client.get(f"{server.url}/a", follow_redirects=True)
    assert fault.value.reason == "blocked"
    assert server.connections <= 2


def test_a_chain_of_redirects_ends_at_the_limit(serve: Serve, client: Client) -> None:
    def longer(connection: object, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        redirects(path + "x")(connection, request)  # type: ignore[arg-type]

    server = serve(longer)
    with pytest.raises(TooManyRedirects) as fault:
        client.get(server.url, follow_redirects=True, limits=Limits(redirects=3))
    assert (server.connections, len(fault.value.history)) == (4, 4)


@pytest.mark.parametrize("status", ["304 Not Modified", "300 Choices", "302 Found"])
def test_an_answer_that_leads_nowhere_is_the_answer(status: str, serve: Serve, client: Client) -> None:
    server = serve(says(answer(b"", status=status)))
    assert client.get(server.url, follow_redirects=True).status == int(status[:3])


@pytest.mark.parametrize("location", ["http://[::1", "http://exa mple:x/", "http://a..b/"])
def test_a_redirect_to_what_is_no_url_is_unreachable(location: str, serve: Serve, client: Client) -> None:
    with pytest.raises(Unreachable):
        client.get(serve(redirects(location)).url, follow_redirects=True)


CREDENTIALS = {"Authorization": "Bearer x", "Cookie": "a=b", "PRIVATE-TOKEN": "x", "X-Api-Key": "x"}


def test_credentials_stay_with_their_origin(serve: Serve, client: Client) -> None:
    other = serve(redirects("/again"))
    first = serve(by_path(a=redirects("/b"), b=redirects(f"{other.url}/c")))
    back = serve(says(answer()))
    other.behave = by_path(c=redirects(f"{back.url}/d"))
    client.get(f"{first.url}/a", headers={**CREDENTIALS, "Accept": "text/html"}, follow_redirects=True)
    for request in first.requests:
        assert all(f"\r\n{name}: ".lower().encode() in request.lower() for name in CREDENTIALS)
    for request in other.requests + back.requests:
        assert not any(f"\r\n{name}: ".lower().encode() in request.lower() for name in CREDENTIALS)
        assert b"text/html" in request


def test_credentials_do_not_come_back_with_a_redirect_back(serve: Serve, client: Client) -> None:
    first, other = serve(), serve()
    first.behave = by_path(a=redirects(other.url), end=says(answer()))
    other.behave = redirects(f"{first.url}/end")
    client.get(f"{first.url}/a", headers=CREDENTIALS, follow_redirects=True)
    assert b"uthorization" in first.requests[0]
    assert b"uthorization" not in first.requests[1]


@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [
        ("301 M", "GET", b""),
        ("302 F", "GET", b""),
        ("303 S", "GET", b""),
        ("307 T", "POST", b"x=1"),
        ("308 P", "POST", b"x=1"),
    ],
)
def test_a_redirected_post_keeps_its_body_only_where_the_status_says_so(
    status: str, method: str, sent: bytes, serve: Serve, client: Client
) -> None:
    server = serve(by_path(a=redirects("/b", status), b=says(answer())))
    assert client.post(f"{server.url}/a", data={"x": "1"}, follow_redirects=True).method == method
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    assert body == sent
    assert (b"x-www-form" in head) == bool(sent)


def test_a_body_is_never_handed_to_another_origin(serve: Serve, client: Client) -> None:
    other = serve()
    server = serve(redirects(other.url, "307 Temporary Redirect"))
    assert client.post(server.url, json={"password": "x"}, follow_redirects=True).status == 307
    assert other.connections == 0


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_an_extra_authority_is_trusted_and_the_name_is_verified(
    serve: Serve, dns: Dns, authority: trustme.CA, ca_file: str
) -> None:
    context = certified(authority, "site.example")
    asked: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    server = serve(tls=context)
    dns.set("site.example", ["127.0.0.1"])
    with open_client(ca_file=ca_file) as client:
        response = client.get(f"https://site.example:{server.port}/")
    assert (response.status, response.address) == (200, "127.0.0.1")
    assert asked == ["site.example"]
    assert f"Host: site.example:{server.port}".encode() in server.requests[0]


def test_a_certificate_for_another_name_is_refused(
    serve: Serve, dns: Dns, authority: trustme.CA, ca_file: str
) -> None:
    server = serve(tls=certified(authority, "other.example"))
    dns.set("site.example", ["127.0.0.1"])
    with open_client(ca_file=ca_file) as client, pytest.raises(Unreachable) as fault:
        client.get(f"https://site.example:{server.port}/?token=hunter2")
    assert fault.value.tls
    assert "not valid for 'site.example'" in str(fault.value)
    assert server.requests == []


def test_an_address_is_verified_as_an_address(serve: Serve, authority: trustme.CA, ca_file: str) -> None:
    server = serve(tls=certified(authority, "127.0.0.1"))
    with open_client(ca_file=ca_file) as client:
        assert client.get(server.url).status == 200


def test_an_unknown_authority_is_refused_whatever_the_environment_says(
    serve: Serve, authority: trustme.CA, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(tls=certified(authority, "127.0.0.1"))
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    tls_context.cache_clear()
    with open_client() as client, pytest.raises(Unreachable) as fault:
        client.get(server.url)
    assert fault.value.tls
    with open_client(verify=False) as client:
        assert client.get(server.url).status == 200


def test_a_server_that_speaks_no_tls_fails_the_handshake(serve: Serve, client: Client) -> None:
    server = serve()
    with pytest.raises(Unreachable) as fault:
        client.get(server.url.replace("http://", "https://"))
    assert fault.value.tls


def test_a_file_of_authorities_that_is_missing_is_named() -> None:
    with (
        open_client(ca_file="/nowhere/ca.pem") as client,
        pytest.raises(Unreachable, match="/nowhere/ca.pem"),
    ):
        client.get("https://127.0.0.1/")


# Around it


def test_a_call_that_timed_out_is_made_again() -> None:
    faults = [TimedOut("slow"), Unreachable("broken")]

    def call() -> str:
        if faults:
            raise faults.pop()
        return "done"

    assert retrying(call) == "done"


@pytest.mark.parametrize("fault", [Unreachable("name", tls=True), BadUrl("no"), TooManyRedirects("round")])
def test_what_would_fail_again_is_not_tried_again(fault: Exception) -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise fault

    with pytest.raises(type(fault)):
        retrying(call)
    assert len(calls) == 1


def test_the_client_reads_what_the_operator_allows(serve: Serve) -> None:
    from django.test import override_settings

    server = serve()
    with override_settings(KRAFTER_ALLOWED_NETWORKS="127.0.0.1/32", KRAFTER_CA_FILE=""), Client() as client:
        assert client.get(server.url).status == 200


def test_the_client_needs_no_settings_when_it_is_told_everything() -> None:
    code = (
        "from krafter_audit.lib.http import AddressPolicy, Client, RefusedAddress\n"
        "with Client(policy=AddressPolicy(), ca_file='') as client:\n"
        "    try: client.get('http://127.0.0.1/')\n"
        "    except RefusedAddress: print('refused')\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("refused\n", "")


def _sleep(seconds: float) -> None:
    import threading

    threading.Event().wait(seconds)
