"""Findings are created and updated by reports."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from events.totals import counters
from findings.models import Finding, Regression
from findings.services.ingestion import BATCH_SIZE, FindingReport, ingest
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

FULL = {
    "domain": "security",
    "title": "No Content-Security-Policy",
    "severity": "high",
    "description": "Scripts from anywhere may run.",
    "confidence": 0.9,
    "priority": {"impact": 70, "effort": 10, "risk": 60, "score": 55},
    "affected_assets": [{"type": "url", "value": "https://example.com/"}],
    "evidence": {"header": None},
    "recommended_fix": {
        "summary": "Send one.",
        "steps": ["Add the header."],
        "references": ["https://example.com"],
    },
    "checks": ["security_header_csp"],
}
KEYS = [
    "id", "org_id", "project_id", "domain", "title", "description", "severity", "status", "confidence", "priority",
    "owner_id", "affected_assets", "evidence", "recommended_fix", "created_at", "updated_at",
]  # fmt: skip


def test_reported_finding_has_the_keys_of_the_contract_in_order(scenario: Scenario):
    body = FULL | {"owner_id": str(scenario.owner.pk)}

    response = scenario.client.call("post", "findings", body)

    shown = response.json()["data"]
    assert response.status_code == 201
    assert list(shown) == KEYS
    assert list(shown["priority"]) == ["impact", "effort", "risk", "score"]
    expected = {name: body[name] for name in body if name not in ("checks", "evidence")}
    assert {name: shown[name] for name in expected} == expected
    assert shown["evidence"] == {"header": None, "checks": ["security_header_csp"]}
    assert (shown["status"], shown["project_id"]) == ("new", "production-website")
    assert scenario.client.call("get", f"findings/{shown['id']}").json()["data"] == shown


def test_report_with_the_same_domain_and_title_updates_the_finding(scenario: Scenario):
    first = scenario.client.call("post", "findings", FULL)
    again = scenario.client.call("post", "findings", FULL | {"description": "Still so."})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert again.json()["data"]["description"] == "Still so."
    assert Finding.objects.count() == 1
    other = scenario.client.call("post", "findings", FULL | {"domain": "seo"})
    assert other.status_code == 201


def test_fields_missing_in_a_report_stay_unchanged(scenario: Scenario):
    scenario.client.call("post", "findings", FULL)

    scenario.client.call("post", "findings", {"domain": "security", "title": FULL["title"]})

    row = Finding.objects.get()
    assert (row.severity, row.description, row.score, row.check_keys) == (
        "high", FULL["description"], 55, ["security_header_csp"],
    )  # fmt: skip


def test_report_of_a_resolved_finding_opens_a_regression(scenario: Scenario):
    finding = factories.finding(scenario, title=FULL["title"], status="resolved")

    scenario.client.call("post", "findings", FULL)

    finding.refresh_from_db()
    assert finding.status == "in_progress"
    assert [(r.trigger, r.status, r.finding_id) for r in Regression.objects.all()] == [
        ("scan_detected", "open", finding.pk)
    ]
    shown = scenario.client.call("get", "regressions").json()
    assert list(shown["data"][0]) == [
        "id", "finding_id", "verification_id", "trigger", "status", "opened_at", "closed_at", "created_at",
        "updated_at",
    ]  # fmt: skip
    assert shown["meta"]["total"] == 1


def test_report_of_a_dismissed_finding_leaves_it_dismissed(scenario: Scenario):
    finding = factories.finding(scenario, title=FULL["title"], status="dismissed")

    scenario.client.call("post", "findings", FULL)

    finding.refresh_from_db()
    assert (finding.status, Regression.objects.count()) == ("dismissed", 0)


def test_batch_of_100_costs_as_many_queries_as_batch_of_2(scenario: Scenario):
    def statements(count: int, prefix: str) -> int:
        reports = [FindingReport("seo", f"{prefix} {index}", severity="low") for index in range(count)]
        ingest(scenario.project, reports[: count // 2], by=scenario.actor)
        with CaptureQueriesContext(connection) as captured:
            ingest(scenario.project, reports, by=scenario.actor)
        return len(captured)

    assert statements(100, "many") == statements(2, "few")


def test_ingestion_is_logged(scenario: Scenario):
    scenario.client.call("post", "findings", FULL)
    scenario.client.call("post", "findings", FULL)

    recorded = list(Event.objects.filter(name__startswith="finding.").values_list("name", "actor_id"))
    assert recorded == [("finding.created", scenario.owner.pk), ("finding.seen_again", scenario.owner.pk)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"domain": "privacy"}, "domain"),
        ({"severity": "info"}, "severity"),
        ({"confidence": "sure"}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"confidence": 101}, "confidence"),
        ({"priority": {"score": 101}}, "priority.score"),
        ({"priority": {"urgency": 1}}, "priority.urgency"),
        ({"priority": 5}, "priority"),
        ({"affected_assets": [{"type": "url"}]}, "affected_assets.0.value"),
        ({"affected_assets": {}}, "affected_assets"),
        ({"evidence": []}, "evidence"),
        ({"recommended_fix": {"steps": "one"}}, "recommended_fix.steps"),
        ({"checks": ["No Such Key!"]}, "checks.0"),
        ({"checks": "security_header_csp"}, "checks"),
        ({"owner_id": "22222222-2222-2222-2222-222222222222"}, "owner_id"),
        ({"status": "resolved"}, "status"),
    ],
)
def test_invalid_field_is_named_and_nothing_is_stored(scenario: Scenario, change: dict[str, Any], field: str):
    response = scenario.client.call("post", "findings", FULL | change)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert Finding.objects.count() == 0


@pytest.mark.parametrize(
    "named", [[f"key_{index}" for index in range(101)], ["Not a key"], [""], "title_present"]
)
def test_invalid_checks_in_evidence_are_stored_as_evidence_only(scenario: Scenario, named: Any):
    scenario.client.call(
        "post", "findings", {"domain": "seo", "title": "No title", "evidence": {"checks": named}}
    )

    finding = Finding.objects.get()
    assert (finding.check_keys, finding.evidence) == ([], {"checks": named})


def test_report_with_empty_checks_removes_the_checks(scenario: Scenario):
    body = {"domain": "seo", "title": "No title"}
    scenario.client.call("post", "findings", body | {"checks": ["title_present"]})

    scenario.client.call("post", "findings", body | {"checks": []})

    finding = Finding.objects.get()
    assert (finding.check_keys, finding.evidence["checks"]) == ([], [])


def test_repeated_report_keeps_created_at_and_updates_every_counter(scenario: Scenario):
    first = scenario.client.call("post", "findings", FULL | {"severity": "low"}).json()["data"]

    again = scenario.client.call("post", "findings", FULL | {"severity": "critical"}).json()["data"]

    shown = scenario.client.call("get", f"findings/{first['id']}").json()["data"]
    row = Finding.objects.get()
    assert again["created_at"] == first["created_at"] == shown["created_at"]
    assert row.created_at < row.updated_at
    assert counters.totals(scenario.project.pk, "finding") == [
        ({"domain": "security", "severity": "critical", "status": "new"}, 1, row.score)
    ]


def test_batch_larger_than_the_write_size_is_ingested_completely(scenario: Scenario):
    titles = [f"Page {index}" for index in range(BATCH_SIZE * 2 + 3)]
    before = [FindingReport("seo", title, severity="low") for title in titles[::2]]
    known = set(ingest(scenario.project, before, by=scenario.actor).ids)
    Finding.objects.filter(title=titles[0]).update(status="resolved")

    outcome = ingest(scenario.project, [FindingReport("seo", title) for title in titles], by=scenario.actor)

    found = Finding.objects.in_bulk(outcome.ids)
    assert [found[pk].title for pk in outcome.ids] == titles
    assert outcome.created == set(found) - known
    assert [found[pk].title for pk in outcome.regressed] == titles[:1]
    names = Counter(Event.objects.filter(subject_id__in=outcome.ids).values_list("name", flat=True))
    assert names == {
        "finding.created": len(titles),
        "finding.seen_again": len(before),
        "finding.regressed": 1,
    }


def test_report_with_evidence_but_without_checks_keeps_the_checks_in_the_evidence(scenario: Scenario):
    body = {"domain": "performance", "title": "Slow"}
    scenario.client.call("post", "findings", body | {"checks": ["lcp"]})

    scenario.client.call("post", "findings", body | {"evidence": {"seen": 1}})

    assert Finding.objects.get().evidence == {"seen": 1, "checks": ["lcp"]}
