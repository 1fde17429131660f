"""The copied rows of a report are kept for as long as somebody can be shown them, and no longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import services
from reports.models import Report, ReportItem, Share
from reports.snapshots import retention
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import Ask

Exported = Callable[..., Report]


@pytest.fixture
def later(time_machine: Any) -> Callable[..., None]:
    def move(**ahead: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(**ahead), tick=False)

    return move


def rows_of(*reports: Report) -> list[int]:
    return [ReportItem.objects.filter(report=report).count() for report in reports]


def test_an_older_report_gives_its_rows_back_and_keeps_file_and_numbers(
    scenario: Scenario, ask: Ask, exported: Exported, later: Callable[..., None]
):
    factories.task(scenario)
    older, newest = exported(), exported("csv")

    assert (retention.delete_expired_items(), rows_of(older, newest)) == (0, [2, 2])  # within the hour
    later(hours=2)
    assert (retention.delete_expired_items(), rows_of(older, newest)) == (1, [0, 2])
    assert retention.delete_expired_items() == 0

    status, shown = ask("get", f"reports/{older.pk}")
    assert (status, shown["data"]["snapshot"]) == (200, older.snapshot)
    assert scenario.client.ask("get", f"reports/{older.pk}/download").status_code == 200


def test_an_open_link_keeps_the_rows_until_it_is_closed(
    scenario: Scenario, ask: Ask, exported: Exported, later: Callable[..., None]
):
    factories.finding(scenario)
    shared = exported()
    ask("post", "reports/share", {"channel": "link"})
    exported("csv")
    later(hours=2)

    assert (retention.delete_expired_items(), rows_of(shared)) == (0, [1])
    services.revoke_share(Share.objects.get().pk, by=scenario.actor)
    assert (retention.delete_expired_items(), rows_of(shared)) == (1, [0])


def test_a_report_without_its_file_keeps_its_rows(
    scenario: Scenario, ask: Ask, exported: Exported, later: Callable[..., None]
):
    factories.finding(scenario)
    ask("post", "reports/export", {"format": "json"})
    undone = Report.objects.get()
    exported("csv")
    later(days=3)

    assert (retention.delete_expired_items(), rows_of(undone)) == (0, [1])
