from collections.abc import Callable

import pytest

from krafter_audit.http.client import Client, Limits, RefusedAddress, TooManyRedirects, Unreachable
from tests.fakes.raw_servers import Server, answer, by_path, redirects, sends

type Serve = Callable[..., Server]


def test_redirects_are_followed_on_request(serve: Serve, client: Client) -> None:
    location = "/b?x=ü y".encode().decode("latin-1")  # sent in UTF-8
    server = serve(by_path(a=redirects(location, "301 Moved"), b=redirects("c"), c=sends(answer(b"end"))))
    assert client.get(f"{server.url}/a").status == 301
    response = client.get(f"{server.url}/a", follow_redirects=True)
    assert (response.body, response.url) == (b"end", f"{server.url}/c")
    assert [redirect.status for redirect in response.history] == [301, 302]
    assert server.requests[2].startswith(b"GET /b?x=%C3%BC%20y ")


@pytest.mark.parametrize("location", ["/a", "/b", "/a#fragment"])
def test_circular_redirects_are_blocked(location: str, serve: Serve, client: Client) -> None:
    server = serve(by_path(a=redirects(location), b=redirects("/a")))
    with pytest.raises(TooManyRedirects) as error:
        client.get(f"{server.url}/a", follow_redirects=True)
    assert error.value.reason == "blocked"
    assert server.connections <= 2


def test_redirects_beyond_the_limit_are_blocked(serve: Serve, client: Client) -> None:
    def redirect_further(connection: object, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        redirects(path + "x")(connection, request)  # type: ignore[arg-type]

    server = serve(redirect_further)
    with pytest.raises(TooManyRedirects) as error:
        client.get(server.url, follow_redirects=True, limits=Limits(redirects=3))
    assert (server.connections, len(error.value.history)) == (4, 4)


def test_refused_redirect_names_the_host_that_redirects(serve: Serve, client: Client) -> None:
    server = serve(sends(answer(b"", status="302 Found", headers=["Location: ftp://example.com/"])))

    with pytest.raises(RefusedAddress) as error:
        client.get(server.url, follow_redirects=True)

    assert str(error.value).startswith("127.0.0.1 redirects to a URL that is not allowed: ")


@pytest.mark.parametrize("status", ["304 Not Modified", "300 Choices", "302 Found"])
def test_redirect_without_a_location_is_returned_as_response(
    status: str, serve: Serve, client: Client
) -> None:
    server = serve(sends(answer(b"", status=status)))
    assert client.get(server.url, follow_redirects=True).status == int(status[:3])


@pytest.mark.parametrize(("second", "status"), [("/b", 200), ("/c", 302)])
def test_location_may_be_repeated_and_must_not_differ(
    second: str, status: int, serve: Serve, client: Client
) -> None:
    twice = sends(answer(b"", status="302 Found", headers=["Location: /b", f"Location: {second}"]))
    server = serve(by_path(a=twice, b=sends(answer())))

    assert client.get(f"{server.url}/a", follow_redirects=True).status == status


@pytest.mark.parametrize("location", ["\\b", "/c/../b", "{url}/c/./../b", "\x01/b", "\t/b"])
def test_redirect_is_followed_as_by_browsers(location: str, serve: Serve, client: Client) -> None:
    server = serve()
    server.respond = by_path(a=redirects(location.format(url=server.url)), b=sends(answer(b"end")))

    assert client.get(f"{server.url}/a", follow_redirects=True).url == f"{server.url}/b"


def test_bytes_of_a_location_that_are_not_utf_8_are_kept_as_by_browsers(serve: Serve, client: Client) -> None:
    server = serve(by_path(**{"a": redirects("/caf\xe9?\xfc"), "caf%E9": sends(answer(b"end"))}))

    assert client.get(f"{server.url}/a", follow_redirects=True).url == f"{server.url}/caf%E9?%FC"


@pytest.mark.parametrize("location", ["http://[::1", "http://exa mple:x/", "http://a..b/"])
def test_redirect_to_an_invalid_url_is_unreachable(location: str, serve: Serve, client: Client) -> None:
    with pytest.raises(Unreachable):
        client.get(serve(redirects(location)).url, follow_redirects=True)


CREDENTIALS = {"Authorization": "Bearer x", "Cookie": "a=b", "PRIVATE-TOKEN": "x", "X-Api-Key": "x"}


def test_credentials_are_sent_to_their_origin_only(serve: Serve, client: Client) -> None:
    other = serve(redirects("/again"))
    first = serve(by_path(a=redirects("/b"), b=redirects(f"{other.url}/c")))
    back = serve(sends(answer()))
    other.respond = by_path(c=redirects(f"{back.url}/d"))
    client.get(f"{first.url}/a", headers={**CREDENTIALS, "Accept": "text/html"}, follow_redirects=True)
    assert [len(server.requests) for server in (first, other, back)] == [2, 1, 1]
    for request in first.requests:
        assert all(f"\r\n{name}: ".lower().encode() in request.lower() for name in CREDENTIALS)
    for request in other.requests + back.requests:
        assert not any(f"\r\n{name}: ".lower().encode() in request.lower() for name in CREDENTIALS)
        assert b"text/html" in request


def test_credentials_are_not_sent_after_a_redirect_back_to_their_origin(serve: Serve, client: Client) -> None:
    first, other = serve(), serve()
    first.respond = by_path(a=redirects(other.url), end=sends(answer()))
    other.respond = redirects(f"{first.url}/end")
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
def test_redirected_post_keeps_its_body_only_for_307_and_308(
    status: str, method: str, sent: bytes, serve: Serve, client: Client
) -> None:
    server = serve(by_path(a=redirects("/b", status), b=sends(answer())))
    assert client.post(f"{server.url}/a", data={"x": "1"}, follow_redirects=True).method == method
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    assert body == sent
    assert (b"x-www-form" in head) == bool(sent)


def test_body_is_never_sent_to_another_origin(serve: Serve, client: Client) -> None:
    other = serve()
    server = serve(redirects(other.url, "307 Temporary Redirect"))
    assert client.post(server.url, json={"password": "x"}, follow_redirects=True).status == 307
    assert other.connections == 0
