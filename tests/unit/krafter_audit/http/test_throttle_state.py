"""The rate of a host rises with good responses, and falls when the host refuses or slows down."""

import pytest

from krafter_audit.http.throttle_state import POLL_SECONDS, ThrottleLimits, ThrottleObservation, ThrottleState

ADAPTIVE = ThrottleLimits(adaptive=True)
FIXED = ThrottleLimits()
GOOD = ThrottleObservation(200)


def page(ttfb_ms: float, ttfb_kind: str = "cached") -> ThrottleObservation:
    return ThrottleObservation(200, ttfb_ms, ttfb_kind)


def granted(throttle: ThrottleState, limits: ThrottleLimits, *, at: float = 0.0) -> int:
    """Return how many requests may start at this time, each ending before the next one starts."""
    count = 0
    while throttle.acquire(str(count), limits, at)[0] <= 0:
        throttle.release(str(count))
        count += 1
    return count


def throttle_after(
    *observations: ThrottleObservation, limits: ThrottleLimits = ADAPTIVE, every: float = 0.01
) -> ThrottleState:
    throttle = ThrottleState()
    for number, observation in enumerate(observations):
        throttle.observe(observation, limits, number * every)
    return throttle


def test_adaptive_host_begins_at_ten_requests_a_second() -> None:
    assert granted(ThrottleState(), ADAPTIVE) == 10


def test_other_hosts_get_two_requests_a_second() -> None:
    throttle = throttle_after(*[GOOD] * 100)

    assert [granted(throttle, FIXED, at=moment) for moment in (0.0, 0.5, 1.0, 1.5)] == [2, 0, 2, 0]


@pytest.mark.parametrize(
    ("responses", "ceiling", "rate"), [(1, 40, 11), (30, 40, 40), (100, 40, 40), (5, 3, 3)]
)
def test_each_good_response_adds_one_up_to_the_ceiling(responses: int, ceiling: int, rate: int) -> None:
    limits = ThrottleLimits(adaptive=True, max_rate=ceiling)

    assert granted(throttle_after(*[GOOD] * responses, limits=limits), limits, at=5) == rate


@pytest.mark.parametrize("limits", [ADAPTIVE, FIXED])
@pytest.mark.parametrize(
    "bad",
    [
        ThrottleObservation(429),
        ThrottleObservation(503),
        ThrottleObservation(0),
        ThrottleObservation(200, has_retry_after=True),
    ],
)
def test_overload_halves_the_rate(bad: ThrottleObservation, limits: ThrottleLimits) -> None:
    throttle = throttle_after(*[GOOD] * 30)
    throttle.observe(bad, limits, 1.0)

    assert throttle.rate == 20


def test_refusals_of_the_same_second_halve_the_rate_once() -> None:
    assert throttle_after(*[ThrottleObservation(429)] * 6).rate == 5
    assert throttle_after(*[ThrottleObservation(429)] * 6, every=1).rate == 1


def test_rate_recovers_slowly_for_ten_seconds_and_then_as_at_first() -> None:
    throttle = throttle_after(ThrottleObservation(429))
    for number in range(5):
        throttle.observe(GOOD, ADAPTIVE, 1 + number)
    assert 5.8 < throttle.rate < 6

    for number in range(5):
        throttle.observe(GOOD, ADAPTIVE, 11 + number)
    assert 10.8 < throttle.rate < 11


@pytest.mark.parametrize("status", [500, 502, 504])
def test_other_server_errors_leave_the_rate_as_it_is(status: int) -> None:
    assert throttle_after(ThrottleObservation(status)).rate == 10


def test_responses_to_a_fixed_rate_do_not_raise_it() -> None:
    assert throttle_after(*[GOOD] * 10, limits=FIXED).rate == 10


def test_first_byte_at_three_times_the_best_halves_the_rate() -> None:
    assert throttle_after(page(100), *[page(290)] * 4).rate == 15
    assert throttle_after(page(100), *[page(310)] * 4).rate == 7


def test_two_outliers_of_five_do_not_halve_the_rate() -> None:
    assert throttle_after(page(100), page(2000), page(2000), page(100), page(100)).rate == 15


def test_small_delays_do_not_halve_the_rate() -> None:
    assert throttle_after(page(1), *[page(90)] * 4).rate == 15


def test_responses_past_the_cache_are_compared_with_each_other_alone() -> None:
    cached, fresh = page(2), page(400, "fresh")

    assert throttle_after(*[cached, fresh] * 6).rate == 22


def test_untimed_responses_are_not_compared() -> None:
    assert throttle_after(page(2), *[ThrottleObservation(200, 900)] * 9).rate == 20


def test_time_at_the_lowest_rate_becomes_the_best_time() -> None:
    throttle, now = throttle_after(page(10)), 1.0
    for _ in range(60):  # a site whose other pages are slower, whatever the rate
        throttle.observe(page(500), ADAPTIVE, now)
        now += 1

    assert throttle.rate > 20


@pytest.mark.parametrize("limits", [ADAPTIVE, FIXED])
def test_refusal_makes_a_host_slow_for_ten_minutes(limits: ThrottleLimits) -> None:
    throttle = throttle_after(*[GOOD] * 30)
    throttle.observe(ThrottleObservation(403), limits, 100)
    throttle.observe(GOOD, ADAPTIVE, 101)

    assert [granted(throttle, ADAPTIVE, at=moment) for moment in (101, 699, 700.1)] == [2, 2, 10]


def test_slow_host_gets_two_requests_a_second_from_all_callers_together() -> None:
    throttle = throttle_after(ThrottleObservation(403))

    assert granted(throttle, ThrottleLimits(rate=50), at=1) == 2
    assert granted(throttle, ADAPTIVE, at=1) == 0


def test_six_requests_at_the_same_time_at_an_adaptive_host_and_two_at_another() -> None:
    for limits, most in ((ADAPTIVE, 6), (FIXED, 2)):
        throttle = ThrottleState()
        waits = [throttle.acquire(str(number), limits, number / 2)[0] for number in range(8)]
        assert waits == [0] * most + [POLL_SECONDS] * (8 - most)


def test_fewer_requests_at_the_same_time_at_a_host_that_slows_down() -> None:
    throttle = throttle_after(*[ThrottleObservation(0)] * 3, every=1.0)
    waits = [throttle.acquire(str(number), ADAPTIVE, 3.0 + number)[0] for number in range(3)]

    assert (throttle.rate, waits) == (1.25, [0, POLL_SECONDS, POLL_SECONDS])


def test_callers_at_the_adaptive_rate_leave_the_others_their_requests() -> None:
    throttle = ThrottleState()

    assert (granted(throttle, ADAPTIVE), granted(throttle, FIXED)) == (10, 2)


def test_requests_of_a_browser_count() -> None:
    throttle = ThrottleState()
    for _ in range(25):
        throttle.record(ADAPTIVE, 0.0)

    assert (granted(throttle, ADAPTIVE, at=0.5), granted(throttle, ADAPTIVE, at=1.0)) == (0, 10)


def test_retry_after_holds_all_callers() -> None:
    throttle = ThrottleState()
    throttle.back_off(5, 10)
    throttle.back_off(1, 10)

    assert [throttle.acquire("a", limits, 12) for limits in (ADAPTIVE, FIXED)] == [(3, True)] * 2
    assert granted(throttle, FIXED, at=15) == 2


def test_unreleased_slots_expire() -> None:
    throttle = ThrottleState()
    for number in range(2):
        throttle.acquire(str(number), FIXED, 0)

    assert [granted(throttle, FIXED, at=moment) for moment in (44, 46)] == [0, 2]


def test_exclusive_caller_waits_for_the_others_and_holds_them() -> None:
    throttle = ThrottleState()
    throttle.acquire("other", FIXED, 0.0)
    waiting = throttle.acquire_exclusive("me", 1.0)
    throttle.release("other")

    assert (waiting, throttle.acquire_exclusive("me", 1.1)) == (POLL_SECONDS, 0.0)
    assert [throttle.acquire("a", limits, 1.2)[0] for limits in (ADAPTIVE, FIXED)] == [POLL_SECONDS] * 2
    assert throttle.acquire("b", ADAPTIVE, 1.2, "me") == (0.0, False)


def test_exclusive_caller_waits_for_the_requests_of_a_browser() -> None:
    throttle = ThrottleState()
    throttle.record(ADAPTIVE, 0.0)

    assert [throttle.acquire_exclusive("me", moment) for moment in (0.4, 0.6)] == [POLL_SECONDS, 0.0]


def test_others_have_their_turn_before_the_next_exclusive_caller() -> None:
    throttle = ThrottleState()
    throttle.acquire_exclusive("me", 0.0)
    meanwhile = throttle.acquire_exclusive("you", 1.0)
    throttle.release_exclusive("you", 1.0)  # was not exclusive, so this changes nothing
    throttle.release_exclusive("me", 2.0)

    assert (meanwhile, throttle.acquire_exclusive("you", 2.1)) == (POLL_SECONDS, POLL_SECONDS)
    assert (granted(throttle, FIXED, at=2.1), throttle.acquire_exclusive("you", 2.7)) == (2, 0.0)


def test_exclusive_slot_that_is_never_released_expires() -> None:
    throttle = ThrottleState()
    throttle.acquire_exclusive("me", 0.0)

    assert [granted(throttle, FIXED, at=moment) for moment in (14.9, 15.1)] == [0, 2]


def test_state_is_the_same_after_storing() -> None:
    throttle = throttle_after(
        page(10), page(100), page(100), ThrottleObservation(429), ThrottleObservation(403)
    )
    throttle.acquire("a", ADAPTIVE, 1)
    throttle.record(FIXED, 2)
    throttle.back_off(3, 2)

    assert ThrottleState.decode(throttle.encode()) == throttle


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"{}", b'{"adaptive": 5}', b'{"rate": 1, "other": 2}'])
def test_unreadable_state_is_a_new_one(raw: bytes) -> None:
    assert ThrottleState.decode(raw) == ThrottleState()
