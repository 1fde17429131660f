"""Deliveries: signed, at least once, in order for a subject, retried over three days, then disabled with an e-mail."""

import itertools
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Membership
from accounts.services import create_user
from events.models import Event
from findings.services import triage
from krafter_audit.db import leases
from krafter_audit.security.vault import VaultError
from notifications import jobs
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import delivery, endpoint_secrets, queueing, services
from tests import factories
from tests.factories import Scenario
from tests.failing_rows import refuse
from tests.fakes.raw_servers import Dns, Server, answer, redirects, sends, sends_repeatedly
from tests.processes import Killed
from tests.unit.notifications.webhooks.conftest import (
    ACCEPTED,
    expected_signature,
    limit_time,
    make_due,
    make_endpoint,
    queue_events,
    received,
    run_workers,
    statuses,
)

pytestmark = pytest.mark.django_db


def one_event(scenario: Scenario, url: str, **fields: Any) -> tuple[WebhookEndpoint, EventDelivery]:
    """Create an endpoint and queue one event for it."""
    endpoint, _ = make_endpoint(scenario, url, **fields)
    factories.finding(scenario)
    queue_events()
    return endpoint, EventDelivery.objects.get(endpoint=endpoint)


def attempt_again(endpoint: WebhookEndpoint) -> EventDelivery:
    """Let the time of the next attempt come, make it, and return the delivery."""
    make_due()
    delivery.deliver(endpoint.pk)
    return EventDelivery.objects.get(endpoint=endpoint)


def test_event_is_delivered_with_its_signature(scenario: Scenario, receiver: Server) -> None:
    _, secret = make_endpoint(scenario, receiver.url)
    finding = factories.finding(scenario)

    run_workers()

    [request] = received(receiver)
    [sent], [event] = EventDelivery.objects.all(), Event.objects.filter(subject_id=finding.pk)
    assert request.headers["webhook-signature"] == expected_signature(secret, request)
    assert request.headers["webhook-id"] == str(sent.pk)
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert request.headers["content-type"] == "application/json"
    assert request.json["type"] == "finding.created"
    assert request.json["timestamp"] == request.json["data"]["created_at"]
    assert request.json["data"] == {
        "id": event.pk,
        "type": "finding.created",
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "subject_id": str(finding.pk),
        "actor": "api_key",
        "actor_id": str(scenario.owner.pk),
        "request_id": "",
        "data": {"severity": "high", "domain": "security"},
        "created_at": request.json["timestamp"],
    }
    assert (sent.status, sent.attempts, sent.next_attempt_at) == ("delivered", 1, None)


def test_rotated_secret_signs_beside_the_previous_one_until_the_overlap_ends(
    scenario: Scenario, receiver: Server
) -> None:
    endpoint, old = make_endpoint(scenario, receiver.url)
    _, new = services.rotate_secret(scenario.organization, endpoint.pk, overlap=timedelta(hours=1), by=SYSTEM)
    factories.finding(scenario)
    run_workers()
    WebhookEndpoint.objects.update(previous_secret_until=timezone.now())
    factories.finding(scenario)
    run_workers()

    during, after = received(receiver)
    assert during.headers["webhook-signature"].split(" ") == [
        expected_signature(new, during),
        expected_signature(old, during),
    ]
    assert after.headers["webhook-signature"] == expected_signature(new, after)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
def test_any_2xx_is_accepted(scenario: Scenario, receiver: Server, status: str) -> None:
    receiver.respond = sends(answer(b"", status=status))
    one_event(scenario, receiver.url)

    run_workers()

    assert statuses() == ["delivered"]


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "500 Internal Server Error"])
def test_failure_is_retried_with_the_same_id_and_body(
    scenario: Scenario, receiver: Server, status: str
) -> None:
    receiver.respond = sends(answer(b"try later\x00", status=status))
    endpoint, queued = one_event(scenario, receiver.url)
    delivery.deliver(endpoint.pk)
    failed = EventDelivery.objects.get()
    receiver.respond = ACCEPTED
    succeeded = attempt_again(endpoint)

    first, second = received(receiver)
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert (failed.status, failed.attempts, succeeded.status) == ("pending", 1, "delivered")
    code = int(status[:3])
    assert [(attempt["status_code"], attempt["error"]) for attempt in succeeded.attempt_log] == [
        (code, f"The endpoint answered {code}."),
        (200, ""),
    ]
    assert failed.attempt_log[0]["response"] == "try later�"


@pytest.mark.slow
def test_pauses_grow_over_three_days_and_the_endpoint_is_then_disabled(
    scenario: Scenario, receiver: Server, time_machine: Any
) -> None:
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    endpoint, _ = one_event(scenario, receiver.url)
    time_machine.move_to(timezone.now(), tick=False)
    pauses = []
    for _ in range(9):
        failing = attempt_again(endpoint)
        assert failing.next_attempt_at is not None
        pauses.append((failing.next_attempt_at - timezone.now()).total_seconds())
    last = attempt_again(endpoint)
    endpoint.refresh_from_db()

    hour = 3600
    assert pauses == [
        5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour
    ]  # fmt: skip
    assert (last.status, last.attempts, len(receiver.requests)) == ("failed", 10, 10)
    assert endpoint.status == "disabled"
    assert endpoint.disabled_reason == (
        "The endpoint answered 500. finding.created was tried 10 times in three days."
    )


def test_disabled_endpoint_gets_nothing_and_the_admins_get_one_email(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]], settings: Settings
) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    admin = create_user("admin@example.com", organization=scenario.organization, role=Membership.Role.ADMIN)
    create_user("member@example.com", organization=scenario.organization)
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    endpoint, _ = one_event(scenario, receiver.url)
    EventDelivery.objects.update(attempts=delivery.MAX_ATTEMPTS - 1)
    delivery.deliver(endpoint.pk)
    queueing.requeue_pending()
    factories.finding(scenario)
    run_workers()
    jobs.send_webhook_notice(str(endpoint.pk))
    jobs.send_webhook_notice(str(endpoint.pk))

    assert ("notifications.send_webhook_notice", str(endpoint.pk)) in enqueued
    assert sorted(email.to[0] for email in mail.outbox) == sorted([scenario.owner.email, admin.email])
    assert mail.outbox[0].subject == f"A webhook of {scenario.organization.name} was disabled"
    assert endpoint.disabled_reason in mail.outbox[0].alternatives[0].content
    assert (
        f"https://audit.example.com/admin/notifications/webhookendpoint/{endpoint.pk}/" in mail.outbox[0].body
    )
    assert (len(receiver.requests), EventDelivery.objects.count()) == (1, 1)
    assert Event.objects.get(name="webhook.disabled").subject_id == endpoint.pk


def test_email_is_sent_later_when_the_mail_server_is_unavailable(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _ = make_endpoint(scenario, receiver.url)
    services.disable_after_failure(endpoint, "It does not answer.")

    def unavailable(*args: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", unavailable)
        jobs.send_webhook_notice(str(endpoint.pk))
    jobs.send_webhook_notice(str(endpoint.pk))
    early = len(mail.outbox)
    WebhookEndpoint.objects.update(notice_due_at=timezone.now())
    jobs.send_webhook_notice(str(endpoint.pk))

    assert (early, len(mail.outbox)) == (0, 1)


def test_refused_admin_does_not_stop_the_emails_to_others(
    scenario: Scenario, receiver: Server, settings: Settings
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    create_user("eve@example.com", organization=scenario.organization, role=Membership.Role.ADMIN)
    create_user("zoe@example.com", organization=scenario.organization, role=Membership.Role.ADMIN)
    endpoint, _ = make_endpoint(scenario, receiver.url)
    services.disable_after_failure(endpoint, "It does not answer.")

    jobs.send_webhook_notice(str(endpoint.pk))

    assert {email.to[0] for email in mail.outbox} == {scenario.owner.email, "zoe@example.com"}


def test_enabled_again_the_pending_events_are_sent_at_once(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"", status="503 Service Unavailable"))
    endpoint, _ = one_event(scenario, receiver.url)
    delivery.deliver(endpoint.pk)
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    make_due()
    delivery.deliver(endpoint.pk)
    while_disabled = len(receiver.requests)
    receiver.respond = ACCEPTED
    services.update(scenario.organization, endpoint.pk, changes={"status": "enabled"}, by=SYSTEM)
    run_workers()

    assert (while_disabled, statuses()) == (1, ["delivered"])


def test_response_410_disables_the_endpoint_at_once(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"", status="410 Gone"))
    endpoint, _ = make_endpoint(scenario, receiver.url)
    for _ in range(2):
        factories.finding(scenario)
    queue_events()

    delivery.deliver(endpoint.pk)

    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.disabled_reason) == ("disabled", "The endpoint answered 410 (Gone).")
    assert statuses() == ["failed", "failed"]
    assert Event.objects.filter(name="webhook.disabled", subject_id=endpoint.pk).count() == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_waits_as_long_as_the_receiver_requests(
    scenario: Scenario, receiver: Server, status: str
) -> None:
    receiver.respond = sends(answer(b"", status=status, headers=["Retry-After: 600"]))
    endpoint, _ = one_event(scenario, receiver.url)

    delivery.deliver(endpoint.pk)

    [waiting] = EventDelivery.objects.all()
    assert waiting.next_attempt_at is not None
    assert timedelta(seconds=590) < waiting.next_attempt_at - timezone.now() <= timedelta(seconds=600)


def test_retry_after_an_impossible_date_follows_the_usual_pause(scenario: Scenario, receiver: Server) -> None:
    header = "Retry-After: Fri, 01 Jan 9999999999999 00:00:00 GMT"
    receiver.respond = sends(answer(b"", status="429 Too Many Requests", headers=[header]))
    endpoint, _ = one_event(scenario, receiver.url)

    delivery.deliver(endpoint.pk)

    [waiting] = EventDelivery.objects.all()
    assert waiting.next_attempt_at is not None
    assert timedelta() < waiting.next_attempt_at - timezone.now() <= delivery.RETRY_DELAYS[0]
    assert waiting.attempt_log[0]["status_code"] == 429


def test_receiver_that_hangs_times_out(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_time(monkeypatch, read=0.1)
    hang_up = threading.Event()
    receiver.respond = lambda *_: hang_up.wait(10) and None
    endpoint, _ = one_event(scenario, receiver.url)

    delivery.deliver(endpoint.pk)

    hang_up.set()
    [waiting] = EventDelivery.objects.all()
    assert (waiting.status, waiting.attempt_log[0]["status_code"]) == ("pending", None)
    assert waiting.attempt_log[0]["error"] == "127.0.0.1 sent no data in time."


def test_receiver_that_hangs_is_paused_and_delays_no_other_endpoint(
    scenario: Scenario, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang_up = threading.Event()
    with Server(respond=lambda *_: hang_up.wait(10) and None) as hanging, Server(respond=ACCEPTED) as working:
        settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{hanging.port},127.0.0.1/32:{working.port}"
        unresponsive, _ = make_endpoint(scenario, hanging.url)
        make_endpoint(scenario, working.url)
        factories.finding(scenario)
        queue_events()
        WebhookEndpoint.objects.filter(pk=unresponsive.pk).update(timeouts=1)
        with monkeypatch.context() as patch:
            limit_time(patch, read=0.1)
            delivery.deliver(unresponsive.pk)
        paused = WebhookEndpoint.objects.get(pk=unresponsive.pk)
        factories.finding(scenario)
        make_due()
        run_workers()
        hang_up.set()

    assert paused.paused_until is not None
    assert timedelta(seconds=50) < paused.paused_until - timezone.now() <= timedelta(minutes=1)
    assert (paused.state, paused.updated_at > unresponsive.updated_at) == ("paused", True)
    attempts = EventDelivery.objects.filter(endpoint=unresponsive).values_list("attempts", flat=True)
    assert (sorted(attempts), len(received(working))) == ([0, 1], 2)


def test_pause_grows_and_ends_when_one_message_is_answered(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang_up = threading.Event()
    receiver.respond = lambda *_: hang_up.wait(10) and None
    endpoint, _ = make_endpoint(scenario, receiver.url)
    for _ in range(3):
        factories.finding(scenario)
    queue_events()
    attempts, pauses = [], []
    with monkeypatch.context() as patch:
        limit_time(patch, read=0.1)
        for _ in range(4):
            WebhookEndpoint.objects.filter(paused_until__isnull=False).update(paused_until=timezone.now())
            make_due()
            delivery.deliver(endpoint.pk)
            attempts.append(sum(EventDelivery.objects.values_list("attempts", flat=True)))
            endpoint.refresh_from_db()
            pause = endpoint.paused_until and endpoint.paused_until - timezone.now()
            pauses.append(pause and round(pause.seconds / 60))
    hang_up.set()
    receiver.respond = ACCEPTED
    WebhookEndpoint.objects.update(paused_until=timezone.now())
    make_due()
    delivery.deliver(endpoint.pk)

    endpoint.refresh_from_db()
    assert (attempts, pauses) == ([3, 4, 5, 6], [None, 1, 2, 4])
    assert (statuses(), endpoint.paused_until, endpoint.timeouts) == (["delivered"] * 3, None, 0)


@pytest.mark.parametrize("request_of_a_person", ["test", "replay", "url", "status"])
def test_request_of_a_person_ends_the_pause(
    scenario: Scenario, receiver: Server, request_of_a_person: str
) -> None:
    endpoint, queued = one_event(scenario, receiver.url)
    WebhookEndpoint.objects.update(timeouts=3, paused_until=timezone.now() + timedelta(minutes=2))
    delivery.deliver(endpoint.pk)
    queueing.requeue_pending()
    while_paused = len(receiver.requests)

    if request_of_a_person == "test":
        services.send_test(scenario.organization, endpoint.pk, by=SYSTEM)
    elif request_of_a_person == "replay":
        services.replay(scenario.organization, endpoint.pk, queued.pk, by=SYSTEM)
    else:
        changes = {"url": f"{receiver.url}/other", "status": "enabled"}
        changed = {request_of_a_person: changes[request_of_a_person]}
        services.update(scenario.organization, endpoint.pk, changes=changed, by=SYSTEM)
    delivery.deliver(endpoint.pk)

    first = received(receiver)[0].json["type"]
    assert (while_paused, first) == (
        0, "webhook.test" if request_of_a_person == "test" else "finding.created",
    )  # fmt: skip
    assert set(statuses()) == {"delivered"}


@pytest.mark.parametrize("error", [VaultError("No key."), ValueError()])
def test_endpoint_whose_messages_cannot_be_made_waits_and_delays_no_other(
    scenario: Scenario,
    receiver: Server,
    enqueued: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    broken = [make_endpoint(scenario, receiver.url)[0].pk for _ in range(2)]
    make_endpoint(scenario, receiver.url)
    factories.finding(scenario)
    queue_events()
    enqueued.clear()
    opened = endpoint_secrets.open_secrets

    def open_secrets(endpoint: WebhookEndpoint) -> list[str]:
        if endpoint.pk in broken:
            raise error
        return opened(endpoint)

    monkeypatch.setattr(endpoint_secrets, "open_secrets", open_secrets)
    served = [queueing.run_next() for _ in range(4)]

    assert (served, len(receiver.requests), len(enqueued)) == ([True, True, True, False], 1, 2)
    states = {endpoint.state for endpoint in WebhookEndpoint.objects.filter(pk__in=broken)}
    attempts = set(EventDelivery.objects.filter(endpoint__in=broken).values_list("status", "attempts"))
    assert (states, attempts) == ({"paused"}, {("pending", 0)})


def test_2xx_whose_body_breaks_off_is_accepted(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"thank y", length=20))
    one_event(scenario, receiver.url)

    run_workers()

    assert (statuses(), len(receiver.requests)) == (["delivered"], 1)


def test_receiver_that_answers_byte_by_byte_times_out(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_time(monkeypatch, total=0.5)
    receiver.respond = sends_repeatedly(
        b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", every=0.05
    )
    endpoint, _ = one_event(scenario, receiver.url)

    delivery.deliver(endpoint.pk)

    [waiting] = EventDelivery.objects.all()
    assert (waiting.status, waiting.attempt_log[0]["error"]) == (
        "pending", "127.0.0.1 sent no data in time.",
    )  # fmt: skip


def test_huge_response_is_read_up_to_the_limit(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends_repeatedly(b"x" * 65536, b"HTTP/1.1 200 OK\r\n\r\n")
    endpoint, _ = one_event(scenario, receiver.url)

    delivery.deliver(endpoint.pk)

    [done] = EventDelivery.objects.all()
    assert (done.status, done.attempt_log[0]["response"]) == ("delivered", "x" * 500)


def test_receiver_that_speaks_no_http_and_a_closed_port_are_failures(
    scenario: Scenario, receiver: Server, settings: Settings
) -> None:
    receiver.respond = sends(b"220 smtp.example.com ESMTP\r\n")
    no_http, without_response = one_event(scenario, receiver.url)
    delivery.deliver(no_http.pk)
    without_response.refresh_from_db()
    WebhookEndpoint.objects.all().delete()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{port}"
    closed, without_connection = one_event(scenario, f"http://127.0.0.1:{port}/")
    delivery.deliver(closed.pk)
    without_connection.refresh_from_db()

    attempts = [row.attempt_log[0] for row in (without_response, without_connection)]
    assert [attempt["status_code"] for attempt in attempts] == [None, None]
    assert [attempt["error"] for attempt in attempts] == [
        "127.0.0.1 did not answer with valid HTTP.",
        f"127.0.0.1 refuses connections on port {port}.",
    ]
    assert (without_response.status, without_connection.status) == ("pending", "pending")


def test_redirect_to_a_private_address_is_not_followed(scenario: Scenario, receiver: Server) -> None:
    with Server() as internal:
        receiver.respond = redirects(internal.url, "307 Temporary Redirect")
        endpoint, _ = one_event(scenario, receiver.url)

        delivery.deliver(endpoint.pk)

        [waiting] = EventDelivery.objects.all()
        assert internal.connections == 0
    assert (waiting.status, waiting.attempt_log[0]["error"]) == (
        "pending", "The endpoint redirects (307). Redirects are not followed.",
    )  # fmt: skip


@pytest.mark.parametrize("later", [["127.0.0.3"], ["127.0.0.2", "127.0.0.3"], ["169.254.169.254"]])
def test_name_that_resolves_to_another_address_later_is_not_connected(
    scenario: Scenario, settings: Settings, monkeypatch: pytest.MonkeyPatch, later: list[str]
) -> None:
    names = Dns()
    names.set("hooks.example.com", ["127.0.0.2"], ["127.0.0.2"], later)
    monkeypatch.setattr("socket.getaddrinfo", names.getaddrinfo)
    connected: list[str] = []

    def respond(connection: socket.socket, request: bytes) -> None:
        connected.append(connection.getsockname()[0])
        ACCEPTED(connection, request)

    with Server(host="::", respond=respond) as every_address:
        settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.2/32:{every_address.port}"
        endpoint, _ = one_event(scenario, f"http://hooks.example.com:{every_address.port}/x")
        delivery.deliver(endpoint.pk)
        factories.finding(scenario)
        run_workers()

    first, second = EventDelivery.objects.order_by("event_id")
    assert (connected, first.status, second.status) == (
        ["::ffff:127.0.0.2"], "delivered", "pending",
    )  # fmt: skip
    assert "hooks.example.com does not resolve to a public address" in second.attempt_log[0]["error"]
    assert later[-1] not in second.attempt_log[0]["error"]


def test_worker_killed_between_request_and_record_delivers_again_after_its_lease(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _ = one_event(scenario, receiver.url)

    def kill(*args: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_finish_attempts", kill)
        with pytest.raises(Killed):
            delivery.deliver(endpoint.pk)
    [interrupted] = EventDelivery.objects.all()
    delivery.deliver(endpoint.pk)
    while_leased = len(receiver.requests)
    WebhookEndpoint.objects.update(lease_until=timezone.now())
    make_due()
    delivery.deliver(endpoint.pk)

    first, second = received(receiver)
    [done] = EventDelivery.objects.all()
    assert (interrupted.status, interrupted.attempts, while_leased) == ("pending", 1, 1)
    assert interrupted.next_attempt_at is not None
    assert interrupted.next_attempt_at > timezone.now()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (done.status, done.attempts) == ("delivered", 2)
    assert [attempt["error"] for attempt in done.attempt_log] == [delivery.UNFINISHED_MESSAGE, ""]


@pytest.mark.slow
def test_delivery_whose_outcome_cannot_be_stored_ends_and_delays_no_other(
    scenario: Scenario, receiver: Server
) -> None:
    endpoint, _ = make_endpoint(scenario, receiver.url)
    for _ in range(3):
        factories.finding(scenario)
    queue_events()
    refused = EventDelivery.objects.order_by("event_id")[0]
    refuse(EventDelivery, "id", refused.pk, on="UPDATE", condition="AND NEW.status = 'delivered'")

    pauses = []
    for _ in range(delivery.MAX_ATTEMPTS + 2):
        delivery.deliver(endpoint.pk)
        refused.refresh_from_db()
        pauses += [refused.next_attempt_at - timezone.now()] if refused.next_attempt_at else []
        make_due()

    endpoint.refresh_from_db()
    assert statuses() == ["failed", "delivered", "delivered"]
    assert (refused.attempts, endpoint.status) == (delivery.MAX_ATTEMPTS, "enabled")
    assert [round(pause / timedelta(minutes=1), 1) for pause in pauses[:4]] == [0.5, 5.0, 30.0, 120.0]
    assert len(receiver.requests) == delivery.MAX_ATTEMPTS + 2


def test_late_worker_records_nothing(scenario: Scenario, receiver: Server) -> None:
    endpoint, queued = one_event(scenario, receiver.url)
    late = leases.acquire(WebhookEndpoint, endpoint.pk, seconds=-1)
    assert late is not None
    messages = delivery._begin_attempts(late)
    leases.acquire(WebhookEndpoint, endpoint.pk, seconds=60)

    accepted = delivery._finish_attempts(late, delivery._send_all(messages))

    queued.refresh_from_db()
    assert (accepted, queued.status, len(receiver.requests)) == (False, "pending", 1)


def test_two_workers_never_deliver_to_an_endpoint_at_the_same_time(
    scenario: Scenario, receiver: Server
) -> None:
    endpoint, _ = one_event(scenario, receiver.url)
    leases.acquire(WebhookEndpoint, endpoint.pk, seconds=60)

    delivery.deliver(endpoint.pk)

    assert (receiver.requests, statuses()) == ([], ["pending"])


@pytest.mark.slow
def test_events_of_a_subject_are_delivered_in_their_order(scenario: Scenario, receiver: Server) -> None:
    make_endpoint(scenario, receiver.url, events=["finding.*"])
    findings = [factories.finding(scenario) for _ in range(3)]
    for status in ("triaged", "in_progress", "ready_verify", "triaged"):
        for finding in findings:
            triage.update(finding.pk, changes={"status": status}, by=SYSTEM)

    run_workers()

    order: dict[str, list[int]] = {}
    for request in received(receiver):
        order.setdefault(request.json["data"]["subject_id"], []).append(request.json["data"]["id"])
    assert [len(ids) for ids in order.values()] == [5, 5, 5]
    assert all(ids == sorted(ids) for ids in order.values())


def test_job_whose_time_is_over_enqueues_another_one(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch, enqueued: list[tuple[str, ...]]
) -> None:
    endpoint, first = one_event(scenario, receiver.url, events=["finding.*"])
    triage.update(first.subject_id, changes={"status": "triaged"}, by=SYSTEM)
    queue_events()
    monkeypatch.setattr(delivery, "TIME_BUDGET_SECONDS", -1.0)
    enqueued.clear()

    delivery.deliver(endpoint.pk)
    between = list(enqueued)
    delivery.deliver(endpoint.pk)

    assert between == enqueued == [("notifications.deliver_to_webhook", str(endpoint.pk))]
    assert statuses() == ["delivered", "delivered"]


def test_endpoint_shows_when_it_last_accepted_and_last_refused_a_message(
    scenario: Scenario, receiver: Server
) -> None:
    make_endpoint(scenario, receiver.url)
    changed = []
    for receiver.respond in (ACCEPTED, sends(answer(b"", status="500 Internal Server Error"))):
        WebhookEndpoint.objects.update(last_success_at=None, last_failure_at=None)
        factories.finding(scenario)
        run_workers()
        changed.append(WebhookEndpoint.objects.values_list("last_success_at", "last_failure_at").get())

    assert [(success is None, failure is None) for success, failure in changed] == [
        (False, True),
        (True, False),
    ]


def test_job_enqueues_none_for_the_messages_of_another_organisation(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    endpoint, _ = one_event(scenario, receiver.url)
    one_event(factories.scenario(), receiver.url)
    enqueued.clear()

    delivery.deliver(endpoint.pk)

    assert (enqueued, len(receiver.requests)) == ([], 1)


def test_retry_does_not_hold_back_later_events(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    endpoint, _ = one_event(scenario, receiver.url)
    delivery.deliver(endpoint.pk)
    receiver.respond = ACCEPTED
    triage.update(
        Event.objects.get(name="finding.created").subject_id, changes={"status": "triaged"}, by=SYSTEM
    )

    run_workers()

    assert statuses() == ["pending", "delivered"]


@pytest.mark.slow
def test_endpoint_that_accepts_nothing_waits_for_the_next_sweep(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    endpoint, _ = make_endpoint(scenario, receiver.url)
    for _ in range(delivery.MAX_PARALLEL + 3):
        factories.finding(scenario)
    queue_events()
    enqueued.clear()

    delivery.deliver(endpoint.pk)
    requests = len(receiver.requests)
    queueing.requeue_pending()

    assert requests == delivery.MAX_PARALLEL
    assert enqueued == [("notifications.deliver_to_webhook", str(endpoint.pk))]


@pytest.mark.slow
def test_endpoint_that_answers_one_message_late_waits_for_the_next_sweep(
    scenario: Scenario,
    receiver: Server,
    enqueued: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit_time(monkeypatch, read=1.0)  # enough for the others
    monkeypatch.setattr(delivery, "MAX_PARALLEL", 2)
    hang_up, requests = threading.Event(), itertools.count()
    receiver.respond = lambda *request: (
        hang_up.wait(10) and None if next(requests) == 0 else ACCEPTED(*request)
    )
    endpoint, _ = make_endpoint(scenario, receiver.url)
    for _ in range(3):
        factories.finding(scenario)
    queue_events()
    enqueued.clear()

    delivery.deliver(endpoint.pk)

    hang_up.set()
    assert sorted(statuses()) == ["delivered", "pending", "pending"]
    assert enqueued == []


def test_sweep_enqueues_no_leased_disabled_or_idle_endpoint(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    leased, disabled, _ = [make_endpoint(scenario, receiver.url)[0] for _ in range(3)]
    factories.finding(scenario)
    queue_events()
    EventDelivery.objects.exclude(endpoint__in=[leased, disabled]).delete()
    leases.acquire(WebhookEndpoint, leased.pk, seconds=60)
    services.update(scenario.organization, disabled.pk, changes={"status": "disabled"}, by=SYSTEM)
    enqueued.clear()

    queueing.requeue_pending()

    assert enqueued == []


def test_secret_that_cannot_be_decrypted_sends_nothing_and_loses_nothing(
    scenario: Scenario, receiver: Server
) -> None:
    endpoint, queued = one_event(scenario, receiver.url)
    other, _ = make_endpoint(scenario, receiver.url)
    # Copied to another row, a secret has another owner.
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(credentials=other.credentials)

    delivery.deliver(endpoint.pk)

    queued.refresh_from_db()
    assert (receiver.requests, queued.status, queued.attempts) == ([], "pending", 0)
    services.rotate_secret(scenario.organization, endpoint.pk, overlap=timedelta(days=1), by=SYSTEM)
    delivery.deliver(endpoint.pk)
    queued.refresh_from_db()
    assert queued.status == "delivered"


def test_failed_test_event_is_not_retried_and_disables_nothing(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"no", status="500 Internal Server Error"))
    endpoint, _ = make_endpoint(scenario, receiver.url)
    queued = services.send_test(scenario.organization, endpoint.pk, by=SYSTEM)

    delivery.deliver(endpoint.pk)

    [request] = received(receiver)
    queued.refresh_from_db()
    endpoint.refresh_from_db()
    assert request.json["type"] == "webhook.test"
    assert (queued.status, endpoint.status) == ("failed", "enabled")
