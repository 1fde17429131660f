"""Run the sync that is next: lease the integration, pull, push, and store the outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from events.log import log_event
from integrations import connection
from integrations.errors import IntegrationChanged
from integrations.models import Integration, SyncRun
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.findings import FindingSource
from integrations.providers.repositories import Repository
from integrations.providers.tickets import Tracker
from integrations.providers.traffic import TrafficSource
from integrations.queries import known_urls
from integrations.sync import deploy_import, finding_import, schedule, traffic_import
from integrations.sync.context import (
    BY_INTEGRATION,
    LEASE_SECONDS,
    SyncContext,
    TimeBudgetExhausted,
    update_if_owned,
)
from integrations.sync.tickets import comments, pull, push
from krafter_audit.db import leases
from krafter_audit.http.client import Limits
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.isolation import log_failure
from krafter_audit.jobs.queues import enqueue
from krafter_audit.security.vault import VaultError

KIND = "sync"  # of the use that fair_queue.py counts
MAX_ENQUEUED = 20  # by a sweep; a job that has run a sync enqueues the next
# For a rate limit; after a longer one the sync fails, and the schedule repeats it.
MAX_WAIT = timedelta(minutes=15)
MAX_ATTEMPTS = 5  # of a sync without progress
MAX_RUNS_KEPT = 50  # of each integration
CONNECTION_CHANGED = "The connection was changed while the sync was running."
LEASE_LOST = "Another worker has taken over the sync, since this one did not extend its lease."
LIMITS = Limits(connect=5.0, read=20.0, total=30.0, body=32 * 1024 * 1024)
Status, SyncScope, RunStatus = Integration.Status, Integration.SyncScope, SyncRun.Status


@dataclass(frozen=True)
class SyncOutcome:
    """How a run ended: the next status of the integration, that of the run, an error, and when to continue."""

    integration_status: str
    run_status: str
    error: str = ""
    continue_at: datetime | None = None


SUCCEEDED = SyncOutcome(Status.CONNECTED, RunStatus.SUCCEEDED)


def run_next() -> bool:
    """Run one waiting sync; return whether there was one.

    It is the one that has waited longest in the organisation whose syncs have taken the least time: an organisation
    with many projects, or with a slow server, does not delay the others.
    """
    return fair_queue.run_next(KIND, _waiting(), sync, organization="organization", since="not_before")


def _waiting() -> QuerySet[Integration]:
    return Integration.objects.filter(
        leases.unleased(), status=Status.SYNCING, not_before__lte=timezone.now()
    )


def requeue_waiting() -> None:
    """Enqueue syncs whose message was lost, whose worker was killed, or that waited for a rate limit."""
    for pk in _waiting().order_by("not_before").values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("integrations.run_sync", str(pk))


def sync(integration_id: UUID) -> bool:
    """Run the sync that an integration waits for; False if another worker does, or if it is too early."""
    integration = leases.acquire(
        Integration,
        integration_id,
        seconds=LEASE_SECONDS,
        status=Status.SYNCING,
        not_before__lte=timezone.now(),
    )
    if integration is None:
        return False
    sync_run = _start_run(integration)
    try:
        with leases.renewing(integration, seconds=LEASE_SECONDS):
            outcome = _run(integration, sync_run)
    except IntegrationChanged:
        _abandon(integration, sync_run)
    else:
        _finish(integration, sync_run, outcome)
    return True


def _start_run(integration: Integration) -> SyncRun:
    runs = SyncRun.objects.filter(integration=integration)
    # A run that still has the status running was killed: the lease excludes two at a time.
    SyncRun.transitions.update(runs, RunStatus.RUNNING, RunStatus.INTERRUPTED, finished_at=timezone.now())
    return SyncRun.objects.create(integration=integration)


def _run(integration: Integration, sync_run: SyncRun) -> SyncOutcome:
    if integration.attempts > MAX_ATTEMPTS:
        # A run that kills its worker each time would otherwise be repeated without an end.
        return _failed(f"The sync was stopped after {MAX_ATTEMPTS} attempts. Start it again.")
    try:
        connection.call_provider(
            integration, lambda provider: _sync_with(provider, integration, sync_run), limits=LIMITS
        )
    except TimeBudgetExhausted:
        return _paused(timezone.now(), "The rest follows in the next run.")
    except (ProviderRefused, TokenRejected) as error:
        return _failed(str(error))
    except ProviderUnavailable as error:
        return _retry_or_fail(integration, sync_run, error)
    except VaultError as error:
        return _failed(f"{error} Connect again.")
    except (IntegrationChanged, DatabaseError):
        # Without a database no outcome can be stored: integrations.requeue_pending repeats the run.
        raise
    except Exception as error:  # noqa: BLE001  the worker's boundary: the integration must not stay syncing
        log_failure("sync", f"{integration.pk} ({integration.provider})", error)
        return _failed("Internal error.")
    return SUCCEEDED


def _sync_with(provider: Provider, integration: Integration, sync_run: SyncRun) -> None:
    # `call_provider` calls this again with a new token if one expires during the run: a sync is idempotent.
    sync_run.notes, sync_run.refusals = [], []
    provider.sync_state = integration.cursor.setdefault("provider", {})
    if provider.uses_known_urls:
        provider.known_urls = known_urls(integration.project)
    _pull_and_push(SyncContext(integration, sync_run, provider))


def _pull_and_push(context: SyncContext) -> None:
    provider = context.provider
    context.checkpoint()
    provider.check_connection()
    if isinstance(provider, Repository):
        deploy_import.remember_repository(context.integration, provider)
    if isinstance(provider, Tracker):
        push.unlink_tickets_of_another_server(context, provider)
        push.unlink_tickets_of_other_repositories(context, provider)
        pull.process_deliveries(context, provider)
    if context.integration.sync_scope == SyncScope.ALL or not isinstance(provider, Tracker):
        _pull(context, provider)
    if isinstance(provider, Tracker):
        push.push_tasks(context, provider)
        comments.post_pending(context, provider)
    # After the tasks: a list of deployments that fails does not stop them.
    if isinstance(provider, Repository) and context.integration.sync_scope == SyncScope.ALL:
        deploy_import.import_deploys(context, provider)
    if isinstance(provider, Tracker):
        push.wait_for_unconfirmed(context, provider)


def _pull(context: SyncContext, provider: Provider) -> None:
    if isinstance(provider, Tracker):
        pull.pull_tickets(context, provider)
    if isinstance(provider, TrafficSource):
        traffic_import.import_traffic(context, provider)
    if isinstance(provider, FindingSource):
        finding_import.import_findings(context, provider)


def _failed(error: str) -> SyncOutcome:
    return SyncOutcome(Status.ERROR, RunStatus.FAILED, error)


def _paused(until: datetime, reason: str) -> SyncOutcome:
    return SyncOutcome(Status.SYNCING, RunStatus.PAUSED, reason, continue_at=until)


def _retry_or_fail(integration: Integration, sync_run: SyncRun, error: ProviderUnavailable) -> SyncOutcome:
    # A longer wait is an error that a person should see; the schedule tries again.
    if error.retry_at is None or error.retry_at > timezone.now() + MAX_WAIT:
        return _failed(str(error))
    if integration.attempts >= MAX_ATTEMPTS and not _made_progress(sync_run):
        return _failed(str(error))
    return _paused(error.retry_at, str(error))


@transaction.atomic
def _finish(integration: Integration, sync_run: SyncRun, outcome: SyncOutcome) -> None:
    now = timezone.now()
    is_over = outcome.continue_at is None
    changes: dict[str, Any] = {
        "status": outcome.integration_status,
        "last_error": outcome.error if outcome.integration_status == Status.ERROR else "",
        "not_before": outcome.continue_at or now,
        # Attempts count runs without progress; a large first import takes many runs with progress.
        "attempts": 0 if is_over or _made_progress(sync_run) else integration.attempts,
        "cursor": integration.cursor,
        # In the same update as the status: a crash between the two would leave a leased, finished row.
        "lease_until": None,
        "updated_at": now,
    }
    if outcome == SUCCEEDED and integration.sync_scope == SyncScope.ALL:
        changes |= {"last_sync_at": now, **schedule.after_run(integration, succeeded=True)}
    elif is_over and outcome != SUCCEEDED:
        changes |= schedule.after_run(integration, succeeded=False)
    store = finish_or_repeat if outcome == SUCCEEDED else update_if_owned
    if not store(integration, **changes):
        _abandon(integration, sync_run)
        return
    _finish_run(sync_run, outcome.run_status, outcome.error)
    if is_over:
        name = "integration.synced" if outcome == SUCCEEDED else "integration.sync_failed"
        counts = {"pushed": sync_run.pushed, "pulled": sync_run.pulled}
        log_event(name, integration, by=BY_INTEGRATION, provider=integration.provider, **counts)


def _made_progress(sync_run: SyncRun) -> bool:
    return bool(sync_run.pushed or sync_run.pulled)


def finish_or_repeat(integration: Integration, **changes: Any) -> bool:
    """End the sync, or start again at once if another was requested meanwhile."""
    if update_if_owned(integration, where={"requested_at": integration.requested_at}, **changes):
        return True
    # Everything is synced by now; the request was about changes since.
    scope = {"sync_scope": SyncScope.PENDING} if integration.sync_scope == SyncScope.ALL else {}
    return update_if_owned(integration, **changes | scope | {"status": Status.SYNCING})


def _abandon(integration: Integration, sync_run: SyncRun) -> None:
    # The lease is released only if it is still ours; the new owner of the row keeps its own.
    leases.write(integration, lease_until=None)
    version = integration.credentials_version
    is_same = Integration.objects.filter(pk=integration.pk, credentials_version=version).exists()
    _finish_run(sync_run, RunStatus.INTERRUPTED, LEASE_LOST if is_same else CONNECTION_CHANGED)


def _finish_run(sync_run: SyncRun, status: str, error: str) -> None:
    counts = {name: getattr(sync_run, name) for name in ("pushed", "pulled", "refusals", "notes")}
    SyncRun.transitions.apply(sync_run, status, error=error, finished_at=timezone.now(), **counts)
    runs = SyncRun.objects.filter(integration=sync_run.integration_id).order_by("-started_at", "-id")
    SyncRun.objects.filter(pk__in=list(runs.values_list("pk", flat=True)[MAX_RUNS_KEPT:])).delete()
