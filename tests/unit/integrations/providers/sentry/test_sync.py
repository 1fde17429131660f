"""Whole syncs with Sentry: findings are imported, approved ones are resolved at Sentry."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actors import SYSTEM
from findings.models import Finding, Regression
from integrations import services
from integrations.models import Integration, SyncRun
from tests.fakes.sentry import FakeSentry, issue
from tests.fakes.vendor_server import Answer, FakeServer
from tests.unit.integrations.conftest import run_sync
from tests.unit.integrations.providers.sentry.paths import ISSUE
from tests.unit.integrations.sync.scenario import passed_verification, state_of

pytestmark = pytest.mark.slow


def synced(integration: Integration) -> SyncRun:
    """Run a sync; return its log."""
    run_sync(integration)
    return SyncRun.objects.order_by("-started_at", "-id")[0]


def approve() -> None:
    Finding.objects.update(status="resolved")


def killed(*args: Any) -> None:
    raise RuntimeError("killed")


def test_unresolved_issues_are_imported_once(integration: Integration, fake: FakeSentry) -> None:
    fake.issues = [issue(1), issue(2, level="warning")]

    first = synced(integration)
    fake.issues = [row | {"count": "999", "lastSeen": "2026-11-24T00:00:00Z"} for row in fake.issues]
    second = synced(integration)

    assert (integration.status, first.pulled, second.pulled) == ("connected", 2, 0)
    assert sorted(Finding.objects.values_list("severity", "status")) == [("high", "new"), ("medium", "new")]


def test_unlisted_issue_does_not_resolve_its_finding(integration: Integration, fake: FakeSentry) -> None:
    fake.issues = [issue()]
    synced(integration)
    fake.issues = []

    synced(integration)

    assert Finding.objects.get().status == "new"


def test_approved_finding_is_resolved_at_sentry_once(
    integration: Integration, fake: FakeSentry, server: FakeServer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()

    run = synced(integration)
    synced(integration)

    assert [request.body for request in server.received(ISSUE, "PUT")] == [{"status": "resolved"}]
    assert (fake.issues[0]["status"], run.pushed, run.pulled) == ("resolved", 1, 0)
    assert Finding.objects.get().status == "resolved"
    assert Regression.objects.count() == 0


def test_reopened_issue_is_one_regression_and_is_resolved_again(
    integration: Integration, fake: FakeSentry, server: FakeServer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()
    synced(integration)
    fake.issues[0]["status"] = "unresolved"

    synced(integration)
    synced(integration)
    came_back = (Finding.objects.get().status, Regression.objects.count())
    approve()
    synced(integration)

    assert came_back == ("in_progress", 1)
    assert len(server.received(ISSUE, "PUT")) == 2
    assert fake.issues[0]["status"] == "resolved"


def test_issue_of_the_same_number_at_another_server_is_not_resolved(
    integration: Integration, fake: FakeSentry, server: FakeServer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()
    for finding in Finding.objects.all():
        elsewhere = {**finding.evidence, "server": "https://sentry.acme.example"}
        Finding.objects.filter(pk=finding.pk).update(evidence=elsewhere)

    run = synced(integration)

    assert (server.received(ISSUE, "PUT"), run.pushed, fake.issues[0]["status"]) == ([], 0, "unresolved")


def test_run_killed_after_resolving_does_not_resolve_twice(
    integration: Integration, fake: FakeSentry, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()
    with monkeypatch.context() as patched:
        patched.setattr("integrations.sync.finding_import._mark_resolved", killed)
        synced(integration)

    synced(integration)

    assert len(server.received(ISSUE, "PUT")) == 1
    assert Finding.objects.get().status == "resolved"
    assert "resolved_at_provider" in Finding.objects.get().evidence


def test_missing_permission_to_resolve_is_logged_without_a_regression(
    integration: Integration, fake: FakeSentry
) -> None:
    fake.issues, fake.may_write = [issue()], False
    synced(integration)
    approve()

    run = synced(integration)

    assert run.refusals == [
        {
            "subject": "sentry/4505278496/1",
            "reason": "Sentry denies access to issue 1 of acme/pump-station: the token lacks a scope or access to the "
            "project.",
        }
    ]
    assert (integration.status, Finding.objects.get().status) == ("connected", "resolved")


def test_archived_issue_stays_archived(
    integration: Integration, fake: FakeSentry, server: FakeServer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()
    fake.issues[0]["status"] = "ignored"

    synced(integration)

    assert server.received(ISSUE, "PUT") == []


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, issue()),
        (200, {}, issue(status="ignored")),
        (200, {}, {}),
        (200, {}, []),
        (204, {}, b""),
        (301, {"Location": "/"}, {}),
    ],
)
def test_issue_that_sentry_did_not_resolve_is_reported_and_resolved_by_the_next_sync(
    integration: Integration, fake: FakeSentry, server: FakeServer, answer: Answer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    approve()
    server.next_answer(ISSUE, 200, {}, issue())
    server.next_answer(ISSUE, *answer)

    run = synced(integration)
    reported = bool(run.refusals or integration.last_error)
    synced(integration)

    assert (integration.status, run.pushed, reported) == ("connected", 0, True)
    assert fake.issues[0]["status"] == "resolved"
    assert (Finding.objects.get().status, Regression.objects.count()) == ("resolved", 0)


def test_deleted_issue_is_logged_and_the_others_are_resolved(
    integration: Integration, fake: FakeSentry
) -> None:
    fake.issues = [issue(1), issue(2)]
    synced(integration)
    approve()
    del fake.issues[0]

    run = synced(integration)

    assert [refused["reason"] for refused in run.refusals] == [
        "Sentry did not find issue 1 of acme/pump-station, or the token may not see it."
    ]
    assert (run.pushed, fake.issues[0]["status"]) == (1, "resolved")


def test_renamed_issue_or_finding_stays_one_finding(integration: Integration, fake: FakeSentry) -> None:
    fake.issues = [issue(1), issue(2)]
    synced(integration)
    Finding.objects.filter(evidence__issue="PUMP-STATION-2").update(title="The cart fails")
    fake.issues[0]["title"] = "ZeroDivisionError: by zero"

    synced(integration)

    assert sorted(Finding.objects.values_list("title", flat=True)) == [
        "The cart fails",
        "ZeroDivisionError: division by zero (Sentry issue PUMP-STATION-1)",
    ]


def test_number_of_resolved_issues_per_run_is_limited(
    integration: Integration, fake: FakeSentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.sync.finding_import.MAX_RESOLVED", 1)
    fake.issues = [issue(1), issue(2)]
    synced(integration)
    approve()

    runs = [synced(integration), synced(integration), synced(integration)]

    assert [run.pushed for run in runs] == [1, 1, 0]
    assert {row["status"] for row in fake.issues} == {"resolved"}
    assert Regression.objects.count() == 0


def test_nul_characters_are_removed_from_findings(integration: Integration, fake: FakeSentry) -> None:
    fake.issues = [issue(title="Lost\x00", culprit="a\x00b")]

    synced(integration)
    again = synced(integration)

    assert (integration.status, again.pulled) == ("connected", 0)
    assert Finding.objects.get().evidence["culprit"] == "ab"


def test_renamed_project_has_the_same_findings_which_are_resolved_once(
    integration: Integration, fake: FakeSentry, server: FakeServer
) -> None:
    fake.issues = [issue()]
    synced(integration)
    fake.slug = "pumps"
    services.connect(integration.project, "sentry", credentials={"project": fake.slug}, by=SYSTEM)
    pulled = synced(integration).pulled
    approve()

    synced(integration)

    assert (pulled, Finding.objects.count()) == (0, 1)
    assert [request.body for request in server.received(ISSUE, "PUT")] == [{"status": "resolved"}]


def test_unresolved_issue_contradicts_a_verification_only_by_an_event_since(
    integration: Integration, fake: FakeSentry
) -> None:
    fake.issues = [issue(1)]
    synced(integration)
    verification = passed_verification()
    synced(integration)
    fake.issues[0]["priority"] = "low"
    synced(integration)
    quiet = state_of(verification)

    fake.issues[0]["lastSeen"] = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    synced(integration)

    assert (quiet, state_of(verification)) == ("ready", "blocked")
