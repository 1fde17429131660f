"""Report items are deleted once neither the file nor an open link needs them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import export, services
from reports.models import Report, ReportItem, Share
from reports.snapshots import retention
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = pytest.mark.slow


@pytest.fixture
def move_time(time_machine: Any) -> Callable[..., None]:
    def move(**delta: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(**delta), tick=False)

    return move


def item_counts(*reports: Report) -> list[int]:
    return [ReportItem.objects.filter(report=report).count() for report in reports]


def test_items_of_an_older_report_are_deleted_and_its_file_and_snapshot_kept(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, move_time: Callable[..., None]
):
    factories.task(scenario)
    older, newest = export_report(), export_report("csv")

    assert (retention.delete_expired_items(), item_counts(older, newest)) == (0, [2, 2])  # within the hour
    move_time(hours=2)
    assert (retention.delete_expired_items(), item_counts(older, newest)) == (1, [0, 2])
    assert retention.delete_expired_items() == 0

    status, body = call_api("get", f"reports/{older.pk}")
    assert (status, body["data"]["snapshot"]) == (200, older.snapshot)
    assert scenario.client.call("get", f"reports/{older.pk}/download").status_code == 200


def test_items_of_a_shared_report_are_kept_until_the_link_is_revoked(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, move_time: Callable[..., None]
):
    factories.finding(scenario)
    shared = export_report()
    call_api("post", "reports/share", {"channel": "link"})
    export_report("csv")
    move_time(hours=2)

    assert (retention.delete_expired_items(), item_counts(shared)) == (0, [1])
    services.revoke_share(Share.objects.get().pk, by=scenario.actor)
    assert (retention.delete_expired_items(), item_counts(shared)) == (1, [0])


def test_items_of_a_shared_report_are_deleted_once_its_link_has_expired(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, move_time: Callable[..., None]
):
    factories.finding(scenario)
    before, shared = export_report(), export_report()
    call_api("post", "reports/share", {"channel": "link"})
    export_report("csv")
    link = Share.objects.get()

    move_time(hours=2)
    of_others = (retention.delete_expired_items(), item_counts(before, shared))
    move_time(seconds=(link.expires_at - timezone.now()).total_seconds() + 1)
    expired = (retention.delete_expired_items(), item_counts(before, shared))

    assert (of_others, expired) == ((1, [0, 1]), (1, [0, 0]))


def test_items_of_a_report_that_was_shared_meanwhile_are_kept(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, move_time: Callable[..., None]
):
    factories.finding(scenario)
    other, shared = export_report(), export_report()
    call_api("post", "reports/share", {"channel": "link"})
    export_report("csv")
    move_time(hours=2)

    assert (retention._delete_items(shared.pk), item_counts(other, shared)) == (False, [1, 1])


def test_newest_report_of_each_project_is_kept(
    scenario: Scenario, export_report: ExportReport, move_time: Callable[..., None]
):
    elsewhere = factories.scenario()
    factories.finding(scenario)
    ours = export_report()
    body = elsewhere.client.call("post", "reports/export", {"format": "json"}).json()
    export.export_report(body["data"]["id"])
    move_time(hours=2)

    assert (retention.delete_expired_items(), item_counts(ours)) == (0, [1])


def test_all_items_of_a_large_report_are_deleted_in_batches(
    scenario: Scenario,
    export_report: ExportReport,
    move_time: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(retention, "ROW_BATCH_SIZE", 2)
    for _ in range(5):
        factories.finding(scenario)
    large, _ = export_report(), export_report()
    before = item_counts(large)
    move_time(hours=2)

    assert (before, retention.delete_expired_items(), item_counts(large)) == ([5], 1, [0])


def test_items_of_a_report_without_a_file_are_kept(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, move_time: Callable[..., None]
):
    factories.finding(scenario)
    call_api("post", "reports/export", {"format": "json"})
    queued = Report.objects.get()
    export_report("csv")
    move_time(days=3)

    assert (retention.delete_expired_items(), item_counts(queued)) == (0, [1])
