"""The forecast as a sentence."""

from typing import Any

import pytest

from reports.presentation.forecast import describe


def content(status: str, *dates: tuple[str | None, str | None]) -> dict[str, Any]:
    return {
        "status": status,
        "basis": {"days": 84, "opened": 12, "closed": 1300},
        "ranges": [
            {"probability": probability, "earliest": earliest, "latest": latest}
            for probability, (earliest, latest) in zip((0.5, 0.9), dates, strict=False)
        ],
    }


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (
            (("2026-12-01", "2026-12-24"), ("2026-12-01", None)),
            "between 1 December 2026 and 24 December 2026 with a probability of 50\xa0%, and"
            " between 1 December 2026 and more than a year from now"
            " with 90\xa0%.",
        ),
        (
            (("2026-12-01", "2026-12-01"), (None, None)),
            "1 December 2026 with a probability of 50\xa0%, and more than a year from now with 90\xa0%.",
        ),
    ],
)
def test_forecast_says_its_basis_and_both_ranges(dates: Any, sentence: str):
    assert describe(content("forecast", *dates)) == (
        "At the speed of the last 84 days (critical findings: 12 opened, 1,300 closed),"
        f" the day on which none is open is {sentence}"
    )


def test_missing_history_is_described():
    assert describe(content("not_enough_history")).startswith("Not enough history for a forecast")


def test_no_open_critical_finding_is_described():
    assert describe(content("none_open")) == "No critical finding is open."
