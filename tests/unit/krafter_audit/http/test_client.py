import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.test import override_settings

from krafter_audit.http.client import Client, Unreachable
from tests.fakes.raw_servers import Dns, Server, answer, sends

type Serve = Callable[..., Server]


# Requests


def test_request_sends_user_agent_and_supported_encodings(serve: Serve, client: Client) -> None:
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
    ("body", "content_type", "sent"),
    [
        ({"json": {"a": "ü"}}, b"application/json", '{"a":"ü"}'.encode()),
        ({"data": {"a": "b c"}}, b"application/x-www-form-urlencoded", b"a=b+c"),
        ({"content": b"raw"}, None, b"raw"),
    ],
    ids=["json", "form", "bytes"],
)
def test_body_is_sent_with_its_content_type(
    body: dict, content_type: bytes | None, sent: bytes, serve: Serve, client: Client
) -> None:
    server = serve()
    client.post(server.url, **body)
    head, _, received = server.requests[0].partition(b"\r\n\r\n")
    assert received == sent
    assert (b"Content-Length: %d" % len(sent)) in head
    assert content_type is None or content_type in head


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"])
def test_request_sends_its_method_and_headers(method: str, serve: Serve, client: Client) -> None:
    server = serve(sends(answer(b"") if method == "HEAD" else answer()))
    response = client.request(method, server.url, headers={"X-Tag": "1"})
    assert (response.status, response.method) == (200, method)
    assert server.requests[0].startswith(f"{method} / ".encode())
    assert b"X-Tag: 1\r\n" in server.requests[0]


@pytest.mark.parametrize("value", ["hunter2\r\nX-Evil: 1", "hunter2 ü", "hunter2\x00"])
def test_invalid_header_raises_without_showing_its_value(value: str, serve: Serve, client: Client) -> None:
    server = serve()
    with pytest.raises(Unreachable) as error:
        client.get(server.url, headers={"Authorization": value})
    assert "hunter2" not in str(error.value)
    assert b"Evil" not in b"".join(server.requests)


# Responses


def test_response_has_url_address_and_times(serve: Serve, client: Client, dns: Dns) -> None:
    server = serve(sends(answer(b"body", status="418 Teapot", headers=["X-A: 1", "x-a: 2", "Set-Cookie: a"])))
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


@pytest.mark.slow
def test_ttfb_starts_at_the_request_and_duration_ends_at_the_last_byte(serve: Serve, client: Client) -> None:
    def slow(connection: object, _request: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(answer(b"ab")[:-1])  # type: ignore[attr-defined]
        time.sleep(0.5)
        connection.sendall(b"b")  # type: ignore[attr-defined]

    response = client.get(serve(slow).url)
    assert 90 < response.ttfb_ms < response.duration_ms - 400


def test_dns_lookup_does_not_count_as_ttfb(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()

    def slow(*_: object, **__: object) -> list:
        time.sleep(0.2)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("socket.getaddrinfo", slow)
    response = client.get(f"http://site.example:{server.port}")
    assert response.ttfb_ms < response.duration_ms - 150


def test_headers_with_non_ascii_bytes_are_decoded(serve: Serve, client: Client) -> None:
    raw_headers = b"X-Latin: caf\xe9\r\nX-Utf: caf\xc3\xa9\r\nX-Ctl: a\x01b\r\nX-Empty:\r\n"
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + raw_headers + b"\r\n"
    headers = client.get(serve(sends(raw)).url).headers
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
        b"HTTP/1.1 200 OK\r\nno\rcolon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Half",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"\xff" * 1000,
    ],
)
def test_response_that_is_not_http_is_unreachable(raw: bytes, serve: Serve, client: Client) -> None:
    server = serve(sends(raw))
    with pytest.raises(Unreachable) as error:
        client.get(f"{server.url}/?token=hunter2")
    assert (error.value.reason, error.value.tls) == ("blocked", False)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(("raw", "unanswered"), [(b"", True), (b"no HTTP\r\n\r\n", False), (b"H", False)])
def test_server_that_sends_no_byte_does_not_answer(
    raw: bytes, unanswered: bool, serve: Serve, client: Client
) -> None:
    with pytest.raises(Unreachable) as error:
        client.get(serve(sends(raw)).url)
    assert error.value.unanswered is unanswered


def test_closed_port_is_unreachable(client: Client) -> None:
    with socket.socket() as bound:  # bound, so that no other process listens on the port
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 refuses connections on port \d+\.$") as error:
            client.get(url)
    assert error.value.unanswered


def test_host_without_dns_record_is_unreachable(client: Client) -> None:
    with pytest.raises(Unreachable, match=r"^nowhere\.example could not be resolved\.$"):
        client.get("http://nowhere.example/?token=hunter2")


def test_next_address_is_tried_if_the_first_refuses_the_connection(
    serve: Serve, client: Client, dns: Dns
) -> None:
    server = serve(host="127.0.0.2")
    dns.set("site.example", ["127.0.0.3", "127.0.0.2"])
    assert client.get(f"http://site.example:{server.port}").address == "127.0.0.2"


# Policy


def test_client_uses_the_configured_policy(serve: Serve) -> None:
    server = serve()
    with override_settings(KRAFTER_ALLOWED_NETWORKS="127.0.0.1/32", KRAFTER_CA_FILE=""), Client() as client:
        assert client.get(server.url).status == 200


def test_client_with_all_arguments_reads_no_settings() -> None:
    code = (
        "from krafter_audit.http.client import AddressPolicy, Client, RefusedAddress\n"
        "with Client(policy=AddressPolicy(), ca_file='') as client:\n"
        "    try: client.get('http://127.0.0.1/')\n"
        "    except RefusedAddress: print('refused')\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("refused\n", "")
