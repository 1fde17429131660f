from collections.abc import Callable

import pytest

from krafter_audit.http.client import Client, Limits, TooManyRedirects, Unreachable
from tests.fakes.raw_servers import Server, answer, by_path, redirects, says

type Serve = Callable[..., Server]


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
