"""Alerts are delivered once, retried while the remote server is unavailable, and keep their outcome."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from accounts.actors import SYSTEM
from krafter_audit.db import leases
from notifications import destinations
from notifications.alerts import delivery
from notifications.models import Alert
from remediation.alert_routing import AlertChannel
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.conftest import alerts, make_findings, process_events, run_workers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_channel_has_a_sender() -> None:
    assert set(delivery.SENDERS) == set(AlertChannel.values)


def test_alert_without_a_slack_webhook_fails_with_the_reason(scenario: Scenario) -> None:
    make_findings(scenario, 1)

    run_workers()

    (alert,) = Alert.objects.filter(channel="slack")
    assert (alert.status, alert.outcome.startswith("No Slack webhook is set")) == ("failed", True)


def test_outcome_of_an_alert_that_slack_accepts(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 1)

    run_workers()

    assert Alert.objects.get(channel="slack").outcome == "Delivered."


def test_alert_whose_slack_webhook_has_no_key_fails_without_a_request(
    scenario: Scenario, slack: HTTPServer, settings: Settings
) -> None:
    make_findings(scenario, 1)
    settings.KRAFTER_ENCRYPTION_KEYS = "k9:" + "A" * 43 + "="

    run_workers()

    alert = Alert.objects.get(channel="slack")
    assert (alert.status, alert.outcome.endswith("Set the webhook again."), slack.log) == ("failed", True, [])


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_alert_refused_by_slack_is_not_retried(scenario: Scenario, slack: HTTPServer, status: int) -> None:
    slack.clear()
    slack.expect_request("/services/T/B/X").respond_with_data("no_service", status)
    make_findings(scenario, 1)

    run_workers()
    run_workers()

    assert (alerts("slack"), len(slack.log)) == ([("failed", 1, 0)], 1)


def test_retry_waits_as_long_as_slack_requests(scenario: Scenario, slack: HTTPServer) -> None:
    slack.clear()
    slack.expect_oneshot_request("/services/T/B/X").respond_with_data("", 429, {"Retry-After": "600"})
    slack.expect_request("/services/T/B/X").respond_with_data("ok")
    make_findings(scenario, 1)

    run_workers()
    alert = Alert.objects.get(channel="slack")
    wait = alert.due_at - timezone.now()
    Alert.objects.update(due_at=timezone.now())
    delivery.deliver(alert.pk)

    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)
    assert alerts("slack") == [("sent", 1, 0)]


def test_delivery_to_an_unavailable_slack_fails_after_five_attempts(
    scenario: Scenario, slack: HTTPServer
) -> None:
    slack.clear()
    slack.expect_request("/services/T/B/X").respond_with_data("", 503)
    make_findings(scenario, 1)

    for _ in range(7):
        run_workers()
        Alert.objects.filter(channel="slack").update(due_at=timezone.now())

    alert = Alert.objects.get(channel="slack")
    assert (alert.status, len(slack.log)) == ("failed", 5)
    assert alert.outcome == "Slack could not accept the message (503). It was tried 5 times."


def email_alert(scenario: Scenario, recipients: list[str]) -> Alert:
    destinations.set_destination(scenario.project, "email", recipients=recipients, by=SYSTEM)
    make_findings(scenario, 1)
    process_events()
    Alert.objects.update(due_at=timezone.now())
    return Alert.objects.get(channel="email")


def test_retry_skips_addresses_that_have_received_the_email(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = email_alert(scenario, ["a@example.com", "b@example.com"])
    send_messages = EmailBackend.send_messages

    def disconnect_at_the_second(self: EmailBackend, messages: Any) -> int:
        if messages[0].to == ["b@example.com"]:
            raise smtplib.SMTPServerDisconnected
        return send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", disconnect_at_the_second)
        delivery.deliver(alert.pk)
    Alert.objects.update(due_at=timezone.now())
    delivery.deliver(alert.pk)

    assert [email.to for email in mail.outbox] == [["a@example.com"], ["b@example.com"]]


def test_worker_that_has_lost_its_lease_sends_nothing(scenario: Scenario) -> None:
    alert = email_alert(scenario, ["a@example.com"])
    late = leases.acquire(Alert, alert.pk, seconds=-1)
    assert late is not None
    leases.acquire(Alert, alert.pk, seconds=60)

    delivery._deliver(late)

    assert (mail.outbox, alerts("email")) == ([], [("collecting", 1, 0)])


def test_worker_that_loses_its_lease_sends_no_further_email(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = email_alert(scenario, ["a@example.com", "b@example.com", "c@example.com"])
    send_messages = EmailBackend.send_messages

    def send_after_another_worker(self: EmailBackend, messages: Any) -> int:
        patch.setattr(EmailBackend, "send_messages", send_messages)
        Alert.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        delivery.deliver(alert.pk)
        return send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_after_another_worker)
        delivery.deliver(alert.pk)

    # The one that the first worker was sending cannot be taken back.
    assert sorted(email.to[0][0] for email in mail.outbox) == ["a", "a", "b", "c"]
    assert alerts("email") == [("sent", 1, 0)]


def test_refused_address_does_not_stop_the_emails_to_others(scenario: Scenario, settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    alert = email_alert(scenario, ["eve@example.com", "ada@example.com"])

    delivery.deliver(alert.pk)

    alert.refresh_from_db()
    assert (alert.status, alert.outcome) == ("sent", "Sent to 1 recipient, refused for 1.")
    assert [email.to for email in mail.outbox] == [["ada@example.com"]]


def test_alert_whose_every_address_is_refused_fails(scenario: Scenario, settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    alert = email_alert(scenario, ["eve@example.com"])

    delivery.deliver(alert.pk)

    alert.refresh_from_db()
    assert (alert.status, alert.outcome) == ("failed", "The mail server refused every recipient.")


def test_address_that_is_refused_for_a_while_gets_the_email_later(
    scenario: Scenario, settings: Settings
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.GreylistsEve"}}
    alert = email_alert(scenario, ["eve@example.com", "ada@example.com"])

    delivery.deliver(alert.pk)
    first = [email.to for email in mail.outbox]
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    Alert.objects.update(due_at=timezone.now())
    delivery.deliver(alert.pk)

    alert.refresh_from_db()
    assert (first, alert.status, alert.outcome) == ([["ada@example.com"]], "sent", "Sent to 2 recipients.")
    assert [email.to for email in mail.outbox] == [["ada@example.com"], ["eve@example.com"]]


def test_alert_goes_to_the_destination_of_its_project_alone(scenario: Scenario) -> None:
    elsewhere = factories.scenario()
    for tenant, address in ((elsewhere, "theirs@example.com"), (scenario, "ours@example.com")):
        destinations.set_destination(tenant.project, "email", recipients=[address], by=SYSTEM)
    make_findings(scenario, 1)
    run_workers()
    first = [message.to for message in mail.outbox]

    make_findings(elsewhere, 1)
    run_workers()

    assert (first, [message.to for message in mail.outbox[1:]]) == (
        [["ours@example.com"]],
        [["theirs@example.com"]],
    )


def test_alert_whose_delivery_raises_is_tried_five_times(scenario: Scenario) -> None:
    make_findings(scenario, 1)
    process_events()
    alert = Alert.objects.get(channel="email")
    Alert.objects.filter(pk=alert.pk).update(most_severe=[5])  # a form that is never stored

    found = []
    for _ in range(6):
        Alert.objects.filter(pk=alert.pk).update(due_at=timezone.now())
        delivery.deliver(alert.pk)
        alert.refresh_from_db()
        found.append((alert.status, alert.due_at > timezone.now(), alert.lease_until))

    assert found == [("sending", True, None)] * 4 + [("failed", False, None)] * 2
    assert alert.outcome == "The delivery was interrupted. It was tried 5 times."
