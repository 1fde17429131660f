"""No organisation has all threads of a web process."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from waitress.parser import HTTPRequestParser

from krafter_audit.request_threads import LARGE_BODY_BYTES, RequestDispatcher, groups_of
from krafter_audit.server import DeadlineChannel
from tests.waiting import eventually

A, B, C = (f"/api/v1/orgs/{name}/projects/site/audit/findings" for name in ("0a", "0b", "0c"))


def request(path: str, query: str = "", cookie: str = "", size: int = 0) -> Any:
    parsed = HTTPRequestParser.__new__(HTTPRequestParser)
    parsed.body_bytes_received = size
    parsed.path, parsed.query, parsed.headers = path, query, {"COOKIE": cookie} if cookie else {}
    return parsed


class Channel:
    """A connection with one request, which runs until it is released."""

    def __init__(self, path: str, cookie: str = "", size: int = 0) -> None:
        self.requests = [request(path, cookie=cookie, size=size)]
        self.release, self.started = threading.Event(), threading.Event()
        self.is_cancelled = self.fails = False

    def service(self) -> None:
        self.started.set()
        self.release.wait(20)
        if self.fails:
            raise OSError

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def dispatcher() -> Iterator[RequestDispatcher]:
    dispatcher = RequestDispatcher(12, {"/admin/login/": 1})
    yield dispatcher
    dispatcher.shutdown(timeout=1)


@pytest.fixture
def send(dispatcher: RequestDispatcher) -> Iterator[Callable[..., list[Channel]]]:
    sent: list[Channel] = []

    def send(path: str, count: int = 1, cookie: str = "", size: int = 0) -> list[Channel]:
        channels = [Channel(path, cookie, size) for _ in range(count)]
        sent.extend(channels)
        for channel in channels:
            dispatcher.add_task(channel)
        return channels

    yield send
    for channel in sent:
        channel.release.set()


def running(channels: list[Channel]) -> int:
    return sum(channel.started.is_set() for channel in channels)


def test_an_organisation_has_a_third_of_the_threads_and_others_are_served(
    send: Callable[..., list[Channel]],
) -> None:
    slow = send(A, 30)
    [other] = send(B)

    assert other.started.wait(5)
    assert eventually(lambda: running(slow) == 4)
    slow[0].release.set()
    assert eventually(lambda: running(slow) == 5)
    assert [channel.started.is_set() for channel in slow] == [True] * 5 + [False] * 25


def test_a_thread_is_free_again_after_an_error(
    send: Callable[..., list[Channel]], dispatcher: RequestDispatcher
) -> None:
    failing = send(A, 4)
    for channel in failing:
        channel.fails = True
        channel.release.set()

    assert eventually(lambda: not dispatcher.running)
    assert send(A)[0].started.wait(5)
    assert not dispatcher.waiting


def test_a_session_has_a_sixth_and_the_admin_a_third_of_the_threads(
    send: Callable[..., list[Channel]],
) -> None:
    first = send("/admin/findings/finding/", 10, "sessionid=a")
    others = [channel for name in "bcdef" for channel in send("/admin/", 1, f"sessionid={name}")]
    [api], [sign_in] = send(A), send("/admin/login/")

    assert api.started.wait(5)
    assert sign_in.started.wait(5)
    assert eventually(lambda: (running(first), running(others)) == (2, 2))


def test_an_organisation_has_one_large_body_and_a_process_two(send: Callable[..., list[Channel]]) -> None:
    large = [send(path, 2, size=LARGE_BODY_BYTES + 1) for path in (A, B, C)]
    [small] = send(A, size=LARGE_BODY_BYTES)

    assert small.started.wait(5)
    assert eventually(lambda: [running(channels) for channels in large] == [1, 1, 0])
    large[0][0].release.set()
    assert eventually(lambda: [running(channels) for channels in large] == [1, 1, 1])
    large[1][0].release.set()
    assert eventually(lambda: [running(channels) for channels in large] == [2, 1, 1])


def test_thread_beyond_the_share_of_a_session_is_used_by_the_next_session(
    send: Callable[..., list[Channel]],
) -> None:
    first = [*send("/admin/", 2, "sessionid=a"), *send("/admin/", 2, "sessionid=b")]
    waiting = [*send("/admin/", 3, "sessionid=c"), *send("/admin/", 1, "sessionid=d")]
    assert eventually(lambda: running(first) == 4)
    assert running(waiting) == 0

    for channel in first[:3]:
        channel.release.set()

    assert eventually(lambda: running(waiting) == 3)
    assert [channel.started.is_set() for channel in waiting] == [True, True, False, True]
    waiting[0].release.set()
    assert waiting[2].started.wait(5)


def test_requests_that_wait_are_cancelled_at_the_end(
    send: Callable[..., list[Channel]], dispatcher: RequestDispatcher
) -> None:
    slow = send(A, 6)
    assert eventually(lambda: running(slow) == 4)

    for channel in slow[:4]:
        dispatcher.running.update((("owner", "0a"),))  # the threads of the others are taken
        channel.release.set()
    dispatcher.shutdown(timeout=1)

    assert [channel.is_cancelled for channel in slow] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(
    ("parsed", "groups"),
    [
        (request("/api/v1/orgs/0A/keys"), (("owner", "0a"),)),
        (request("/api/v1/hooks/github/7"), (("owner", "7"),)),
        (request("/insights/audit/reports/shared/t/download"), (("owner", "t"),)),
        (request("/api/v1/orgs/0a/scans/1", "wait=60"), ()),
        (request("/api/v1/orgs/0a/scans/1", "include=state&wait=60"), ()),
        (request("/api/v1/orgs/0a/scans/1", "await=60"), (("owner", "0a"),)),
        (request("/admin/", cookie="a=b; __Host-sessionid=s; c=d"), (("session", "s"), ("admin", ""))),
        (request("/admin/", cookie="xsessionid=s"), (("session", ""), ("admin", ""))),
        (request("/api/v1/me"), ()),
        (
            request(A, size=LARGE_BODY_BYTES + 1),
            (("large body of owner", "0a"), ("large body", ""), ("owner", "0a")),
        ),
        (
            request(A, "wait=1", size=LARGE_BODY_BYTES + 1),
            (("large body of owner", ""), ("large body", "")),
        ),
        (HTTPRequestParser.__new__(HTTPRequestParser), ()),
    ],
)
def test_groups_of_a_request(parsed: Any, groups: tuple[tuple[str, str], ...]) -> None:
    assert groups_of(parsed) == groups


def test_a_connection_of_the_server_can_be_given_to_a_thread() -> None:
    assert {"service", "cancel"} <= set(dir(DeadlineChannel))
