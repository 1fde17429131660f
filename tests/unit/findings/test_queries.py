"""Counts of findings, and the screenshots that their evidence names."""

from typing import Any

from findings import queries
from tests import factories
from tests.factories import Scenario


def test_counts_of_findings_follow_the_filters_and_the_moment(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    factories.finding(scenario, severity="critical", domain="seo", priority={"score": 90})
    time_machine.move_to("2026-03-11T12:00:00Z", tick=False)
    factories.finding(scenario, severity="low", domain="security", priority={"score": 10})
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)

    def counts(query: str) -> Any:
        return scenario.client.call("get", f"findings/counts?{query}").json()["data"]

    assert counts("") == {
        "total": 2,
        "score": 100,
        "by_status": {
            "new": 2, "triaged": 0, "in_progress": 0, "ready_verify": 0, "resolved": 0, "dismissed": 0,
        },
        "by_severity": {"critical": 1, "high": 0, "medium": 0, "low": 1},
        "by_domain": {"security": 1, "performance": 0, "accessibility": 0, "seo": 1},
    }  # fmt: skip
    filters = (
        "as_of=2026-03-10",
        "severity=low",
        "severity=low&severity=critical",
        "severity=low&domain=seo",
    )
    assert [(found["total"], found["score"]) for found in map(counts, filters)] == [
        (1, 90), (1, 10), (2, 100), (0, 0),
    ]  # fmt: skip


def test_screenshots_are_those_that_the_evidence_of_the_projects_findings_names(scenario: Scenario):
    def evidence(*outcomes: Any) -> dict[str, Any]:
        return {
            "pages": [
                {"key": "lcp", "url": "https://example.com/", "outcome": outcome} for outcome in outcomes
            ]
        }

    first, second = ({"evidence": {"screenshots": {"screen": sha256, "rule": "c"}}} for sha256 in ("a", "b"))
    factories.finding(scenario, evidence=evidence(first, {"evidence": {}}, second))
    for other in ({}, {"pages": "none"}, {"pages": [1, {}]}, evidence({"evidence": {"screenshots": []}})):
        factories.finding(scenario, evidence=other)
    factories.finding(factories.scenario(), evidence=evidence({"evidence": {"screenshots": {"screen": "d"}}}))

    named = queries.named_screenshots(scenario.project.pk, ["a", "c", "d", "e"])
    assert named == {"a", "c"}
