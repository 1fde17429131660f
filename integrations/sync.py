"""The engine: a worker takes a syncing row, opens its credentials, pulls, pushes, and says how it ended.

Delivered twice, it works once; killed in the middle, it is begun again and makes nothing twice.
"""

import logging
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from events.log import log_event
from integrations import alerts, credentials, remarks, reported, tickets, timetable, weights
from integrations.configuration import configuration
from integrations.models import Integration, SyncRun
from integrations.providers import ADAPTERS
from integrations.providers.base import Refused, Tracker, Unavailable
from integrations.providers.meter import Meter
from integrations.queries import known_urls
from integrations.renewal import Access
from integrations.running import BY_INTEGRATION, LEASE, Lost, Run, Stopped, held
from krafter_audit.db import leases
from krafter_audit.http.client import Client, Limits
from krafter_audit.security.vault import VaultError

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=15)
MOST_ATTEMPTS = 5
RUNS_KEPT = 50
LIMITS = Limits(connect=5.0, read=20.0, total=30.0, body=32 * 1024 * 1024)
Status, Scope, Outcome = Integration.Status, Integration.Scope, SyncRun.Outcome


@dataclass(frozen=True)
class Ending:
    """How a run ended: the row's next status, the run's outcome, a sentence, and when it goes on, if ever."""

    status: str
    outcome: str
    sentence: str = ""
    go_on_at: datetime | None = None


DONE = Ending(Status.CONNECTED, Outcome.SUCCEEDED)


def sync(integration_id: UUID) -> None:
    """Carry out the sync that a row waits for; nothing when another has it, or before its time."""
    row = leases.claim(
        Integration, integration_id, seconds=LEASE, status=Status.SYNCING, not_before__lte=timezone.now()
    )
    if row is None:
        return
    log = _begin(row)
    try:
        with leases.kept(row, seconds=LEASE):
            ending = _attempt(row, log)
    except Lost:
        _step_back(row, log)
    else:
        _finish(row, log, ending)


def _begin(row: Integration) -> SyncRun:
    left = SyncRun.objects.filter(integration=row, outcome=Outcome.RUNNING)
    left.update(outcome=Outcome.INTERRUPTED, finished_at=timezone.now())
    return SyncRun.objects.create(integration=row)


def _attempt(row: Integration, log: SyncRun) -> Ending:
    """Exchange what there is; every way in which that fails becomes an ending. The worker's boundary."""
    if row.attempts > MOST_ATTEMPTS:
        return _failed(f"The sync was given up after {MOST_ATTEMPTS} attempts. Ask for it again.")
    try:
        _exchange(row, log)
    except Stopped:
        return _paused(timezone.now(), "The rest follows in the next run.")
    except Refused as refusal:
        return _failed(str(refusal))
    except Unavailable as outage:
        return _wait_or_fail(outage)
    except VaultError as error:
        return _failed(f"{error} Connect again.")
    except (Lost, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001  the worker's boundary: the row must not stay at syncing
        _report(row, error)
        return _failed("Something went wrong on our side.")
    return DONE


def _exchange(row: Integration, log: SyncRun) -> None:
    adapter = ADAPTERS.get(row.provider)
    if adapter is None:
        raise Refused(f"This build has no adapter for {row.provider} yet: nothing was exchanged.")
    with Client(limits=LIMITS) as client:
        access = Access(row, adapter, client)
        opened = access.credentials()
        provider = adapter(client, opened, configuration(row.provider).url)
        provider.renew = access.renewer(opened)
        provider.memory = row.cursor.setdefault("memory", {})
        provider.known_urls = partial(known_urls, row.project)
        try:
            _pull_and_push(Run(row, log, provider))
        except Refused as refusal:
            raise Refused(credentials.without_secrets(str(refusal), provider.secrets)) from None


def _pull_and_push(run: Run) -> None:
    run.keep()
    run.provider.check()
    if isinstance(run.provider, Tracker):
        reported.take_in(run, run.provider)
    if run.row.scope == Scope.ALL or not isinstance(run.provider, Tracker):
        _pull(run)
    if isinstance(run.provider, Tracker):
        tickets.push(run, run.provider)
        remarks.push(run, run.provider)
        tickets.wait_for_claims(run, run.provider)


def _pull(run: Run) -> None:
    if isinstance(run.provider, Tracker):
        tickets.pull(run, run.provider)
    if isinstance(run.provider, Meter):
        weights.pull(run, run.provider)
    alerts.pull(run)


def _failed(sentence: str) -> Ending:
    return Ending(Status.ERROR, Outcome.FAILED, sentence)


def _paused(until: datetime, sentence: str) -> Ending:
    return Ending(Status.SYNCING, Outcome.PAUSED, sentence, go_on_at=until)


def _wait_or_fail(outage: Unavailable) -> Ending:
    if outage.retry_at is None or outage.retry_at > timezone.now() + LONGEST_WAIT:
        return _failed(str(outage))
    return _paused(outage.retry_at, str(outage))


def _report(row: Integration, error: Exception) -> None:
    """Log where it went wrong, without the message: it may hold what a provider was sent."""
    places = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-6:]))
    logger.error("sync of %s (%s) failed: %s at %s", row.pk, row.provider, type(error).__name__, where)


@transaction.atomic
def _finish(row: Integration, log: SyncRun, ending: Ending) -> None:
    now = timezone.now()
    over = ending.go_on_at is None
    progressed = bool(log.pushed or log.pulled)
    changes: dict[str, Any] = {
        "status": ending.status,
        "last_error": ending.sentence if ending.status == Status.ERROR else "",
        "not_before": ending.go_on_at or now,
        "attempts": 0 if over or progressed else row.attempts,
        "cursor": row.cursor,
        "lease_until": None,
        "updated_at": now,
    }
    if ending == DONE and row.scope == Scope.ALL:
        changes |= {"last_sync_at": now, **timetable.after_run(row, went_well=True)}
    elif over and ending != DONE:
        changes |= timetable.after_run(row, went_well=False)
    if not (_end(row, changes) if ending == DONE else held(row, **changes)):
        _step_back(row, log)
        return
    _close(log, ending.outcome, ending.sentence)
    if over:
        _record(row, log, ending)


def _end(row: Integration, changes: dict[str, Any]) -> bool:
    """End the sync, unless more was wanted meanwhile: then it stays syncing and begins again at once."""
    if held(row, where={"wanted_at": row.wanted_at}, **changes):
        return True
    rest = {"scope": Scope.PENDING} if row.scope == Scope.ALL else {}
    return held(row, **changes | rest | {"status": Status.SYNCING})


def _record(row: Integration, log: SyncRun, ending: Ending) -> None:
    name = "integration.synced" if ending == DONE else "integration.sync_failed"
    log_event(name, row, by=BY_INTEGRATION, provider=row.provider, pushed=log.pushed, pulled=log.pulled)


def _step_back(row: Integration, log: SyncRun) -> None:
    """The row was connected anew, disconnected or taken over: leave it, and free what is still ours."""
    leases.write(row, lease_until=None)
    _close(log, Outcome.INTERRUPTED, "The connection was changed while the sync was running.")


def _close(log: SyncRun, outcome: str, sentence: str) -> None:
    log.outcome, log.error, log.finished_at = outcome, sentence, timezone.now()
    log.save()
    runs = SyncRun.objects.filter(integration=log.integration_id).order_by("-started_at", "-id")
    SyncRun.objects.filter(pk__in=list(runs.values_list("pk", flat=True)[RUNS_KEPT:])).delete()
