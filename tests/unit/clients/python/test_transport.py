"""Retries of the Python client, against a server that fails."""

import json
from collections.abc import Iterator

import httpx
import pytest
from krafter_client.errors import ApiError
from krafter_client.transport import Retries, RetryTransport
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response


class FailingServer:
    """Sends each of the responses, then success, and records the idempotency keys of the requests."""

    def __init__(self, *responses: Response) -> None:
        self.responses = list(responses)
        self.keys: list[str | None] = []

    def __call__(self, request: Request) -> Response:
        self.keys.append(request.headers.get("idempotency-key"))
        return self.responses.pop(0) if self.responses else Response('{"data": 1}')


def refusal(status: int, code: str = "unavailable", **headers: str) -> Response:
    error = {"code": code, "message": "No.", "details": {"limit": 5}}
    body = {"data": None, "meta": {"request_id": "r" * 20}, "error": error}
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status=status, headers=shown)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(httpserver: HTTPServer, pauses: list[float]) -> Iterator[httpx.Client]:
    transport = RetryTransport(retries=Retries(attempts=3), sleep=pauses.append)
    with httpx.Client(base_url=httpserver.url_for("/"), transport=transport) as client:
        yield client


def test_post_is_repeated_with_the_same_idempotency_key(httpserver: HTTPServer, client: httpx.Client) -> None:
    server = FailingServer(refusal(503), refusal(502))
    httpserver.expect_request("/x").respond_with_handler(server)

    response = client.post("/x", json={"a": 1})

    assert response.json() == {"data": 1}
    assert len(server.keys) == 3
    assert len(set(server.keys)) == 1
    assert server.keys[0]


def test_own_idempotency_key_is_kept(httpserver: HTTPServer, client: httpx.Client) -> None:
    server = FailingServer()
    httpserver.expect_request("/x").respond_with_handler(server)

    client.post("/x", headers={"idempotency-key": "mine"})
    client.get("/x")

    assert server.keys == ["mine", None]


def test_retry_after_is_waited_for(httpserver: HTTPServer, client: httpx.Client, pauses: list[float]) -> None:
    server = FailingServer(refusal(429, "rate_limited", retry_after="7"))
    httpserver.expect_request("/x").respond_with_handler(server)

    client.get("/x")

    assert pauses == [7.0]


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (refusal(429, "quota_exceeded", retry_after="30"), "quota_exceeded"),
        (refusal(503, retry_after="600"), "unavailable"),
        (refusal(409, "task_done"), "task_done"),
        (refusal(422, "invalid_params"), "invalid_params"),
        (Response("<h1>Bad gateway</h1>", status=404), "http_error"),
    ],
)
def test_error_that_a_soon_retry_would_not_change_is_raised_at_once(
    httpserver: HTTPServer, client: httpx.Client, response: Response, code: str, pauses: list[float]
) -> None:
    httpserver.expect_request("/x").respond_with_handler(FailingServer(response))

    with pytest.raises(ApiError) as refused:
        client.post("/x")

    assert (refused.value.code, refused.value.status, pauses) == (code, response.status_code, [])


@pytest.mark.parametrize(
    "response",
    [
        Response("<html>Log in</html>", content_type="text/html; charset=utf-8"),
        Response(status=204),
        Response("Moved", status=302, headers={"location": "/login"}),
    ],
)
def test_response_of_another_server_is_an_error(
    httpserver: HTTPServer, client: httpx.Client, response: Response
) -> None:
    httpserver.expect_request("/x").respond_with_response(response)

    with pytest.raises(ApiError, match="no response of the API"):
        client.get("/x")


@pytest.mark.parametrize(("header", "longest"), [("-1", 0.0), ("nan", 1.0), ("inf", 1.0), ("soon", 1.0)])
def test_retry_after_that_is_no_time_is_ignored(
    httpserver: HTTPServer, client: httpx.Client, pauses: list[float], header: str, longest: float
) -> None:
    httpserver.expect_request("/x").respond_with_handler(FailingServer(refusal(503, retry_after=header)))

    assert client.get("/x").status_code == 200
    assert len(pauses) == 1
    assert 0 <= pauses[0] <= longest


def test_request_fails_after_its_last_retry(
    httpserver: HTTPServer, client: httpx.Client, pauses: list[float]
) -> None:
    httpserver.expect_request("/x").respond_with_handler(FailingServer(*[refusal(503)] * 9))

    with pytest.raises(ApiError, match="unavailable"):
        client.get("/x")

    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1


def test_unreachable_server_is_retried_then_raised(pauses: list[float]) -> None:
    transport = RetryTransport(retries=Retries(attempts=3), sleep=pauses.append)

    with pytest.raises(httpx.ConnectError):
        httpx.Client(base_url="http://127.0.0.1:9", transport=transport).patch("/x")

    assert len(pauses) == 2


def test_lost_response_repeats_every_request_without_a_condition(pauses: list[float]) -> None:
    class LostResponses(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ReadError("lost")

    client = httpx.Client(base_url="http://x", transport=RetryTransport(LostResponses(), sleep=pauses.append))

    conditional = {"if-match": '"1"'}
    for method, headers, retries in (("PATCH", {}, 4), ("POST", {}, 4), ("PATCH", conditional, 0)):
        pauses.clear()
        with pytest.raises(httpx.ReadError):
            client.request(method, "/x", headers=headers)
        assert len(pauses) == retries


@pytest.mark.parametrize("status", [502, 504])
def test_response_that_a_proxy_lost_repeats_every_request_without_a_condition(
    httpserver: HTTPServer, client: httpx.Client, pauses: list[float], status: int
) -> None:
    httpserver.expect_request("/x").respond_with_handler(FailingServer(*[refusal(status)] * 9))

    for headers, retries in (({}, 2), ({"if-match": '"1"'}, 0)):
        pauses.clear()
        with pytest.raises(ApiError):
            client.patch("/x", headers=headers)
        assert len(pauses) == retries
