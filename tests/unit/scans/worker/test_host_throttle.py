"""Requests to a host are throttled, for any number of workers."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
import redis

from krafter_audit.db import redis_client
from krafter_audit.http import throttle_state
from krafter_audit.http.client import AddressPolicy, Client, Limits, ParsedUrl, TimedOut, Unreachable
from krafter_audit.http.throttle_state import ThrottleLimits, ThrottleObservation, ThrottleState
from scanner.confirmation import ConfirmFirst
from scanner.crawler import discover
from scanner.outcome import FAILED, PASSED
from scanner.page.context import PageContext
from scanner.preconditions import Inconclusive
from scans.worker import host_throttle
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite
from tests.fakes.page_checks import run_checks


@pytest.fixture(autouse=True)
def _new_host(site: FaultySite) -> None:
    """Delete the state of the host: its port may have been that of an earlier site."""
    host = host_throttle.host_key(ParsedUrl.parse(site.url))
    redis_client.call_or_default(lambda server: server.delete(host), 0)
    host_throttle.LOCAL_STATES._states.pop(host, None)


@pytest.fixture(params=["Redis", "no Redis"])
def with_and_without_redis(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _new_host: None
) -> Iterator[None]:
    """Run the test with Redis, and with Redis unavailable: each process has its own state then."""
    if request.param == "no Redis":
        unavailable = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.1)
        monkeypatch.setattr(redis_client, "connection", lambda: unavailable)
    redis_client.script.cache_clear()
    yield
    redis_client.script.cache_clear()


def throttled_client(rate: int = 2) -> Client:
    return Client(
        policy=AddressPolicy.from_setting("127.0.0.0/8"), throttle=host_throttle.SharedHostThrottle(rate)
    )


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The moment of each granted slot in the time of the throttle: on a busy machine callers learn of it later."""
    moments: dict[str, float] = {}
    acquire = ThrottleState.acquire

    def record(
        throttle: ThrottleState, slot: str, limits: ThrottleLimits, now: float, caller: str = ""
    ) -> Any:
        answer = acquire(throttle, slot, limits, now, caller)
        if answer[0] == 0:
            moments[slot] = now  # again, if another worker changed the state meanwhile
        return answer

    monkeypatch.setattr(ThrottleState, "acquire", record)
    return moments


def adaptive(max_rate: float | None = None) -> Client:
    """Return the client of a worker for a network that the operator allows."""
    policy = AddressPolicy.from_setting("127.0.0.0/8")
    return Client(
        policy=policy, throttle=host_throttle.SharedHostThrottle(2, policy=policy, max_rate=max_rate)
    )


def pace_of(site: FaultySite) -> ThrottleState:
    """Return the state of the site's host."""
    return host_throttle._update(
        host_throttle.host_key(ParsedUrl.parse(site.url)), lambda throttle, _: throttle
    )


def at_once(calls: int, call: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(calls) as pool:
        for done in [pool.submit(call) for _ in range(calls)]:
            done.result()


@pytest.mark.slow
def test_all_workers_together_send_two_requests_a_second(
    with_and_without_redis: None, site: FaultySite, granted: dict[str, float]
):
    at_once(4, lambda: throttled_client().get(site.url))

    moments = sorted(granted.values())
    assert len(moments) == len(site.hits) == 4
    assert min(later - earlier for earlier, later in zip(moments, moments[2:], strict=False)) > 0.9


@pytest.mark.slow
def test_at_most_two_requests_are_concurrent(with_and_without_redis: None, site: FaultySite):
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

    at_once(6, lambda: throttled_client(rate=100).get(site.url))

    assert (len(most), max(most)) == (6, 2)


@contextmanager
def other_requests(site: FaultySite, client: Client) -> Iterator[None]:
    """Send requests of other threads all the time."""
    stopped = threading.Event()

    def send() -> None:
        while not stopped.is_set():
            client.get(f"{site.url}other")

    with ThreadPoolExecutor(3) as pool:
        senders = [pool.submit(send) for _ in range(3)]
        try:
            yield
        finally:
            stopped.set()
        for sender in senders:
            sender.result()


@pytest.mark.slow
def test_nothing_else_is_requested_of_a_host_while_a_thread_has_it_exclusively(site: FaultySite):
    client = adaptive()
    with other_requests(site, adaptive()):
        with client.throttle.exclusive(ParsedUrl.parse(site.url)):
            site.hits.clear()
            for _ in range(3):
                client.get(site.url)
                time.sleep(0.1)
            hits = list(site.hits)
        time.sleep(0.3)

    assert hits == ["GET /"] * 3
    assert "GET /other" in site.hits


@pytest.mark.slow
def test_page_that_is_slow_only_beside_other_requests_passes(site: FaultySite):
    inside, guard, confirmation = [0], threading.Lock(), ConfirmFirst()

    def call_together() -> None:
        with guard:
            inside[0] += 1
        time.sleep(0.1 * inside[0] ** 2)
        with guard:
            inside[0] -= 1

    site.before_answer = call_together
    client = throttled_client(rate=100)  # two requests at the same time
    with other_requests(site, client):
        time.sleep(0.3)
        context = PageContext(site.url, client, retry_delays=())
        limits = {"ttfb": 250.0}
        [(_, outcome)] = run_checks(
            site.url, ["ttfb"], context=context, thresholds=limits, confirmation=confirmation
        )

    assert (outcome.status, outcome.evidence.get("runs")) == (PASSED, [FAILED, PASSED])
    assert confirmation.contradicted == {"ttfb"}


@pytest.mark.slow
def test_retry_after_applies_to_all_workers(site: FaultySite):
    site.status, site.headers["Retry-After"] = 429, "1"
    throttled_client(rate=100).get(site.url)
    site.status, began = 200, time.monotonic()

    throttled_client(rate=100).get(site.url)

    assert time.monotonic() - began > 0.9


def test_long_retry_after_raises_an_error_at_once(site: FaultySite):
    site.status, site.headers["Retry-After"] = 503, "86400"
    throttled_client(rate=100).get(site.url)

    with pytest.raises(Unreachable, match=r"accepts no requests for another 600 s \(Retry-After\)"):
        throttled_client(rate=100).get(site.url)
    assert site.hits == ["GET /"]


def test_waiting_for_a_slot_times_out(site: FaultySite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_throttle, "MAX_WAIT_SECONDS", 0.2)
    throttle, target = host_throttle.SharedHostThrottle(2), ParsedUrl.parse(site.url)

    with (
        throttle.slot(target),
        throttle.slot(target),
        pytest.raises(TimedOut, match="no slot within"),
        throttle.slot(target),
    ):
        raise AssertionError("three at once")


def test_unreleased_slot_expires(site: FaultySite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(throttle_state, "LEASE_SECONDS", 0.1)
    throttle, target = host_throttle.SharedHostThrottle(100), ParsedUrl.parse(site.url)

    killed = [throttle.slot(target) for _ in range(4)]  # killed during a request, four times
    for turn in killed:
        turn.__enter__()

    assert throttled_client(rate=100).get(site.url).status == 200


def test_good_responses_of_an_allowed_network_raise_the_rate_to_the_ceiling(site: FaultySite):
    client = adaptive(max_rate=12)

    for _ in range(3):
        client.get(site.url)

    assert pace_of(site).rate == 12


@pytest.mark.parametrize("status", [429, 503])
def test_response_of_an_overloaded_site_halves_the_rate(site: FaultySite, status: int):
    site.status = status

    adaptive().get(site.url)

    assert pace_of(site).rate == 5


@pytest.mark.slow
def test_site_that_slows_down_halves_the_rate(site: FaultySite):
    client = adaptive()

    for delay in (0, 0, 0, 0.3, 0.3, 0.3):
        site.before_answer = lambda delay=delay: time.sleep(delay)
        client.get(site.url)

    assert pace_of(site).rate == 7.5  # from 10, which five good responses have raised to 15


def test_refused_page_slows_the_host_down(site: FaultySite):
    site.status = 403

    adaptive().get(site.url)

    assert pace_of(site).slow_until > 0


def test_challenge_is_treated_as_a_refusal(site: FaultySite):
    site.headers["cf-mitigated"] = "challenge"

    with adaptive() as client, pytest.raises(Inconclusive, match="challenge"):
        _ = PageContext(site.url, client).landing

    assert pace_of(site).slow_until > 0


def test_refused_probe_or_link_is_no_refusal_of_the_page(site: FaultySite):
    site.body = GOOD_PAGE.replace("</main>", '<a href="/admin">Staff</a></main>')

    def refuse_closed_paths() -> None:
        site.status = 403 if site.hits[-1].endswith((".git/config", "/admin")) else 200

    site.pages = {"/.git/config": "no", "/admin": "no"}
    site.before_answer = refuse_closed_paths
    with adaptive() as client:
        context = PageContext(site.url, client)
        assert context.probe("/.git/config").status == 403
        assert list(context.links.values()) == [403]

    assert pace_of(site).slow_until == 0


def test_timeout_halves_the_rate(site: FaultySite):
    site.before_answer = lambda: time.sleep(0.3)

    with pytest.raises(TimedOut):
        adaptive().get(site.url, limits=Limits(read=0.1))

    assert pace_of(site).rate == 5


def test_host_is_adaptive_when_it_is_verified(site: FaultySite):
    class Verified:
        def covers(self, host: str) -> bool:
            return host == "example.com"

    throttle = host_throttle.SharedHostThrottle(2, Verified())
    urls = ["https://example.com/", "https://example.org/", site.url]

    assert [throttle.limits(ParsedUrl.parse(url)).adaptive for url in urls] == [True, False, False]


def test_name_is_adaptive_when_its_address_turns_out_to_be_allowed(site: FaultySite):
    client = adaptive()
    target = ParsedUrl.parse(site.url.replace("127.0.0.1", "localhost"))
    before = client.throttle.limits(target).adaptive
    client.get(target.url)

    assert (before, client.throttle.limits(target).adaptive) == (False, True)


def test_no_host_is_throttled_at_rate_zero(settings: Any):
    settings.KRAFTER_HOST_RATE = 0
    assert not isinstance(host_throttle.client().throttle, host_throttle.SharedHostThrottle)


def test_worker_continues_where_another_one_left_off(site: FaultySite):
    host = f"{host_throttle.KEY_PREFIX}{uuid.uuid4().hex}"
    host_throttle._update(
        host, lambda throttle, _: throttle.observe(ThrottleObservation(429), ThrottleLimits(), 1.0)
    )
    host_throttle._last_states.clear()

    assert host_throttle._update(host, lambda throttle, _: throttle.rate) == 5


OPERATIONS = st.one_of(
    st.tuples(st.just("acquire"), st.integers(0, 20), st.booleans()),
    st.tuples(st.just("release"), st.integers(0, 20), st.booleans()),
    st.tuples(st.just("record"), st.just(0), st.booleans()),
    st.tuples(st.just("back_off"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("observe"), st.sampled_from([0, 200, 301, 403, 404, 429, 500, 503]), st.booleans()),
)


def applied(operation: tuple[str, int, bool], throttle: ThrottleState, now: float) -> Any:
    name, number, flag = operation
    limits = ThrottleLimits(adaptive=flag)
    match name:
        case "acquire":
            return throttle.acquire(str(number), limits, now)
        case "release":
            return throttle.release(str(number))
        case "record":
            return throttle.record(limits, now)
        case "back_off":
            return throttle.back_off(number, now)
    return throttle.observe(ThrottleObservation(number, 10 * number, "cached" if flag else ""), limits, now)


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(st.lists(st.tuples(OPERATIONS, st.floats(0, 2)), max_size=40))
def test_redis_and_the_process_keep_the_same_state(operations: list[tuple[Any, float]]):
    host, local, now = f"{host_throttle.KEY_PREFIX}{uuid.uuid4().hex}", host_throttle.LocalStates(), 0.0
    for operation, seconds in operations:
        now += seconds

        def change(throttle: ThrottleState, _: float, operation: Any = operation, now: float = now) -> Any:
            return applied(operation, throttle, now)

        assert host_throttle._update(host, change) == local.update(host, change)
    assert host_throttle._update(host, lambda throttle, _: throttle) == local.update(
        host, lambda throttle, _: throttle
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.com/a", "krafter:throttle:example.com"),
        ("http://EXAMPLE.com/", "krafter:throttle:example.com"),
        ("http://example.com:8080/", "krafter:throttle:example.com:8080"),
        ("http://[2001:db8::1]/", "krafter:throttle:[2001:db8::1]"),
    ],
)
def test_urls_of_one_host_share_a_key(address: str, name: str):
    assert host_throttle.host_key(ParsedUrl.parse(address)) == name


@pytest.mark.parametrize(("seconds", "delay"), [("3", 3), ("86400", 10), ("-1", 0)])
def test_crawl_delay_is_read_and_limited(site: FaultySite, seconds: str, delay: float):
    site.pages = {"/robots.txt": f"User-agent: *\nCrawl-delay: {seconds}", "/a": GOOD_PAGE}

    with Client() as client:
        assert discover(PageContext(site.url, client)).delay == delay
