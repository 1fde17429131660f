"""A metric is judged by its median; near the threshold by five samples, or not at all."""

import pytest

from scanner.metric_verdict import judge_metric
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Measurement, Outcome
from scanner.registry import get


def judge_ttfb(samples: list[float], further: list[float]) -> tuple[Outcome, int]:
    requested: list[int] = []

    def measure_more(count: int) -> list[float]:
        requested.append(count)
        return [*samples, *further]

    known = get("ttfb")
    assert known is not None
    return judge_metric(known, Measurement(samples, take_samples=measure_more)), len(requested)


@pytest.mark.parametrize(
    ("samples", "further", "status", "further_requests"),
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
def test_five_samples_are_taken_near_the_threshold(
    samples: list[float], further: list[float], status: str, further_requests: int
) -> None:
    outcome, requests = judge_ttfb(samples, further)

    assert (outcome.status, requests) == (status, further_requests)
    assert outcome.reason == ("unsteady" if status == INCONCLUSIVE else None)
    assert len(outcome.evidence["samples"]) == len(samples) + len(further)


@pytest.mark.parametrize(
    ("key", "samples", "status"),
    [
        ("ttfb", [100], PASSED),  # better by a factor of two
        ("ttfb", [1300, 1250], FAILED),  # worse by a factor of two, twice
        ("ttfb", [1300, 110, 120], PASSED),  # a busy machine
        ("ttfb", [400, 410, 420], PASSED),  # not far from the threshold
        ("ttfb", [800, 810, 820], FAILED),
        ("ttfb", [310, 900, 300, 310, 320], PASSED),  # one that stands out
        ("lcp", [1.2], PASSED),  # better by a factor of two
        ("lcp", [1.6, 1.7], PASSED),  # two loads on the same side of the threshold
        ("lcp", [3.3, 3.2], FAILED),
        ("lcp", [3.3, 1.6, 1.6, 1.7, 1.6], PASSED),  # two loads on both sides
        ("lcp", [2.3, 2.31, 2.29, 2.3, 2.3], PASSED),  # near the threshold
    ],
)
def test_varying_metric_takes_as_many_samples_as_its_distance_needs(
    key: str, samples: list[float], status: str
) -> None:
    known = get(key)
    assert known is not None
    measured = Measurement(samples[:1], take_samples=lambda count: samples[:count], varies=True)

    outcome = judge_metric(known, measured)

    assert (outcome.status, len(outcome.evidence["samples"])) == (status, len(samples))


@pytest.mark.parametrize(
    ("samples", "undisturbed", "status"),
    [
        ([100, 110, 120], [], PASSED),
        ([1000, 1100, 1200], [400, 410, 420], PASSED),  # slow only while other requests were answered
        ([1000, 1100, 1200], [1000, 1010, 1020], FAILED),
        ([300, 310, 900, 900, 950], [300, 310, 320], PASSED),
        ([300, 310, 900, 900, 950], [590, 600, 610, 605, 595], INCONCLUSIVE),
    ],
)
def test_samples_that_do_not_pass_are_taken_again_undisturbed(
    samples: list[float], undisturbed: list[float], status: str
) -> None:
    known = get("ttfb")
    assert known is not None
    measured = Measurement(
        samples[:3],
        take_samples=lambda count: samples[:count],
        take_undisturbed_samples=lambda count: undisturbed[:count],
    )

    outcome = judge_metric(known, measured)

    assert (outcome.status, outcome.evidence["samples"]) == (status, undisturbed or samples)
    assert ("runs" in outcome.evidence) == bool(undisturbed)


def test_evidence_of_an_unconfirmed_failure_says_that_it_is_not_confirmed() -> None:
    known = get("ttfb")
    assert known is not None
    measured = Measurement(
        [1000, 1100, 1200], take_undisturbed_samples=lambda count: pytest.fail("requested")
    )

    outcome = judge_metric(known, measured, confirm=False)

    assert (outcome.status, outcome.evidence["confirmed"]) == (FAILED, False)
