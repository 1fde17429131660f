"""Connect, sync, receive, alert and rotate: no secret is in a response, log, traceback, admin page or column."""

import base64
import io
import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services.ingestion import FindingReport, ingest
from integrations import credentials, jobs
from integrations.models import Integration, SyncRun, Webhook
from integrations.sync import engine
from integrations.webhooks.services import open_secret
from krafter_audit.security import vault
from notifications import destinations
from notifications import jobs as notification_jobs
from notifications.alerts import delivery
from notifications.models import Alert, Destination
from operations.credentials import reseal
from scans.models import SiteCredentials
from scans.site_credentials import services as site_credentials
from tests import staff
from tests.fakes.trackers.github import TOKEN, FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, Call, MakeTask
from tests.unit.integrations.webhooks.senders import SENDERS, now, signature

pytestmark = pytest.mark.django_db
WEBHOOK = "https://127.0.0.1:9/services/T000/B000/slack-secret-4711"
NOTE = "extra-secret-4711"
OLD = f"old:{base64.b64encode(bytes(32)).decode()}"
NEW = f"new:{base64.b64encode(bytes([1] * 32)).decode()}"


def everything_in_the_admin() -> Iterator[str]:
    """Yield every list in the admin, and the pages of its rows."""
    browser = staff.logged_in_client()
    for model in admin.site._registry:
        if model._meta.app_label in ("integrations", "notifications", "events", "findings", "scans"):
            yield browser.get(staff.admin_url(model, "changelist")).content.decode()
            for row in model._default_manager.order_by("pk")[:2]:
                yield browser.get(staff.admin_url(model, "change", row.pk)).content.decode()


def everything_stored() -> str:
    """Return all text of all tables; binary columns as they are, so that clear text in them would show."""
    out = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                out.write(" ".join(_shown(value) for value in row) + "\n")
    return out.getvalue()


def _shown(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def sync_and_fail(github: FakeGitHub) -> None:
    """Run syncs whose errors echo the credentials."""
    echo = {"message": f"Bad credentials: {TOKEN} {NOTE}"}
    answers: list[list[tuple[int, dict[str, str], Any]]] = [
        [],
        [(401, {}, echo)],
        [(422, {}, echo)],
        [(502, {}, echo)] * 3,
    ]
    for several in answers:
        for answer in several:
            github.next_answer("GET", "/web-app$", answer)
        row = Integration.objects.get()
        Integration.objects.update(next_sync_at=timezone.now())
        jobs.start_due_syncs()
        engine.sync(row.pk)


def send_deliveries(secret: str) -> list[Any]:
    """Send deliveries: signed, wrongly signed, and invalid."""
    address = reverse("webhook", args=["github", Integration.objects.get().pk])
    body = json.dumps(SENDERS["github"].payload(now())).encode()
    headers = SENDERS["github"].headers(body)
    signed = {**headers, "X-Hub-Signature-256": f"sha256={signature(body, secret)}"}
    return [
        Client().post(address, body, content_type="application/json", headers=sent_headers)
        for sent_headers in (signed, headers, {"X-Hub-Signature-256": secret})
    ]


def alert(project: Project) -> None:
    """Send an alert; Slack is not reachable, so it fails."""
    ingest(project, [FindingReport("security", "No policy is sent", severity="critical")], by=SYSTEM)
    notification_jobs.process_events()
    Alert.objects.update(due_at=timezone.now())
    for pk in Alert.objects.values_list("pk", flat=True):
        delivery.deliver(pk)


def broken(settings: Settings) -> list[str]:
    """Return the tracebacks when no secret can be opened."""
    tracebacks = []
    settings.KRAFTER_ENCRYPTION_KEYS = f"other:{base64.b64encode(bytes([7] * 32)).decode()}"
    for fail in (
        lambda: credentials.open_credentials(Integration.objects.get()),
        lambda: open_secret(Webhook.objects.get()),
        lambda: destinations.open_webhook_url(Destination.objects.get()),
    ):
        try:
            fail()
        except vault.VaultError:
            tracebacks.append(traceback.format_exc())
    return tracebacks


@pytest.mark.slow
def test_no_secret_is_in_any_response_log_traceback_admin_page_or_column(
    call: Call,
    project: Project,
    make_task: MakeTask,
    github: FakeGitHub,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = OLD
    make_task()
    with caplog.at_level(logging.DEBUG):
        secrets = {**CREDENTIALS, "note": NOTE}
        seen = [
            call("POST", "integrations/github/connect", {"credentials": secrets}),
            call("POST", "integrations/github/connect", {"credentials": secrets, "auth_code": TOKEN}),
            call("PUT", "alerts/destinations/slack", {"webhook_url": WEBHOOK}),
            call(
                "PUT", "alerts/destinations/slack", {"webhook_url": WEBHOOK, "recipients": ["a@example.com"]}
            ),
        ]
        secret = call("PUT", "integrations/github/webhook", {}).json()["data"]["secret"]
        site_credentials.set_credentials(
            project,
            origin="https://example.com",
            credentials={"cookies": {"s": "site-secret-4711"}},
            by=SYSTEM,
        )
        sync_and_fail(github)
        seen += send_deliveries(secret)
        alert(project)
        settings.KRAFTER_ENCRYPTION_KEYS = f"{NEW},{OLD}"
        out = io.StringIO()
        call_command("rotate_credentials", stdout=out, stderr=out)
        seen += [
            call("GET", f"integrations{path}")
            for path in ("", "/github/log", "/github/schedule", "/github/webhook", "/github/conflicts")
        ]
        seen += [call("GET", path) for path in ("alerts", "alerts/destinations")]
    pages = list(everything_in_the_admin())
    tracebacks = broken(settings)

    printed = capfd.readouterr()
    everything = "\n".join(
        [
            *(answer.content.decode() + str(answer.headers) for answer in seen),
            *pages,
            *tracebacks,
            caplog.text,
            out.getvalue(),
            printed.out,
            printed.err,
            everything_stored(),
        ]
    )
    assert out.getvalue().startswith("4 rotated")
    assert (len(tracebacks), len(pages) > 20, SyncRun.objects.count()) == (3, True, 4)
    assert [
        hidden
        for hidden in (TOKEN, NOTE, secret, WEBHOOK, "slack-secret-4711", "site-secret-4711")
        if hidden in everything
    ] == []


def test_everything_opens_with_the_new_key_after_a_rotation(
    call: Call, project: Project, settings: Settings, github: FakeGitHub
) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = OLD
    call("POST", "integrations/github/connect", {"credentials": CREDENTIALS})
    secret = call("PUT", "integrations/github/webhook", {}).json()["data"]["secret"]
    destinations.set_destination(project, "slack", webhook_url=WEBHOOK, by=SYSTEM)
    destinations.set_destination(project, "email", recipients=["a@example.com"], by=SYSTEM)
    site_credentials.set_credentials(
        project, origin="https://example.com", credentials={"cookies": {"s": "x"}}, by=SYSTEM
    )
    settings.KRAFTER_ENCRYPTION_KEYS = f"{NEW},{OLD}"

    call_command("rotate_credentials", stdout=io.StringIO())

    settings.KRAFTER_ENCRYPTION_KEYS = NEW
    assert credentials.open_credentials(Integration.objects.get()) == CREDENTIALS
    assert open_secret(Webhook.objects.get()) == secret
    assert destinations.open_webhook_url(Destination.objects.get(channel="slack")) == WEBHOOK
    assert reseal(SiteCredentials.objects.get())
