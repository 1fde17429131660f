"""Counts of findings."""

from typing import Any

from tests import factories
from tests.factories import Scenario


def test_counts_of_findings_follow_the_filters_and_the_moment(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    factories.finding(scenario, severity="critical", domain="seo", priority={"score": 90})
    time_machine.move_to("2026-03-11T12:00:00Z", tick=False)
    factories.finding(scenario, severity="low", domain="security", priority={"score": 10})
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)

    def counts(query: str) -> Any:
        return scenario.client.ask("get", f"findings/counts?{query}").json()["data"]

    assert counts("") == {
        "total": 2,
        "score": 100,
        "by_status": {
            "new": 2, "triaged": 0, "in_progress": 0, "ready_verify": 0, "resolved": 0, "dismissed": 0,
        },
        "by_severity": {"critical": 1, "high": 0, "medium": 0, "low": 1},
        "by_domain": {"security": 1, "performance": 0, "accessibility": 0, "seo": 1},
    }  # fmt: skip
    queries = (
        "as_of=2026-03-10",
        "severity=low",
        "severity=low&severity=critical",
        "severity=low&domain=seo",
    )
    assert [(found["total"], found["score"]) for found in map(counts, queries)] == [
        (1, 90), (1, 10), (2, 100), (0, 0),
    ]  # fmt: skip
