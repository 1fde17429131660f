"""The result of a check over all pages of a finding."""

import pytest

from remediation.worker.check_aggregation import aggregate
from scanner.outcome import Outcome, failed, inconclusive, passed

FAILED, PASSED = failed("It is missing."), passed("It is present.")
INCONCLUSIVE = inconclusive("timeout", "It took too long.")


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([PASSED, PASSED], "passed"),
        ([PASSED, FAILED, INCONCLUSIVE], "failed"),
        ([PASSED, INCONCLUSIVE], "inconclusive"),
        ([PASSED, Outcome("not_applicable")], "inconclusive"),
        ([], "inconclusive"),
    ],
)
def test_status_is_aggregated_over_the_pages(outcomes: list[Outcome], status: str):
    result = aggregate("title_present", {str(index): outcome for index, outcome in enumerate(outcomes)})

    assert (result.status.value, result.after) == (status, status)


def test_value_of_a_metric_is_the_worst_of_all_pages():
    outcomes = {"/": Outcome("failed", value=700), "/slow": Outcome("failed", value=900)}

    assert aggregate("ttfb", outcomes).after == 900


@pytest.mark.parametrize(
    ("key", "outcomes", "after"),
    [
        ("ttfb", [Outcome("passed", value=700), INCONCLUSIVE], "inconclusive"),
        ("ttfb", [Outcome("failed", value=700), Outcome("failed", value="slow")], 700),
        ("ttfb", [PASSED], "passed"),
        ("security_header_csp", [Outcome("failed", value=700)], "failed"),
        ("a_check_that_was_removed", [Outcome("failed", value=700)], "failed"),
    ],
)
def test_value_is_the_status_without_a_result_in_the_unit_of_the_metric(
    key: str, outcomes: list[Outcome], after: object
):
    result = aggregate(key, {str(index): outcome for index, outcome in enumerate(outcomes)})

    assert (result.after, result.evidence["after"]) == (after, after)


def test_check_that_no_longer_applies_has_a_missing_target():
    result = aggregate("title_present", {"/": Outcome("not_applicable")})

    assert result.evidence["pages"][0]["reason"] == "target_missing"
