"""Deploys: recorded once, and guarded findings are checked again after each."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization
from assurance import jobs
from assurance.models import Deploy
from assurance.services import deploys
from events.models import Event
from findings.models import Finding
from remediation.services import policies
from scans.models import Scan
from tests import factories
from tests.factories import Scenario
from tests.unit.assurance.conftest import opened, run_due

pytestmark = pytest.mark.django_db


def record(scenario: Scenario, **fields: Any) -> tuple[Deploy, bool]:
    values = {"sha": "abc1234", "environment": "production", **fields}
    return deploys.record(scenario.project, by=scenario.actor, **values)


def events_of(deploy: Deploy) -> list[str]:
    return list(Event.objects.filter(subject_id=deploy.pk).order_by("id").values_list("name", flat=True))


def test_start_and_end_are_one_deploy(scenario: Scenario) -> None:
    started, is_new = record(scenario)

    finished, is_new_again = record(scenario, finished_at=timezone.now(), url="https://example.com/")

    assert (finished.pk, is_new, is_new_again) == (started.pk, True, False)
    assert finished.url == "https://example.com/"
    assert events_of(finished) == ["deploy.recorded", "deploy.finished"]


@pytest.mark.slow
def test_repeated_report_changes_nothing(scenario: Scenario) -> None:
    moment = timezone.now()
    first, _ = record(scenario, started_at=moment, finished_at=moment)

    second, is_new = record(scenario, started_at=moment, finished_at=moment)

    assert (second.pk, second.updated_at, is_new) == (first.pk, first.updated_at, False)
    assert events_of(first) == ["deploy.recorded", "deploy.finished"]


@pytest.mark.parametrize(
    "other",
    [{"sha": "def5678"}, {"environment": "staging"}, {"started_at": timezone.now() - timedelta(days=1)}],
)
def test_other_commit_environment_or_start_is_another_deploy(
    scenario: Scenario, other: dict[str, Any]
) -> None:
    first, _ = record(scenario)

    second, is_new = record(scenario, **other)

    assert is_new
    assert second.pk != first.pk


@pytest.mark.slow
def test_finished_deploy_checks_guarded_findings_again(scenario: Scenario) -> None:
    window = opened(scenario)

    deploy, _ = record(scenario, finished_at=timezone.now())
    run_due()
    run_due()

    run = window.runs.get(trigger="deploy")
    assert (run.deploy_id, run.status) == (deploy.pk, "passed")


def test_each_deploy_adds_one_run_to_a_window(scenario: Scenario) -> None:
    window = opened(scenario)
    deploy, _ = record(scenario, finished_at=timezone.now())

    added = [deploys.add_guard_runs(deploy) for _ in range(2)]

    assert added == [1, 0]
    assert window.runs.filter(trigger="deploy").count() == 1


@pytest.mark.slow
def test_deploys_that_are_reported_together_check_a_window_once(scenario: Scenario) -> None:
    window = opened(scenario)
    now = timezone.now()
    for number in range(3):
        record(scenario, sha=f"abc123{number}", finished_at=now + timedelta(seconds=number))

    jobs.process_events()

    assert window.runs.get(trigger="deploy").deploy.sha == "abc1232"


def test_deploy_before_the_approval_checks_nothing(scenario: Scenario) -> None:
    window = opened(scenario)

    record(scenario, finished_at=timezone.now() - timedelta(minutes=1))
    jobs.process_events()

    assert not window.runs.filter(trigger="deploy").exists()


def test_same_id_with_another_commit_is_the_deploy_of_another_server(scenario: Scenario) -> None:
    first, _ = record(scenario, external_id="gitlab/deployments/7", finished_at=timezone.now())

    second, is_new = record(scenario, sha="f" * 40, external_id="gitlab/deployments/7")

    first.refresh_from_db()
    assert (is_new, second.pk != first.pk, first.sha != second.sha) == (True, True, True)


def test_deploys_of_one_commit_are_distinguished_by_the_id_of_the_provider(scenario: Scenario) -> None:
    reported, _ = record(scenario)

    known, is_new = record(scenario, external_id="gitlab/deployments/1", finished_at=timezone.now())
    other, is_other_new = record(scenario, external_id="gitlab/deployments/2", finished_at=timezone.now())

    assert (known.pk, is_new) == (reported.pk, False)
    assert (other.pk != known.pk, is_other_new) == (True, True)


@pytest.mark.parametrize("provider_is_first", [True, False])
@pytest.mark.parametrize("minutes", [-59, 0, 59])
def test_deploy_of_a_pipeline_and_of_a_provider_is_one(
    scenario: Scenario, minutes: int, provider_is_first: bool
) -> None:
    full, start = "abc1234" + "0" * 33, timezone.now() - timedelta(hours=3)
    reports: list[dict[str, Any]] = [
        {"sha": "abc1234", "started_at": start},
        {
            "sha": full,
            "started_at": start + timedelta(minutes=minutes),
            "external_id": "1",
            "source": "github",
        },
    ]

    first, _ = record(scenario, **reports.pop(provider_is_first))
    second, is_new = record(scenario, **reports.pop(), finished_at=timezone.now())
    repeated = [record(scenario, sha=full, external_id="1"), record(scenario, started_at=start)]

    assert (second.pk, second.sha, is_new) == (first.pk, full, False)
    assert [(deploy.pk, is_new) for deploy, is_new in repeated] == [(first.pk, False)] * 2
    assert events_of(first) == ["deploy.recorded", "deploy.finished"]


def test_deploys_of_a_commit_that_started_hours_apart_are_several(scenario: Scenario) -> None:
    start = timezone.now() - timedelta(hours=3)
    first, _ = record(scenario, started_at=start)

    _, is_new = record(scenario, started_at=start + timedelta(minutes=61), external_id="1")

    assert is_new


@pytest.mark.parametrize("provider_is_first", [True, False])
def test_times_of_a_provider_whose_clock_is_hours_ahead_are_those_of_the_report(
    scenario: Scenario, provider_is_first: bool
) -> None:
    now = timezone.now()
    finished_at = now - timedelta(minutes=1)
    reports: list[dict[str, Any]] = [
        {"started_at": now - timedelta(minutes=10), "finished_at": finished_at},
        {
            "started_at": now + timedelta(hours=5),
            "finished_at": now + timedelta(hours=5, minutes=9),
            "external_id": "1",
        },
    ]

    first, _ = record(scenario, **reports.pop(provider_is_first))
    second, is_new = record(scenario, **reports.pop())
    _, is_repeated_new = record(scenario, external_id="1", finished_at=now + timedelta(hours=5, minutes=9))

    assert (second.pk, is_new, is_repeated_new) == (first.pk, False, False)
    assert second.started_at == now - timedelta(minutes=10)
    assert finished_at <= Deploy.objects.get().finished_at <= timezone.now()
    assert events_of(first) == ["deploy.recorded", "deploy.finished"]


def test_deploy_of_a_provider_whose_clock_is_hours_ahead_is_replaced_by_the_next(scenario: Scenario) -> None:
    window = opened(scenario)
    record(scenario, external_id="1", finished_at=timezone.now() + timedelta(hours=5))

    deploy, _ = record(scenario, sha="def5678", external_id="2", finished_at=timezone.now())
    jobs.process_events()

    assert window.runs.get(trigger="deploy").deploy_id == deploy.pk


def test_each_deploy_of_a_provider_is_the_nearest_of_the_pipeline(scenario: Scenario) -> None:
    start = timezone.now() - timedelta(hours=3)
    reported = [record(scenario, started_at=start + timedelta(minutes=30 * number))[0] for number in range(2)]

    known = [
        record(scenario, started_at=start + timedelta(minutes=minutes), external_id=str(minutes))[0]
        for minutes in (29, 1)
    ]

    assert [deploy.pk for deploy in known] == [deploy.pk for deploy in reversed(reported)]


def test_commit_that_is_rolled_back_to_is_another_deploy(scenario: Scenario) -> None:
    now = timezone.now()
    first, _ = record(scenario, finished_at=now - timedelta(minutes=20))
    record(scenario, sha="def5678", finished_at=now - timedelta(minutes=10))

    again, is_again_new = record(scenario, finished_at=now - timedelta(minutes=20))
    rolled_back, is_new = record(scenario, finished_at=now)

    assert (again.pk, is_again_new) == (first.pk, False)
    assert (rolled_back.pk != first.pk, is_new) == (True, True)
    assert events_of(rolled_back) == ["deploy.recorded", "deploy.finished"]


def test_commit_that_was_live_days_ago_is_another_deploy(scenario: Scenario) -> None:
    record(scenario, finished_at=timezone.now() - timedelta(days=2))

    _, is_new = record(scenario, finished_at=timezone.now())

    assert is_new


def finish(scenario: Scenario, policy: dict[str, Any], **fields: Any) -> Deploy:
    """Report a finished deploy under a policy, and process its event."""
    policies.replace(scenario.project, config={"deploys": policy}, name=None, by=scenario.actor)
    deploy, _ = record(scenario, **{"finished_at": timezone.now(), **fields})
    jobs.process_events()
    deploy.refresh_from_db()
    return deploy


def test_live_deploy_starts_a_scan_that_begins_with_the_pages_of_findings(scenario: Scenario) -> None:
    for path, score, status in (("low", 5, "new"), ("high", 90, "triaged"), ("fixed", 99, "resolved")):
        assets = [
            {"type": "url", "value": f"https://example.com/{path}"},
            {"type": "host", "value": "example.com"},
        ]
        factories.finding(scenario, affected_assets=assets, score=score, status=status)

    deploy = finish(scenario, {"scan": True})
    jobs.process_events()
    deploys.scan_after(deploy)

    scan = Scan.objects.get()
    assert (deploy.scan, scan.trigger, scan.url) == (scan, "post_deploy", scenario.project.site_url)
    assert scan.first_pages == ["https://example.com/high", "https://example.com/low"]


def test_pages_of_the_findings_of_another_project_are_not_scanned(scenario: Scenario) -> None:
    assets = [{"type": "url", "value": "https://example.com/other"}]
    factories.finding(factories.scenario(), affected_assets=assets)

    assert deploys.urls_to_scan_first(scenario.project) == []


def test_page_of_a_guarded_finding_is_scanned_first_too(scenario: Scenario) -> None:
    finding = opened(scenario).finding
    Finding.objects.filter(pk=finding.pk).update(
        affected_assets=[{"type": "url", "value": "https://example.com/guarded"}]
    )

    assert deploys.urls_to_scan_first(scenario.project) == ["https://example.com/guarded"]


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        ({}, {}),
        ({"scan": True}, {"environment": "staging"}),
        ({"scan": True}, {"finished_at": timezone.now() - timedelta(days=2)}),
    ],
)
def test_other_deploys_start_no_scan(
    scenario: Scenario, policy: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert finish(scenario, policy, **fields).scan is None
    assert not Scan.objects.exists()


def test_scan_that_the_quota_refuses_is_logged(scenario: Scenario) -> None:
    Organization.objects.update(ai_quota=0)

    deploy = finish(scenario, {"scan": True})

    assert (deploy.scan, Scan.objects.count()) == (None, 0)
    assert "scan.skipped" in events_of(deploy)


def test_deploy_does_not_end_before_its_start(scenario: Scenario) -> None:
    start = timezone.now() - timedelta(minutes=10)
    record(scenario, started_at=start)

    deploy, _ = record(scenario, finished_at=start - timedelta(minutes=5))

    assert (deploy.started_at, deploy.finished_at) == (start, start)


def test_repeated_end_before_the_start_is_no_deploy_after_that_of_another_commit(scenario: Scenario) -> None:
    now = timezone.now()
    ahead, behind = now + timedelta(minutes=2), now - timedelta(minutes=2)
    deploy, _ = record(scenario, started_at=now)
    record(scenario, finished_at=behind)
    record(scenario, sha="def5678", started_at=ahead)

    repeated, is_new = record(scenario, finished_at=behind)

    assert (repeated.pk, is_new) == (deploy.pk, False)


def test_late_start_equal_to_that_of_another_deploy_is_ignored(scenario: Scenario) -> None:
    start = timezone.now() - timedelta(minutes=10)
    arrived, _ = record(scenario, external_id="1")
    other, _ = record(scenario, external_id="2", started_at=start)

    again, is_new = record(scenario, external_id="1", started_at=start)

    assert (again.pk, again.started_at, is_new) == (arrived.pk, arrived.started_at, False)
    assert {arrived.pk, other.pk} == set(Deploy.objects.values_list("pk", flat=True))
