"""The rate of a host rises with good responses, and falls when the host refuses or slows down."""

import pytest

from krafter_audit.http.host_pace import POLL_SECONDS, HostPace, PaceLimits, PaceObservation

ADAPTIVE = PaceLimits(adaptive=True)
FIXED = PaceLimits()
GOOD = PaceObservation(200)


def page(ttfb_ms: float, ttfb_kind: str = "cached") -> PaceObservation:
    return PaceObservation(200, ttfb_ms, ttfb_kind)


def granted(pace: HostPace, limits: PaceLimits, *, at: float = 0.0) -> int:
    """Return how many requests may start at this time, each ending before the next one starts."""
    count = 0
    while pace.acquire(str(count), limits, at)[0] <= 0:
        pace.release(str(count))
        count += 1
    return count


def pace_after(
    *observations: PaceObservation, limits: PaceLimits = ADAPTIVE, every: float = 0.01
) -> HostPace:
    pace = HostPace()
    for number, observation in enumerate(observations):
        pace.observe(observation, limits, number * every)
    return pace


def test_adaptive_host_begins_at_ten_requests_a_second() -> None:
    assert granted(HostPace(), ADAPTIVE) == 10


def test_other_hosts_get_two_requests_a_second() -> None:
    pace = pace_after(*[GOOD] * 100)

    assert [granted(pace, FIXED, at=moment) for moment in (0.0, 0.5, 1.0, 1.5)] == [2, 0, 2, 0]


@pytest.mark.parametrize(
    ("responses", "ceiling", "rate"), [(1, 40, 11), (30, 40, 40), (100, 40, 40), (5, 3, 3)]
)
def test_each_good_response_adds_one_up_to_the_ceiling(responses: int, ceiling: int, rate: int) -> None:
    limits = PaceLimits(adaptive=True, max_rate=ceiling)

    assert granted(pace_after(*[GOOD] * responses, limits=limits), limits, at=5) == rate


@pytest.mark.parametrize("limits", [ADAPTIVE, FIXED])
@pytest.mark.parametrize(
    "bad",
    [
        PaceObservation(429),
        PaceObservation(503),
        PaceObservation(0),
        PaceObservation(200, has_retry_after=True),
    ],
)
def test_overload_halves_the_rate(bad: PaceObservation, limits: PaceLimits) -> None:
    pace = pace_after(*[GOOD] * 30)
    pace.observe(bad, limits, 1.0)

    assert pace.rate == 20


def test_refusals_of_the_same_second_halve_the_rate_once() -> None:
    assert pace_after(*[PaceObservation(429)] * 6).rate == 5
    assert pace_after(*[PaceObservation(429)] * 6, every=1).rate == 1


def test_rate_recovers_slowly_for_ten_seconds_and_then_as_at_first() -> None:
    pace = pace_after(PaceObservation(429))
    for number in range(5):
        pace.observe(GOOD, ADAPTIVE, 1 + number)
    assert 5.8 < pace.rate < 6

    for number in range(5):
        pace.observe(GOOD, ADAPTIVE, 11 + number)
    assert 10.8 < pace.rate < 11


@pytest.mark.parametrize("status", [500, 502, 504])
def test_other_server_errors_leave_the_rate_as_it_is(status: int) -> None:
    assert pace_after(PaceObservation(status)).rate == 10


def test_responses_to_a_fixed_rate_do_not_raise_it() -> None:
    assert pace_after(*[GOOD] * 10, limits=FIXED).rate == 10


def test_first_byte_at_three_times_the_best_halves_the_rate() -> None:
    assert pace_after(page(100), *[page(290)] * 4).rate == 15
    assert pace_after(page(100), *[page(310)] * 4).rate == 7


def test_two_outliers_of_five_do_not_halve_the_rate() -> None:
    assert pace_after(page(100), page(2000), page(2000), page(100), page(100)).rate == 15


def test_small_delays_do_not_halve_the_rate() -> None:
    assert pace_after(page(1), *[page(90)] * 4).rate == 15


def test_responses_past_the_cache_are_compared_with_each_other_alone() -> None:
    cached, fresh = page(2), page(400, "fresh")

    assert pace_after(*[cached, fresh] * 6).rate == 22


def test_untimed_responses_are_not_compared() -> None:
    assert pace_after(page(2), *[PaceObservation(200, 900)] * 9).rate == 20


def test_time_at_the_lowest_rate_becomes_the_best_time() -> None:
    pace, now = pace_after(page(10)), 1.0
    for _ in range(60):  # a site whose other pages are slower, whatever the rate
        pace.observe(page(500), ADAPTIVE, now)
        now += 1

    assert pace.rate > 20


@pytest.mark.parametrize("limits", [ADAPTIVE, FIXED])
def test_refusal_makes_a_host_slow_for_ten_minutes(limits: PaceLimits) -> None:
    pace = pace_after(*[GOOD] * 30)
    pace.observe(PaceObservation(403), limits, 100)
    pace.observe(GOOD, ADAPTIVE, 101)

    assert [granted(pace, ADAPTIVE, at=moment) for moment in (101, 699, 700.1)] == [2, 2, 10]


def test_slow_host_gets_two_requests_a_second_from_all_callers_together() -> None:
    pace = pace_after(PaceObservation(403))

    assert granted(pace, PaceLimits(rate=50), at=1) == 2
    assert granted(pace, ADAPTIVE, at=1) == 0


def test_six_requests_at_the_same_time_at_an_adaptive_host_and_two_at_another() -> None:
    for limits, most in ((ADAPTIVE, 6), (FIXED, 2)):
        pace = HostPace()
        waits = [pace.acquire(str(number), limits, number / 2)[0] for number in range(8)]
        assert waits == [0] * most + [POLL_SECONDS] * (8 - most)


def test_fewer_requests_at_the_same_time_at_a_host_that_slows_down() -> None:
    pace = pace_after(*[PaceObservation(0)] * 3, every=1.0)
    waits = [pace.acquire(str(number), ADAPTIVE, 3.0 + number)[0] for number in range(3)]

    assert (pace.rate, waits) == (1.25, [0, POLL_SECONDS, POLL_SECONDS])


def test_callers_at_the_adaptive_rate_leave_the_others_their_requests() -> None:
    pace = HostPace()

    assert (granted(pace, ADAPTIVE), granted(pace, FIXED)) == (10, 2)


def test_requests_of_a_browser_count() -> None:
    pace = HostPace()
    for _ in range(25):
        pace.record(ADAPTIVE, 0.0)

    assert (granted(pace, ADAPTIVE, at=0.5), granted(pace, ADAPTIVE, at=1.0)) == (0, 10)


def test_retry_after_holds_all_callers() -> None:
    pace = HostPace()
    pace.back_off(5, 10)
    pace.back_off(1, 10)

    assert [pace.acquire("a", limits, 12) for limits in (ADAPTIVE, FIXED)] == [(3, True)] * 2
    assert granted(pace, FIXED, at=15) == 2


def test_unreleased_slots_expire() -> None:
    pace = HostPace()
    for number in range(2):
        pace.acquire(str(number), FIXED, 0)

    assert [granted(pace, FIXED, at=moment) for moment in (44, 46)] == [0, 2]


def test_exclusive_caller_waits_for_the_others_and_holds_them() -> None:
    pace = HostPace()
    pace.acquire("other", FIXED, 0.0)
    waiting = pace.acquire_exclusive("me", 1.0)
    pace.release("other")

    assert (waiting, pace.acquire_exclusive("me", 1.1)) == (POLL_SECONDS, 0.0)
    assert [pace.acquire("a", limits, 1.2)[0] for limits in (ADAPTIVE, FIXED)] == [POLL_SECONDS] * 2
    assert pace.acquire("b", ADAPTIVE, 1.2, "me") == (0.0, False)


def test_exclusive_caller_waits_for_the_requests_of_a_browser() -> None:
    pace = HostPace()
    pace.record(ADAPTIVE, 0.0)

    assert [pace.acquire_exclusive("me", moment) for moment in (0.4, 0.6)] == [POLL_SECONDS, 0.0]


def test_others_have_their_turn_before_the_next_exclusive_caller() -> None:
    pace = HostPace()
    pace.acquire_exclusive("me", 0.0)
    meanwhile = pace.acquire_exclusive("you", 1.0)
    pace.release_exclusive("you", 1.0)  # was not exclusive, so this changes nothing
    pace.release_exclusive("me", 2.0)

    assert (meanwhile, pace.acquire_exclusive("you", 2.1)) == (POLL_SECONDS, POLL_SECONDS)
    assert (granted(pace, FIXED, at=2.1), pace.acquire_exclusive("you", 2.7)) == (2, 0.0)


def test_exclusive_slot_that_is_never_released_expires() -> None:
    pace = HostPace()
    pace.acquire_exclusive("me", 0.0)

    assert [granted(pace, FIXED, at=moment) for moment in (14.9, 15.1)] == [0, 2]


def test_state_is_the_same_after_storing() -> None:
    pace = pace_after(page(10), page(100), page(100), PaceObservation(429), PaceObservation(403))
    pace.acquire("a", ADAPTIVE, 1)
    pace.record(FIXED, 2)
    pace.back_off(3, 2)

    assert HostPace.decode(pace.encode()) == pace


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"{}", b'{"adaptive": 5}', b'{"rate": 1, "other": 2}'])
def test_unreadable_state_is_a_new_one(raw: bytes) -> None:
    assert HostPace.decode(raw) == HostPace()
