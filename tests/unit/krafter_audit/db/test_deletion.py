"""Deletion of rows that others refer to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import jobs as account_jobs
from bulk_changes import jobs as bulk_change_jobs
from bulk_changes.models import BulkChange, BulkChangeRow
from events import jobs as event_jobs
from events.models import CounterSnapshot
from events.totals import history
from integrations import jobs as integration_jobs
from integrations.models import Integration, WebhookDelivery
from krafter_audit.api.models import IdempotentResponse
from krafter_audit.db import deletion
from notifications import jobs as notification_jobs
from notifications.models import EventDelivery, WebhookEndpoint
from remediation.models import Task
from scans.models import ScanPage, ScanResult
from tests import factories
from tests.factories import Scenario


def test_task_is_updated_at_the_time_of_the_deletion_of_its_owner(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    person = factories.scenario().owner
    task = factories.task(scenario, owner_id=person.pk)
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)
    person.delete()

    assert Task.objects.values("owner_id", "updated_at").get(pk=task.pk) == {
        "owner_id": None, "updated_at": timezone.now(),
    }  # fmt: skip


OLD = timezone.now() - timedelta(days=400)


def _bulk_changes(scenario: Scenario, numbers: range) -> None:
    for _ in numbers:
        made = BulkChange.objects.create(project=scenario.project, subject="finding", created_at=OLD)
        BulkChangeRow.objects.create(bulk_change=made, subject_id=made.pk)


def _deliveries(scenario: Scenario, numbers: range) -> None:
    connected = Integration.objects.create(
        organization=scenario.organization, project=scenario.project, provider="github"
    )
    for number in numbers:
        WebhookDelivery.objects.create(
            integration=connected, body_digest=str(number), processed_at=OLD, created_at=OLD
        )


def _event_deliveries(scenario: Scenario, numbers: range) -> None:
    endpoint = WebhookEndpoint.objects.create(organization=scenario.organization, url="https://example.com/")
    for number in numbers:
        EventDelivery.objects.create(
            endpoint=endpoint,
            event_id=number,
            event_at=OLD,
            subject_id=endpoint.pk,
            next_attempt_at=None,
            status="failed",
            created_at=OLD,
        )


def _responses(scenario: Scenario, numbers: range) -> None:
    for number in numbers:
        IdempotentResponse.objects.create(
            organization_id=scenario.organization.pk, key=str(number), status=201, body=b"{}"
        )
    IdempotentResponse.objects.update(created_at=OLD)


def _sessions(scenario: Scenario, numbers: range) -> None:
    for number in numbers:
        Session.objects.create(session_key=str(number), session_data="", expire_date=OLD)


def _user_sessions(scenario: Scenario, numbers: range) -> None:
    for number in numbers:
        UserSession.objects.create(
            user=scenario.owner, session_key=str(number), ip="127.0.0.1", user_agent="", data={}
        )


def _snapshots(scenario: Scenario, numbers: range) -> None:
    for number in [*numbers, len(numbers)]:
        CounterSnapshot.objects.create(project=scenario.project, at=OLD + timedelta(days=number))


@pytest.mark.parametrize(
    ("model", "create", "delete", "kept"),
    [
        (BulkChange, _bulk_changes, bulk_change_jobs.delete_old, 0),
        (BulkChangeRow, _bulk_changes, bulk_change_jobs.delete_old, 0),
        (WebhookDelivery, _deliveries, integration_jobs.delete_old_deliveries, 0),
        (EventDelivery, _event_deliveries, notification_jobs.delete_old_deliveries, 0),
        (IdempotentResponse, _responses, event_jobs.delete_expired_responses, 0),
        (Session, _sessions, account_jobs.delete_expired_sessions, 0),
        (UserSession, _user_sessions, account_jobs.delete_expired_sessions, 0),
        (CounterSnapshot, _snapshots, history.delete_expired_snapshots, 1),
    ],
)
def test_backlog_is_deleted_in_batches_and_by_later_calls(
    scenario: Scenario,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    model: type[Any],
    create: Callable[[Scenario, range], None],
    delete: Callable[[], object],
    kept: int,
):
    settings.KRAFTER_HISTORY_KEEP_MONTHS = 2
    monkeypatch.setattr(deletion, "BATCH_SIZE", 2)
    monkeypatch.setattr(deletion, "MAX_BATCHES", 2)
    create(scenario, range(7))
    left = []
    with CaptureQueriesContext(connection) as captured:
        for _ in range(2):
            delete()
            left.append(model.objects.count())

    table = f'DELETE FROM "{model._meta.db_table}"'
    deleting = [query["sql"] for query in captured if query["sql"].startswith(table)]
    assert left == [3 + kept, kept]
    assert len(deleting) >= 4


REFERRING = (
    "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass"
)
REFUSING = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass"


@pytest.mark.parametrize(
    ("model", "deleted_with_it"),
    [
        (BulkChange, {"bulk_changes_bulkchange", "bulk_changes_bulkchangerow"}),
        (BulkChangeRow, set()),
        (WebhookDelivery, set()),
        (EventDelivery, set()),
        (IdempotentResponse, set()),
        (Session, set()),
        (UserSession, set()),
        (CounterSnapshot, set()),
        (ScanPage, {"scans_scanresult"}),
        (ScanResult, set()),
    ],
)
def test_no_other_row_and_no_trigger_can_refuse_the_deletion(
    db: None, model: type[Any], deleted_with_it: set[str]
):
    """One row that cannot be deleted would stop the deletion of its table each time."""
    with connection.cursor() as cursor:
        cursor.execute(REFERRING, [model._meta.db_table])
        referring = {name for (name,) in cursor.fetchall()}
        cursor.execute(REFUSING, [model._meta.db_table])
        triggers = cursor.fetchall()

    assert (referring, triggers) == (deleted_with_it, [])


# Each deleted row takes ten milliseconds.
SLOW_DELETION = """
CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN OLD; END $$;
CREATE TRIGGER delay BEFORE DELETE ON django_session FOR EACH ROW EXECUTE FUNCTION delay();
"""


@pytest.mark.slow
def test_backlog_is_deleted_that_one_statement_cannot_delete_in_its_time(
    scenario: Scenario, database_owner: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deletion, "BATCH_SIZE", 2)
    _sessions(scenario, range(40))
    with connection.cursor() as cursor:
        cursor.execute(SLOW_DELETION)
        cursor.execute("SET LOCAL statement_timeout = 250")

    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        Session.objects.all().delete()
    account_jobs.delete_expired_sessions()

    assert Session.objects.count() == 0
