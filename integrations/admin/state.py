"""The state of an integration in words: what is wrong, and what to do next."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from integrations.models import Integration, SyncRun
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.admin.text import span_in_words

Status = Integration.Status
LABELS = {
    Status.CONNECTED: "Connected",
    Status.SYNCING: "Syncing",
    Status.ERROR: "Failing",
    Status.DISCONNECTED: "Not connected",
}
TONES = {Status.CONNECTED: "success", Status.SYNCING: "info", Status.ERROR: "danger", Status.DISCONNECTED: ""}


@dataclass(frozen=True)
class IntegrationState:
    label: str
    tone: str
    sentence: str
    next_step: str = ""
    must_reconnect: bool = False


def badge_of(integration: Integration) -> tuple[str, str]:
    status = Status(integration.status)
    return LABELS[status], TONES[status]


def state_of(integration: Integration) -> IntegrationState:
    status, title = Status(integration.status), PROVIDER_CLASSES[integration.provider].title
    label, tone = badge_of(integration)
    if status == Status.ERROR:
        reconnect = "connect again" in integration.last_error.lower()
        return IntegrationState(
            label, tone, integration.last_error, _after_error(integration, title, reconnect), reconnect
        )
    if status == Status.DISCONNECTED:
        sentence = "The credentials are deleted; tickets and findings are kept."
        return IntegrationState(label, tone, sentence, "Connect it again to continue.", must_reconnect=True)
    if status == Status.SYNCING:
        return IntegrationState(
            label,
            tone,
            "A sync is waiting or running.",
            "This page updates itself, and shows the result when the sync has ended.",
        )
    if integration.last_sync_at is None:
        return IntegrationState(
            label, tone, f"{title} is connected, and was not synced yet.", _next_sync(integration)
        )
    return IntegrationState(label, tone, f"{title} is synced.", _next_sync(integration))


def _after_error(integration: Integration, title: str, reconnect: bool) -> str:
    if reconnect:
        return "Reconnect with valid credentials."
    failures = f" {integration.failures} syncs in a row have failed." if integration.failures > 1 else ""
    return f"Change what {title} refuses, then sync now.{failures} {_next_sync(integration)}".strip()


def _next_sync(integration: Integration) -> str:
    if integration.project.archived_at:
        return "No sync starts before the project is restored."
    if integration.next_sync_at is None:
        return ""
    left = integration.next_sync_at - timezone.now()
    return (
        f"The next sync starts in {span_in_words(left)}." if left > timedelta(0) else "The next sync is due."
    )


def duration_of(run: SyncRun) -> str:
    finished = run.finished_at
    return span_in_words(finished - run.started_at) if finished else ""
