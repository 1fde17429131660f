"""Requests to a host are throttled, for any number of workers."""

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
    """Run the test with Redis, and with Redis unavailable."""
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


def test_all_workers_together_send_two_requests_a_second(turns: None, site: Site):
    began: list[float] = []
    site.before_answer = lambda: began.append(time.monotonic())

    at_once(5, lambda: polite().get(site.url))

    began.sort()
    assert len(began) == 5
    assert min(later - earlier for earlier, later in zip(began, began[2:], strict=False)) > 0.9


def test_at_most_two_requests_are_concurrent(turns: None, site: Site):
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


def test_retry_after_applies_to_all_workers(turns: None, site: Site):
    site.status, site.headers["Retry-After"] = 429, "1"
    polite(rate=100).get(site.url)
    site.status, began = 200, time.monotonic()

    polite(rate=100).get(site.url)

    assert time.monotonic() - began > 0.9


def test_long_retry_after_raises_an_error_at_once(turns: None, site: Site):
    site.status, site.headers["Retry-After"] = 503, "86400"
    polite(rate=100).get(site.url)

    with pytest.raises(Unreachable, match=r"accepts no requests for another 600 s \(Retry-After\)"):
        polite(rate=100).get(site.url)
    assert site.hits == ["GET /"]


def test_waiting_for_a_slot_times_out(turns: None, site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_throttle, "MAX_WAIT_SECONDS", 0.2)
    throttle, target = host_throttle.SharedHostThrottle(2), ParsedUrl.parse(site.url)

    with (
        throttle.slot(target),
        throttle.slot(target),
        pytest.raises(TimedOut, match="no slot within"),
        throttle.slot(target),
    ):
        raise AssertionError("three at once")


def test_unreleased_slot_expires(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_throttle, "SLOT_LEASE_SECONDS", 0.1)
    throttle, target = host_throttle.SharedHostThrottle(100), ParsedUrl.parse(site.url)

    killed = [throttle.slot(target) for _ in range(4)]  # killed during a request, four times
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
def test_urls_of_one_host_share_a_key(address: str, name: str):
    assert host_throttle.host_key(ParsedUrl.parse(address)) == name


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0), ("", 0), ("7", 7), (" 7 ", 7), ("-1", 0), ("soon", 0), ("1.5", 0), ("9" * 30, 999999999),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("٣", 0),
    ],
)  # fmt: skip
def test_retry_after_header_is_parsed(said: str | None, seconds: float):
    assert parse_retry_after(said) == seconds


def test_retry_after_date_is_converted_to_seconds(time_machine: Any):
    time_machine.move_to("2026-01-01T00:00:00Z", tick=False)

    assert parse_retry_after("Thu, 01 Jan 2026 00:00:30 GMT") == 30


@pytest.mark.parametrize(("said", "delay"), [("3", 3), ("86400", 10), ("-1", 0)])
def test_crawl_delay_is_read_and_limited(site: Site, said: str, delay: float):
    site.pages = {"/robots.txt": f"User-agent: *\nCrawl-delay: {said}", "/a": GOOD_PAGE}

    with Client() as client:
        assert discover(PageContext(site.url, client)).delay == delay
