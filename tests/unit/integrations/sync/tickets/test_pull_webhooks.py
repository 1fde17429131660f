"""Stored deliveries are processed by a sync: the reported tickets are requested, and their tasks follow."""

import json
from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import SYSTEM
from integrations import jobs, services
from integrations.models import Integration, SyncRun, TicketLink, WebhookDelivery
from integrations.sync import engine
from remediation.models import Verification
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.webhooks.senders import SENDERS, call, now, send

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_closed_issue_is_followed_by_requesting_only_this_issue(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.created[github.repository] = 10
    other = make_task("Of issue 11")
    sync()
    github.move(1, "close")
    github.move(11, "close")
    github.requests.clear()

    send(github_integration)
    engine.sync(github_integration.pk)

    task.refresh_from_db()
    other.refresh_from_db()
    requested = [request.path.removeprefix("/repos/acme/web-app") for request in github.received("GET")]
    assert (task.status, Verification.objects.filter(task=task).count()) == ("ready_verify", 1)
    assert (requested, other.status) == (["", "/issues/1", "/issues/1"], "backlog")
    assert WebhookDelivery.objects.get().processed_at is not None


def test_task_of_a_closed_issue_is_locked_once(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.move(1, "close")
    send(github_integration)

    with CaptureQueriesContext(connection) as queries:
        engine.sync(github_integration.pk)

    task.refresh_from_db()
    locks = [
        query["sql"]
        for query in queries
        if "FOR UPDATE" in query["sql"] and "remediation_task" in query["sql"]
    ]
    assert (task.status, len(locks)) == ("ready_verify", 1)
    assert locks[0].endswith('FOR UPDATE OF "findings_finding", "remediation_task"')


def test_echo_of_our_own_change_is_not_requested(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    github.requests.clear()
    known = datetime.fromisoformat(github.issues[1]["updated_at"])

    body = json.dumps(SENDERS["github"].payload(known)).encode()
    call(github_integration, body, SENDERS["github"].headers(body))
    engine.sync(github_integration.pk)

    assert [request.path for request in github.received("GET")] == ["/repos/acme/web-app"]


def test_older_delivery_that_arrives_later_hides_no_change(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    opened = datetime.fromisoformat(github.issues[1]["updated_at"])
    closed = datetime.fromisoformat(github.move(1, "close")["updated_at"])

    for index, changed_at in enumerate((closed, opened)):
        body = json.dumps(SENDERS["github"].payload(changed_at)).encode()
        headers = {**SENDERS["github"].headers(body), "X-GitHub-Delivery": str(index)}
        assert call(github_integration, body, headers).status_code == 202
    engine.sync(github_integration.pk)

    task.refresh_from_db()
    assert (task.status, WebhookDelivery.objects.count()) == ("ready_verify", 2)


def test_list_that_lags_behind_a_delivery_does_not_take_the_task_back(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    before = deepcopy(github.issues[1])
    github.move(1, "close")
    send(github_integration)
    engine.sync(github_integration.pk)

    github.next_answer("GET", "/issues$", (200, {}, [before]))
    sync()

    task.refresh_from_db()
    assert (task.status, Verification.objects.filter(task=task).count()) == ("ready_verify", 1)
    assert len(TicketLink.objects.get().state_changes) == 1


def test_state_in_the_delivery_is_not_trusted(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    send(github_integration)
    engine.sync(github_integration.pk)

    task.refresh_from_db()
    assert (task.status, Verification.objects.count()) == ("backlog", 0)


def test_delivery_during_a_sync_is_processed_after_it(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    services.sync_now(github_integration.project, "github", by=SYSTEM)
    integration = Integration.objects.get()
    send(github_integration)
    assert engine.finish_or_repeat(integration, status="connected", lease_until=None)
    github.move(1, "close")
    engine.sync(github_integration.pk)

    task.refresh_from_db()
    assert task.status == "ready_verify"


def test_many_deliveries_are_one_run(
    github_integration: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    before = SyncRun.objects.count()
    for index in range(3):
        sender = SENDERS["github"]
        body = json.dumps({**sender.payload(now()), "index": index}).encode()
        call(github_integration, body, {**sender.headers(body), "X-GitHub-Delivery": str(index)})

    engine.sync(github_integration.pk)

    assert SyncRun.objects.count() - before == 1
    assert WebhookDelivery.objects.filter(processed_at=None).count() == 0


def test_processed_deliveries_are_deleted_after_a_week(github_integration: Integration) -> None:
    moment = timezone.now()
    for name, days, processed_at in (("old", 8, moment), ("young", 6, moment), ("unprocessed", 8, None)):
        row = WebhookDelivery.objects.create(
            integration=github_integration, event=name, body_digest=name, processed_at=processed_at
        )
        WebhookDelivery.objects.filter(pk=row.pk).update(created_at=moment - timedelta(days=days))

    jobs.delete_old_deliveries()

    assert set(WebhookDelivery.objects.values_list("event", flat=True)) == {"young", "unprocessed"}
