"""One run of a sync: what it works with, what it keeps account of, and how it notices that it must stop."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from integrations.credentials import without_secrets
from integrations.models import Integration, SyncRun
from integrations.providers.base import Expired, Provider, Refused, Tracker

LEASE = 60  # seconds; longer than one request with its time limit, which is never begun without a fresh lease
BUDGET = 100.0  # seconds of one job; below the worker's own limit
MOST_KEPT = 200
BY_INTEGRATION = Actor("integration")


class Stopped(Exception):
    """The run ends early and goes on later: its time is up."""


class Lost(Exception):
    """The row is no longer this run's: it was disconnected, connected anew, or taken over."""


@dataclass
class Run:
    """A sync at work on a claimed row."""

    row: Integration
    log: SyncRun
    provider: Provider
    deadline: float = field(default_factory=lambda: time.monotonic() + BUDGET)

    def keep(self) -> None:
        """Take a fresh lease before a request. Raises Lost, or Stopped when the time is up."""
        if not held(self.row, lease_until=timezone.now() + timedelta(seconds=LEASE)):
            raise Lost
        if time.monotonic() > self.deadline:
            raise Stopped

    def refuse(self, what: str, why: str) -> None:
        """Keep what was refused or could not be decided, for a person to see."""
        if len(self.log.refused) < MOST_KEPT:
            told = without_secrets(why, self.provider.secrets)
            self.log.refused.append({"what": what[:300], "why": told[:1000]})

    def note(self, sentence: str) -> None:
        """Keep a remark on the run."""
        if len(self.log.notes) < MOST_KEPT:
            self.log.notes.append(without_secrets(sentence, self.provider.secrets)[:1000])

    def take_notes(self) -> None:
        """Take over the remarks of the adapter."""
        for sentence in self.provider.notes:
            self.note(sentence)
        self.provider.notes.clear()


@contextmanager
def one_ticket(run: Run, tracker: Tracker, what: str) -> Iterator[None]:
    """Keep one ticket's refusal for a person to see and go on; stop when nothing is let in any more."""
    run.keep()
    try:
        yield
    except Expired:
        raise  # no ticket will do
    except Refused as refusal:
        tracker.check()
        run.refuse(what, str(refusal))


def held(
    row: Integration,
    *,
    where: Mapping[str, Any] | None = None,
    status: str = Integration.Status.SYNCING,
    **changes: Any,
) -> bool:
    """Write to the row as the run that holds it; False when it is another's or was connected anew."""
    ours = Integration.objects.filter(pk=row.pk, fence=row.fence, generation=row.generation, **(where or {}))
    return bool(Integration.transitions.update(ours, Integration.Status.SYNCING, status, **changes))
