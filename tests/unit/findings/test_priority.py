"""The priority of a finding, with and without the traffic of its pages."""

import pytest

from findings.priority import (
    TRAFFIC_WEIGHT,
    Priority,
    for_severity,
    reapply_traffic,
    score_of,
    traffic_evidence,
    traffic_factor,
    with_traffic,
    without_traffic,
)


def evidence(base: Priority, share: float) -> dict[str, object]:
    return {TRAFFIC_WEIGHT: traffic_evidence(base, with_traffic(base, share), share)}


def test_missing_numbers_are_derived_from_the_severity():
    assert for_severity("high", impact=50) == Priority(50, 30, 80, score_of(50, 30, 80))


@pytest.mark.parametrize(("share", "factor"), [(-1, 0.75), (0, 0.75), (0.25, 1.0), (1, 1.25), (2, 1.25)])
def test_traffic_factor_is_between_075_and_125(share: float, factor: float):
    assert traffic_factor(share) == factor


def test_traffic_changes_a_custom_score_in_proportion():
    assert with_traffic(Priority(80, 30, 80, 40), 1).score == 50


def test_traffic_is_removed_to_the_original_numbers():
    base = for_severity("high")

    assert without_traffic(with_traffic(base, 0.5), evidence(base, 0.5)) == base


def test_numbers_set_after_the_traffic_was_applied_stay():
    custom = Priority(10, 30, 10, 1)

    assert without_traffic(custom, evidence(for_severity("high"), 0.5)) == custom


def test_traffic_is_reapplied_to_new_numbers():
    stored, base = evidence(for_severity("high"), 1), for_severity("low")

    numbers, weight = reapply_traffic(base, stored)

    assert (numbers, weight) == (with_traffic(base, 1), evidence(base, 1))


def test_reapplying_without_stored_traffic_returns_the_base():
    assert reapply_traffic(for_severity("low"), {}) == (for_severity("low"), {})
