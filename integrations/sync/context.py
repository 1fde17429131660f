"""The context of a sync in progress: its integration, its log, and when it must stop."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from integrations.credentials import redact
from integrations.errors import IntegrationChanged
from integrations.models import Integration, SyncRun, TicketLink
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused, ResourceMissing, UnreadableResponse
from krafter_audit.db import leases

LEASE_SECONDS = 60  # longer than a request with its time limit; no request starts without a fresh lease
# The rest continues in another run, so that a large project does not occupy a worker.
TIME_BUDGET_SECONDS = 100.0  # of one job; less than the worker's own limit
# A revoked permission refuses every ticket: the log must not grow with their number.
MAX_LOG_ENTRIES = 200
MAX_IDS_NAMED = 20  # in one entry
BY_INTEGRATION = Actor("integration")
# Appended to the message of a provider that does not find a ticket.
MISSING_TICKET_ADVICE = (
    " If it is gone for good, clear the ticket key of its task: the next sync creates a new ticket."
)


class TimeBudgetExhausted(Exception):
    """The run must stop and continue later."""


@dataclass
class SyncContext:
    integration: Integration
    sync_run: SyncRun
    provider: Provider
    deadline: float = field(default_factory=lambda: time.monotonic() + TIME_BUDGET_SECONDS)

    @property
    def links(self) -> QuerySet[TicketLink]:
        return TicketLink.objects.filter(integration=self.integration, state=TicketLink.State.LINKED)

    def checkpoint(self) -> None:
        """Extend the lease before a request. Raises IntegrationChanged or TimeBudgetExhausted."""
        lease_until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
        if not update_if_owned(self.integration, lease_until=lease_until):
            raise IntegrationChanged
        if time.monotonic() > self.deadline:
            raise TimeBudgetExhausted

    def require_lease(self) -> None:
        """Raise IntegrationChanged if another worker syncs by now: what this one has read is outdated."""
        if not leases.owned(self.integration).exists():
            raise IntegrationChanged

    def log_refusal(self, subject: str, reason: str) -> None:
        """Log a refused or undecided change for a person."""
        if len(self.sync_run.refusals) < MAX_LOG_ENTRIES:
            text = redact(reason, self.provider.secrets)
            self.sync_run.refusals.append({"subject": subject[:300], "reason": text[:1000]})

    def log_note(self, note: str) -> None:
        if len(self.sync_run.notes) < MAX_LOG_ENTRIES:
            self.sync_run.notes.append(redact(note, self.provider.secrets)[:1000])

    def log_provider_notes(self) -> None:
        for note in self.provider.notes:
            self.log_note(note)
        self.provider.notes.clear()

    def take_unreadable(self) -> list[str]:
        """Return the ids of the rows that were left out since the last call."""
        ids, self.provider.unreadable = self.provider.unreadable, []
        return ids

    def note_unreadable(self, name: str, ids: Sequence[str]) -> None:
        """Note in the log which rows of a list were left out."""
        if ids:
            named = ", ".join(row_id or "one without an id" for row_id in ids[:MAX_IDS_NAMED])
            more = f" and {len(ids) - MAX_IDS_NAMED} more" if len(ids) > MAX_IDS_NAMED else ""
            self.log_note(f"Left out of the {name}, since this version cannot read them: {named}{more}.")


@contextmanager
def skip_if_refused(context: SyncContext, subject: str, *, if_missing: str = "") -> Iterator[None]:
    """Log that one ticket is refused or cannot be read, and continue with the next.

    `if_missing` is what to do about one that does not exist.
    """
    context.checkpoint()
    try:
        yield
    except (ProviderRefused, UnreadableResponse) as error:
        # If the provider refuses everything, this raises, and the sync fails instead of trying each ticket.
        context.provider.check_connection()
        advice = if_missing if isinstance(error, ResourceMissing) else ""
        context.log_refusal(subject, f"{error}{advice}")


@contextmanager
def note_if_refused(context: SyncContext, name: str) -> Iterator[None]:
    """Note in the log that a list of the provider is not available, and continue with the next."""
    try:
        yield
    except ProviderRefused as error:
        context.log_note(f"The {name} are not available: {error}")
    context.note_unreadable(name, context.take_unreadable())
    context.log_provider_notes()


def update_if_owned(
    integration: Integration,
    *,
    where: Mapping[str, Any] | None = None,
    status: str = Integration.Status.SYNCING,
    **changes: Any,
) -> bool:
    """Update the integration as its lease holder; False if another run holds it, or it was reconnected."""
    owned = Integration.objects.filter(
        pk=integration.pk,
        fence=integration.fence,
        credentials_version=integration.credentials_version,
        **(where or {}),
    )
    return bool(Integration.transitions.update(owned, Integration.Status.SYNCING, status, **changes))
