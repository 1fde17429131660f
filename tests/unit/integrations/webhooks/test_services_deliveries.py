"""Deliveries of the five vendors: what is signed and new is stored, and everything else gets one answer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Project
from integrations.models import Integration, Webhook, WebhookDelivery
from integrations.webhooks import services as webhooks
from krafter_audit.http.client import Client
from tests.unit.integrations.webhooks.senders import (
    SECRET,
    SENDERS,
    call,
    now,
    send,
    signature,
    signed_headers,
)

pytestmark = pytest.mark.django_db


def stored(each_integration: Integration) -> dict[str, Any]:
    each_integration.refresh_from_db()
    return {
        "deliveries": WebhookDelivery.objects.count(),
        "status": each_integration.status,
        "last": Webhook.objects.values_list("last_delivery_at", flat=True).first() is not None,
    }


NOTHING_STORED = {"deliveries": 0, "status": "connected", "last": False}
DELIVERY_STORED = {"deliveries": 1, "status": "syncing", "last": True}


def test_signed_delivery_is_stored_and_requests_a_sync(each_integration: Integration) -> None:
    response = send(each_integration)

    assert (response.status_code, response.json()["data"]) == (202, {"accepted": True})
    assert stored(each_integration) == DELIVERY_STORED
    assert each_integration.sync_scope == ("all" if each_integration.provider == "sentry" else "pending")


def test_delivery_for_an_archived_project_is_accepted_and_dropped(each_integration: Integration) -> None:
    Project.objects.update(archived_at=timezone.now())

    response = send(each_integration)

    assert (response.status_code, stored(each_integration)) == (202, NOTHING_STORED)


def test_delivery_is_answered_at_once(
    each_integration: Integration, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    requests: list[str] = []
    monkeypatch.setattr(Client, "request", lambda *args, **options: requests.append(args[2]))

    with django_assert_max_num_queries(10):
        response = send(each_integration)

    assert (response.status_code, requests) == (202, [])


def test_wrong_signature_and_unknown_url_get_the_same_answer(
    each_integration: Integration,
) -> None:
    sender = SENDERS[each_integration.provider]
    body = json.dumps(sender.payload(now())).encode()
    headers = sender.headers(body)

    spoilt = {
        name: value.replace(SECRET, "x").replace(signature(body), "0" * 64) for name, value in headers.items()
    }

    refused = [
        call(each_integration, body, spoilt),
        call(each_integration, body, {}),
        call(each_integration, body + b" ", headers)
        if each_integration.provider != "gitlab"
        else call(each_integration, body, {"X-Gitlab-Token": "é"}),
        call(each_integration, body, headers, integration_id="01a2146b-c715-79f9-b747-c8d7c983a9c1"),
        call(each_integration, body, headers, integration_id="no-uuid"),
        # The key that is verified against where there is no webhook is no secret.
        call(
            each_integration,
            body,
            signed_headers(body, "none"),
            integration_id=str(each_integration.project_id),
        ),
        *(
            call(each_integration, body, {**headers, **signed_headers(body)}, provider=name)
            for name in (*SENDERS, "cloudflare", "unknown")
            if name != each_integration.provider
        ),
    ]

    errors = {(answer.status_code, json.dumps(answer.json()["error"])) for answer in refused}
    assert len(errors) == 1
    assert refused[0].status_code == 404
    assert stored(each_integration) == NOTHING_STORED


def test_delivery_of_another_time_is_accepted_and_dropped_with_a_line_in_the_log(
    each_integration: Integration, caplog: pytest.LogCaptureFixture
) -> None:
    sender = SENDERS[each_integration.provider]

    late = send(each_integration, ago=sender.max_age + timedelta(seconds=2))
    early = send(each_integration, ago=-sender.max_skew - timedelta(minutes=1))

    assert (late.status_code, early.status_code) == (202, 202)
    assert stored(each_integration) == NOTHING_STORED
    ignored = [
        record for record in caplog.records if f"webhook of {each_integration.pk} ignored" in record.message
    ]
    assert len(ignored) == 2


def test_delivery_of_a_clock_that_is_ahead_is_stored(each_integration: Integration) -> None:
    ahead = SENDERS[each_integration.provider].max_skew - timedelta(seconds=10)

    response = send(each_integration, ago=-ahead)

    assert (response.status_code, stored(each_integration)) == (202, DELIVERY_STORED)


@pytest.mark.parametrize("provider", ["linear"])
@pytest.mark.parametrize(("seconds", "number"), [(60, 1), (61, 0), (-60, 1), (-61, 0)])
def test_delivery_is_fresh_for_its_age_and_a_minute_ahead(
    each_integration: Integration, time_machine: Any, seconds: int, number: int
) -> None:
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)

    send(each_integration, ago=timedelta(seconds=seconds))

    assert WebhookDelivery.objects.count() == number


def test_repeated_delivery_is_accepted_and_dropped(each_integration: Integration) -> None:
    sender = SENDERS[each_integration.provider]
    body = json.dumps(sender.payload(now())).encode()
    headers = sender.headers(body)
    other = {name: "two" if value == "one" else value for name, value in headers.items()}
    call(each_integration, body, headers)
    Integration.objects.update(status="connected")

    responses = [
        call(each_integration, body, headers),
        call(each_integration, body, other),
        call(each_integration, body, headers),
    ]

    assert [answer.status_code for answer in responses] == [202] * 3
    assert stored(each_integration) == {**DELIVERY_STORED, "status": "connected"}


def test_delivery_whose_sync_cannot_be_requested_is_not_taken_for_a_repetition(
    each_integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "request_sync", fail)
        failed = send(each_integration)
    assert (failed.status_code, stored(each_integration)) == (503, NOTHING_STORED)

    assert (send(each_integration).status_code, stored(each_integration)) == (202, DELIVERY_STORED)


def test_other_body_with_the_id_of_an_earlier_delivery_is_stored(each_integration: Integration) -> None:
    send(each_integration, ago=timedelta(seconds=5))
    Integration.objects.update(status="connected")

    response = send(each_integration)

    assert response.status_code == 202
    assert stored(each_integration) == {**DELIVERY_STORED, "deliveries": 2}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"issue": 1}', b'"\xff"'])
def test_undocumented_delivery_is_accepted_and_dropped(each_integration: Integration, body: bytes) -> None:
    headers = signed_headers(body) | {"X-GitHub-Event": "issues"}

    assert call(each_integration, body, headers).status_code == 202
    assert stored(each_integration)["status"] == "connected"


def test_changed_alerts_delay_the_sync_by_30_seconds(github_integration: Integration) -> None:
    body = json.dumps({"action": "created", "alert": {"number": 1}}).encode()
    headers = {**SENDERS["github"].headers(body), "X-GitHub-Event": "dependabot_alert"}

    call(github_integration, body, headers)

    github_integration.refresh_from_db()
    assert github_integration.sync_scope == "all"
    assert timedelta(seconds=20) < github_integration.not_before - timezone.now() <= timedelta(seconds=30)


@pytest.mark.parametrize(("character", "count"), [("\0", 1), ("\ud800", 0)])
def test_delivery_with_a_character_that_is_not_stored_is_accepted(
    each_integration: Integration, character: str, count: int
) -> None:
    sender = SENDERS[each_integration.provider]
    payload = sender.payload(now())
    named = payload.get("object_attributes", payload)
    named.update({name: named[name] + character for name in ("action", "webhookEvent") if name in named})
    body = json.dumps(payload).encode()

    response = call(each_integration, body, sender.headers(body))

    assert (response.status_code, stored(each_integration)["deliveries"]) == (202, count)
