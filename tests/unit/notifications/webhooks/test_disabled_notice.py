"""The e-mail about a disabled webhook reaches each owner and admin once, also when the mail server postpones it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Membership, Organization, User
from accounts.services import create_user
from notifications import jobs
from notifications.models import WebhookEndpoint
from notifications.webhooks import services
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def endpoint(scenario: Scenario) -> WebhookEndpoint:
    """Return a disabled endpoint of an organisation whose active admins are Ada, Eve and Zoe."""
    scenario.owner.is_active = False
    scenario.owner.save()
    for name in ("ada", "eve", "zoe"):
        create_user(f"{name}@example.com", organization=scenario.organization, role=Membership.Role.ADMIN)
    row, _ = make_endpoint(scenario, "https://hooks.example.com/")
    services.disable_after_failure(row, "It does not answer.")
    return row


def send(endpoint: WebhookEndpoint, settings: Any, backend: str, time_machine: Any) -> bool:
    """Run the job when the notice is due; return whether another attempt is planned."""
    settings.MAILERS = {"default": {"BACKEND": backend}}
    endpoint.refresh_from_db()
    time_machine.move_to(max(endpoint.notice_due_at, timezone.now()), tick=False)
    jobs.send_webhook_notice(str(endpoint.pk))
    endpoint.refresh_from_db()
    return endpoint.notice_due_at is not None


def recipients() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_postponed_admin_gets_the_notice_later_and_the_others_get_no_second_one(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    postponed = send(endpoint, settings, "tests.fakes.mail.GreylistsEve", time_machine)
    first = recipients()
    again = send(endpoint, settings, LOCMEM, time_machine)

    assert (postponed, first) == (True, ["ada@example.com", "zoe@example.com"])
    assert (again, recipients()) == (False, ["ada@example.com", "eve@example.com", "zoe@example.com"])


def test_broken_connection_repeats_no_notice_that_was_sent(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    broken = send(endpoint, settings, "tests.fakes.mail.OnlyFirst", time_machine)
    first = recipients()
    again = send(endpoint, settings, LOCMEM, time_machine)

    assert (broken, first) == (True, ["ada@example.com"])
    assert (again, recipients()) == (False, ["ada@example.com", "eve@example.com", "zoe@example.com"])


def test_worker_that_loses_its_lease_sends_no_further_notice(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_messages = EmailBackend.send_messages

    def send_after_another_worker(self: EmailBackend, messages: Any) -> int:
        patch.setattr(EmailBackend, "send_messages", send_messages)
        WebhookEndpoint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        jobs.send_webhook_notice(str(endpoint.pk))
        return send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_after_another_worker)
        jobs.send_webhook_notice(str(endpoint.pk))

    # The one that the first worker was sending cannot be taken back.
    assert [address[:3] for address in recipients()] == ["ada", "ada", "eve", "zoe"]
    assert WebhookEndpoint.objects.get().notice_due_at is None


@pytest.mark.parametrize("backend", ["OnlyFirst", "GreylistsEve"])
def test_endpoint_that_is_enabled_during_its_notice_gets_no_further_one(
    scenario: Scenario,
    endpoint: WebhookEndpoint,
    settings: Any,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
    backend: str,
) -> None:
    send_messages = EmailBackend.send_messages

    def while_enabled(server: EmailBackend, messages: Any) -> Any:
        services.update(scenario.organization, endpoint.pk, changes={"status": "enabled"}, by=SYSTEM)
        return send_messages(server, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", while_enabled)
    planned = send(endpoint, settings, f"tests.fakes.mail.{backend}", time_machine)

    assert (planned, recipients()) == (False, ["ada@example.com"])
    assert endpoint.lease_until is None


def test_notice_to_an_admin_who_stays_postponed_is_attempted_five_times(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    greylists = "tests.fakes.mail.GreylistsEve"

    planned = [send(endpoint, settings, greylists, time_machine) for _ in range(5)]

    assert planned == [True, True, True, True, False]
    assert recipients() == ["ada@example.com", "zoe@example.com"]


def test_endpoint_that_is_disabled_again_has_a_new_notice_for_all(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    send(endpoint, settings, LOCMEM, time_machine)
    WebhookEndpoint.transitions.apply(endpoint, WebhookEndpoint.Status.ENABLED, disabled_at=None)
    services.disable_after_failure(endpoint, "It answers 500.")
    send(endpoint, settings, LOCMEM, time_machine)

    assert recipients() == sorted(["ada@example.com", "eve@example.com", "zoe@example.com"] * 2)


def test_notice_that_raises_is_sent_later(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    User.objects.filter(email="eve@example.com").update(email="eve\n@example.com")

    found = [send(endpoint, settings, LOCMEM, time_machine) for _ in range(5)]

    assert found == [True] * 4 + [False]
    assert endpoint.lease_until is None


def test_line_breaks_in_names_add_no_lines_to_the_notice(
    endpoint: WebhookEndpoint, settings: Any, time_machine: Any
) -> None:
    Organization.objects.update(name="Acme\nYour password has expired.")
    WebhookEndpoint.objects.update(description="Shop\nSign in at example.org.")

    send(endpoint, settings, LOCMEM, time_machine)

    lines = [line for line in mail.outbox[0].body.splitlines() if "expired" in line or "Sign in" in line]
    assert lines == [
        "Krafter Audit sends no more events to this webhook of Acme Your password has expired.:",
        "  hooks.example.com Shop Sign in at example.org.",
    ]
