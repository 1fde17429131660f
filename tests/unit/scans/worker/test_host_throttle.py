"""No site is asked more often than it bears, however many look at it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from krafter_audit.db import redis_client
from krafter_audit.http.client import AddressPolicy, Client, ParsedUrl, TimedOut, Unreachable
from krafter_audit.http.throttle import parse_retry_after
from scanner.crawler import discover
from scanner.page_context import PageContext
from scans.worker import host_throttle
from tests.fakes.faulty_site import GOOD_PAGE, Site

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(params=["Redis", "no Redis"])
def turns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, site: Site) -> Iterator[None]:
    """With Redis, and with one that is away."""
    if request.param == "no Redis":
        away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.1)
        monkeypatch.setattr(redis_client, "connection", lambda: away)
    host_throttle._script.cache_clear()
    yield
    host_throttle._script.cache_clear()


def polite(rate: int = 2) -> Client:
    return Client(
        policy=AddressPolicy.from_setting("127.0.0.0/8"), throttle=host_throttle.SharedHostThrottle(rate)
    )


def at_once(calls: int, call: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(calls) as pool:
        for done in [pool.submit(call) for _ in range(calls)]:
            done.result()


def test_many_workers_together_ask_a_site_twice_in_any_second(turns: None, site: Site):
    began: list[float] = []
    site.before_answer = lambda: began.append(time.monotonic())

    at_once(5, lambda: polite().get(site.url))

    began.sort()
    assert len(began) == 5
    assert min(later - earlier for earlier, later in zip(began, began[2:], strict=False)) > 0.9


def test_two_at_once_and_no_third(turns: None, site: Site):
    inside, most = [], []
    guard = threading.Lock()

    def slow() -> None:
        with guard:
            inside.append(1)
            most.append(len(inside))
        time.sleep(0.1)
        with guard:
            inside.pop()

    site.before_answer = slow

    at_once(6, lambda: polite(rate=100).get(site.url))

    assert (len(most), max(most)) == (6, 2)


def test_a_site_that_asks_for_time_is_left_alone_by_everybody(turns: None, site: Site):
    site.status, site.headers["Retry-After"] = 429, "1"
    polite(rate=100).get(site.url)
    site.status, began = 200, time.monotonic()

    polite(rate=100).get(site.url)

    assert time.monotonic() - began > 0.9


def test_one_that_asks_for_much_time_is_not_waited_for(turns: None, site: Site):
    site.status, site.headers["Retry-After"] = 503, "86400"
    polite(rate=100).get(site.url)

    with pytest.raises(Unreachable, match=r"accepts no requests for another 600 s \(Retry-After\)"):
        polite(rate=100).get(site.url)
    assert site.hits == ["GET /"]


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever(
    turns: None, site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(host_throttle, "MAX_WAIT_SECONDS", 0.2)
    throttle, target = host_throttle.SharedHostThrottle(2), ParsedUrl.parse(site.url)

    with (
        throttle.slot(target),
        throttle.slot(target),
        pytest.raises(TimedOut, match="no slot within"),
        throttle.slot(target),
    ):
        raise AssertionError("three at once")


def test_a_turn_that_was_never_given_back_is_free_again(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_throttle, "SLOT_LEASE_SECONDS", 0.1)
    throttle, target = host_throttle.SharedHostThrottle(100), ParsedUrl.parse(site.url)

    killed = [throttle.slot(target) for _ in range(4)]  # in the middle of a request, four times
    for turn in killed:
        turn.__enter__()

    assert polite(rate=100).get(site.url).status == 200


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.com/a", "krafter:pace:example.com"),
        ("http://EXAMPLE.com/", "krafter:pace:example.com"),
        ("http://example.com:8080/", "krafter:pace:example.com:8080"),
        ("http://[2001:db8::1]/", "krafter:pace:[2001:db8::1]"),
    ],
)
def test_a_site_has_one_pace_whatever_its_address_looks_like(address: str, name: str):
    assert host_throttle.host_key(ParsedUrl.parse(address)) == name


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0), ("", 0), ("7", 7), (" 7 ", 7), ("-1", 0), ("soon", 0), ("1.5", 0), ("9" * 30, 999999999),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("٣", 0),
    ],
)  # fmt: skip
def test_the_header_retry_after_is_read(said: str | None, seconds: float):
    assert parse_retry_after(said) == seconds


def test_a_date_to_come_is_waited_for(time_machine: Any):
    time_machine.move_to("2026-01-01T00:00:00Z", tick=False)

    assert parse_retry_after("Thu, 01 Jan 2026 00:00:30 GMT") == 30


@pytest.mark.parametrize(("said", "delay"), [("3", 3), ("86400", 10), ("-1", 0)])
def test_the_delay_that_robots_txt_asks_for_is_known_and_has_a_bound(site: Site, said: str, delay: float):
    site.pages = {"/robots.txt": f"User-agent: *\nCrawl-delay: {said}", "/a": GOOD_PAGE}

    with Client() as client:
        assert discover(PageContext(site.url, client)).delay == delay
