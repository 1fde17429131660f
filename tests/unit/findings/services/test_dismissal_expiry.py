"""Findings are open again on the day after the last one on which they are accepted."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Project
from events.models import Event
from findings.jobs import reopen_expired_dismissals
from findings.models import Dismissal, Finding
from findings.queries import finding_counts
from findings.services import dismissal_expiry, triage
from notifications.jobs import process_events
from notifications.models import Alert
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import set_policy

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Not a fixed day: PostgreSQL, whose clock does not travel, dates the entries of the outbox.
START = datetime.now(UTC).replace(hour=9)
LAST_DAY = START.date() + 31 * DAY


def accept(scenario: Scenario, until: date | None = LAST_DAY, **fields: Any) -> Finding:
    finding = factories.finding(scenario, **fields)
    return triage.dismiss(finding.pk, reason="accepted_risk", accepted_until=until, by=scenario.actor)


def statuses() -> list[str]:
    return sorted(Finding.objects.values_list("status", flat=True))


def test_finding_is_reopened_after_the_last_day_with_its_status_before(scenario: Scenario):
    with time_machine.travel(START, tick=False) as clock:
        accept(scenario, status="in_progress")
        accept(scenario, None)
        found = []
        last_minute = datetime.combine(LAST_DAY, time(23, 59), tzinfo=UTC)
        for moment in (last_minute, last_minute + timedelta(minutes=1)):
            clock.move_to(moment)
            found.append((dismissal_expiry.reopen_expired(), dismissal_expiry.reopen_expired(), statuses()))

    ended = Dismissal.objects.get(accepted_until=LAST_DAY)
    assert found == [(0, 0, ["dismissed", "dismissed"]), (1, 0, ["dismissed", "in_progress"])]
    assert (ended.end_reason, ended.ended_by, ended.ended_at) == ("expired", None, moment)


def test_dismissals_of_an_archived_project_expire_when_it_is_restored(scenario: Scenario):
    with time_machine.travel(START, tick=False) as clock:
        accept(scenario)
        Project.objects.update(archived_at=START)
        clock.shift(40 * DAY)
        archived = dismissal_expiry.reopen_expired()
        Project.objects.update(archived_at=None)

        assert (archived, dismissal_expiry.reopen_expired(), statuses()) == (0, 1, ["new"])


def test_expiry_is_logged_counted_and_alerted_once(scenario: Scenario):
    set_policy(scenario, {"alert_routing": {"high": ["email"]}})
    with time_machine.travel(START, tick=False) as clock:
        finding = accept(scenario, severity="high")
        clock.shift(40 * DAY)
        reopen_expired_dismissals()
        reopen_expired_dismissals()
        process_events()

    [event] = Event.objects.filter(name="finding.dismissal_expired")
    assert (event.subject_id, event.actor, event.data["before"], event.data["after"]) == (
        finding.pk, "system", {"status": "dismissed"}, {"status": "new"},
    )  # fmt: skip
    assert finding_counts(scenario.project, {}, None)["by_status"]["new"] == 1
    assert Alert.objects.get().counts["dismissal_expired"] == {"high": 1}


def test_all_batches_are_reopened(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dismissal_expiry, "BATCH_SIZE", 2)
    other = factories.scenario()
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(2):
            accept(scenario, None)  # as many as a batch, with a lower id
        for tenant in (scenario, other, scenario, other, scenario):
            accept(tenant)
        clock.shift(40 * DAY)
        reopened = dismissal_expiry.reopen_expired()

    projects = Event.objects.filter(name="finding.dismissal_expired").values_list("project_id", flat=True)
    assert (reopened, statuses()) == (5, ["dismissed"] * 2 + ["new"] * 5)
    assert sorted(projects) == sorted([scenario.project.pk] * 3 + [other.project.pk] * 2)


def test_extended_dismissal_is_kept(scenario: Scenario):
    with time_machine.travel(START, tick=False) as clock:
        finding = accept(scenario)
        accept_longer = {"reason": "accepted_risk", "accepted_until": LAST_DAY + 30 * DAY}
        triage.dismiss(finding.pk, by=scenario.actor, **accept_longer)
        clock.shift(40 * DAY)

        assert (dismissal_expiry.reopen_expired(), statuses()) == (0, ["dismissed"])
