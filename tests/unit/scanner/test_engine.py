"""One look is not believed where it matters: failures and changes are looked at again, numbers measured
oddly often.
"""

import pytest

from scanner.engine import run_checks
from scanner.metric_verdict import judge_metric
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Measurement, Outcome
from scanner.registry import get
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import good_site, page

GOOD = page()
BAD = page(headers={"X-Content-Type-Options": None})
KEY = "security_header_x_content_type_options"


def looked(site: Site, key: str = KEY, **options: object) -> Outcome:
    with served(site), loopback_client() as client:
        return dict(run_checks(site.url, [key], client=client, retry_delays=(), **options))[key]  # type: ignore[arg-type]


def test_what_passes_as_before_is_looked_at_once() -> None:
    site = good_site()

    assert looked(site, before={KEY: Outcome(PASSED)}).status == PASSED
    assert len(site.requests) == 1


def test_what_passes_after_a_failure_is_looked_at_twice() -> None:
    site = good_site()

    assert looked(site, before={KEY: Outcome(FAILED)}).status == PASSED
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("answers", "status", "looks"),
    [
        ([BAD, BAD], FAILED, [FAILED, FAILED]),
        ([BAD, GOOD, GOOD], PASSED, [FAILED, PASSED, PASSED]),
        ([BAD, GOOD, BAD], FAILED, [FAILED, PASSED, FAILED]),
        ([GOOD, BAD, BAD], FAILED, [PASSED, FAILED, FAILED]),
    ],
)
def test_where_two_looks_differ_a_third_decides(answers: list[Answer], status: str, looks: list[str]) -> None:
    outcome = looked(good_site(**{"/": list(answers)}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.evidence["looks"]) == (status, looks)


def test_a_second_look_that_fails_to_look_leaves_it_open() -> None:
    outcome = looked(good_site(**{"/": [GOOD, Answer("no", 500)]}), before={KEY: Outcome(FAILED)})

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "blocked")


def test_a_number_is_the_median_of_three_samples_after_a_warm_up() -> None:
    site = good_site(**{"/": [Answer("x", delay=0.0), Answer("x", delay=0.3), Answer("x")]})

    outcome = looked(site, "ttfb")

    assert outcome.status == PASSED
    assert len(outcome.samples) == 3
    assert isinstance(outcome.value, float)
    assert outcome.value == sorted(outcome.samples)[1]
    assert {key: outcome.evidence[key] for key in ("unit", "threshold")} == {"unit": "ms", "threshold": 600}


def test_a_slow_server_fails_and_a_mended_one_passes() -> None:
    slow = looked(good_site(**{"/": Answer("x", delay=0.05)}), "ttfb", thresholds={"ttfb": 20})
    fast = looked(good_site(**{"/": Answer("x")}), "ttfb", thresholds={"ttfb": 500})

    assert (slow.status, fast.status) == (FAILED, PASSED)
    assert slow.evidence["threshold"] == 20
    assert isinstance(slow.value, float)
    assert slow.value >= 50


def test_an_error_while_timing_is_no_number() -> None:
    outcome = looked(good_site(**{"/": [page(), Answer("x"), Answer("busy", 503)]}), "ttfb")

    assert (outcome.status, outcome.value, outcome.reason) == (INCONCLUSIVE, None, "blocked")


def _judged(samples: list[float], further: list[float]) -> tuple[Outcome, int]:
    asked: list[int] = []

    def more(count: int) -> list[float]:
        asked.append(count)
        return [*samples, *further]

    known = get("ttfb")
    assert known is not None
    return judge_metric(known, Measurement(samples, more=more)), len(asked)


@pytest.mark.parametrize(
    ("samples", "further", "status", "more"),
    [
        ([100, 110, 120], [], PASSED, 0),
        ([1000, 1100, 1200], [], FAILED, 0),
        ([560, 565, 570], [550, 555], PASSED, 1),  # within 15 % of the threshold
        ([300, 310, 900], [320, 330], PASSED, 1),  # one that stands out
        ([300, 310, 900], [900, 950], INCONCLUSIVE, 1),  # on both sides of it, as often as not
        ([900, 905, 1300], [300, 915], INCONCLUSIVE, 1),  # far apart, and good once
        ([900, 905, 1300], [800, 915], FAILED, 1),  # far apart, but never good
        ([590, 600, 610], [605, 595], INCONCLUSIVE, 1),  # nearer to it than to each other
        ([610, 611, 612], [613, 614], FAILED, 1),  # a little over it, but steadily
        ([600, 600, 600], [600, 600], PASSED, 1),  # at the threshold passes
    ],
)
def test_near_the_threshold_it_is_measured_five_times(
    samples: list[float], further: list[float], status: str, more: int
) -> None:
    outcome, asked = _judged(samples, further)

    assert (outcome.status, asked) == (status, more)
    assert outcome.reason == ("unsteady" if status == INCONCLUSIVE else None)
    assert len(outcome.evidence["samples"]) == len(samples) + len(further)
