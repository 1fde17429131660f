from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from integrations import credentials as secrets
from integrations.errors import NeverConnected, NotConnected, SignInRefused, SignInUnavailable
from integrations.models import Integration, Webhook
from integrations.oauth import flow
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.queries import require_known_provider
from integrations.sync import schedule
from krafter_audit.api.etags import require_match
from krafter_audit.http.client import Client, Limits
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue_on_commit
from krafter_audit.security.vault import VaultError

Status, SyncScope = Integration.Status, Integration.SyncScope
SIGN_IN_LIMITS = Limits(connect=3.0, read=8.0, total=10.0, body=256 * 1024)
BATCH_SIZE = 500  # scheduled syncs


@transaction.atomic
def connect(project: Project, provider: str, *, credentials: Mapping[str, Any], by: Actor) -> Integration:
    """Store or replace credentials; a running sync stops by itself.

    Credentials that only contain choices (such as another repository) keep the stored secrets of the same server.
    """
    integration = _lock_or_create(project, provider)
    stored = _stored_credentials(integration)
    if _keeps_secrets(PROVIDER_CLASSES[provider], stored, credentials):
        credentials = {**stored, **credentials}
    Integration.transitions.apply(
        integration,
        Status.CONNECTED,
        credentials=secrets.seal(integration, credentials),
        credentials_version=F("credentials_version") + 1,
        last_error="",
        failures=0,
        next_sync_at=schedule.next_slot(integration, timezone.now()),
    )
    log_event("integration.connected", integration, by=by, provider=provider)
    return integration


def exchange_code(project: Project, provider: str, *, auth_code: str, **extra: str) -> dict[str, Any]:
    """Return the credentials that the provider issues for an OAuth code. Call it outside of a transaction."""
    require_known_provider(provider)
    provider_class = PROVIDER_CLASSES[provider]
    try:
        with Client(limits=SIGN_IN_LIMITS) as client:
            tokens = flow.exchange_code(client, provider_class, code=auth_code, **extra)
    except ProviderRefused as error:
        raise SignInRefused(str(error), details={"auth_code": [str(error)]}) from None
    except ProviderUnavailable:
        raise SignInUnavailable from None
    # A code does not name the choices, such as GitHub's repository: those of an earlier connection stay.
    return {**stored_choices(project, provider), **tokens}


def stored_choices(project: Project, provider: str) -> dict[str, Any]:
    """Return the stored credentials that are no secrets, such as the repository."""
    stored = with_stored_secrets(project, provider, {})
    return {name: stored[name] for name in PROVIDER_CLASSES[provider].public_credentials if name in stored}


def with_stored_secrets(project: Project, provider: str, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials that `connect` would store for choices only."""
    existing = Integration.objects.filter(project=project, provider=provider).first()
    return {**(_stored_credentials(existing) if existing else {}), **choices}


def server_choices(project: Project, provider: str) -> tuple[str, ...]:
    """Return the names of the choices that name the server: if one changes, the stored secrets are not reused."""
    return PROVIDER_CLASSES[provider].server_choices(with_stored_secrets(project, provider, {}))


@transaction.atomic
def disconnect(project: Project, provider: str, *, by: Actor, if_match: str | None = None) -> Integration:
    """Delete credentials and webhook; the integration and its links to tickets stay."""
    integration = _lock(project, provider)
    if integration is None:
        raise NeverConnected
    require_match(if_match, integration)
    if integration.status != Status.DISCONNECTED:
        Integration.transitions.apply(
            integration,
            Status.DISCONNECTED,
            credentials=None,
            credentials_version=F("credentials_version") + 1,
            last_error="",
            next_sync_at=None,
        )
        Webhook.objects.filter(integration=integration).delete()
        log_event("integration.disconnected", integration, by=by, provider=provider)
    return integration


@transaction.atomic
def sync_now(project: Project, provider: str, *, by: Actor) -> Integration:
    """Start a sync of everything, unless one is running."""
    integration = lock_connected(project, provider)
    if integration.status == Status.SYNCING:
        if integration.sync_scope == SyncScope.PENDING:
            _request_again(integration, SyncScope.ALL)
        return integration
    _start(integration, SyncScope.ALL)
    log_event("integration.sync_requested", integration, by=by, provider=provider)
    return integration


@transaction.atomic
def request_sync(integration: Integration, *, scope: str = SyncScope.PENDING, delay_seconds: int = 0) -> None:
    """Let a worker sync the pending changes, after a running sync if there is one.

    Changes of an archived project stay pending until it is restored.
    """
    rows = Integration.objects.select_for_update(of=("self",)).select_related("project")
    integration = rows.get(pk=integration.pk)
    if integration.project.archived_at is not None:
        return
    if integration.status == Status.SYNCING:
        # `all` includes what is pending: a request never narrows the scope of the sync.
        _request_again(integration, integration.sync_scope if scope == SyncScope.PENDING else scope)
    elif integration.status == Status.CONNECTED:
        _start(integration, scope, delay_seconds)


def start_due_syncs() -> int:
    """Start the scheduled syncs that are due; return how many."""
    due = Integration.objects.filter(
        status__in=[Status.CONNECTED, Status.ERROR],
        next_sync_at__lte=timezone.now(),
        project__archived_at=None,
    )
    started = 0
    for pk in list(due.order_by("next_sync_at").values_list("pk", flat=True)[:BATCH_SIZE]):
        with isolated("start of sync", pk) as isolation:
            started += _start_due(due, pk)
        if isolation.failed:  # behind the others
            Integration.objects.filter(pk=pk).update(next_sync_at=timezone.now() + schedule.INTERVAL)
    return started


@transaction.atomic
def _start_due(due: QuerySet[Integration], pk: UUID) -> bool:
    # Read again under the lock: another beat process may have started it. A locked row is being changed by a request,
    # and is still due at the next call.
    integration = due.select_for_update(skip_locked=True).filter(pk=pk).first()
    if integration is None:
        return False
    slot = schedule.next_slot(integration, timezone.now())
    Integration.objects.filter(pk=pk).update(next_sync_at=slot)
    _start(integration, SyncScope.ALL)
    return True


def lock_connected(project: Project, provider: str) -> Integration:
    """Lock and return an integration. Raises NotConnected."""
    integration = _lock(project, provider)
    if integration is None or integration.status == Status.DISCONNECTED:
        raise NotConnected
    return integration


def _start(integration: Integration, scope: str, delay_seconds: int = 0) -> None:
    now = timezone.now()
    Integration.transitions.apply(
        integration,
        Status.SYNCING,
        not_before=now + timedelta(seconds=delay_seconds),
        attempts=0,
        sync_scope=scope,
        requested_at=now,
    )
    # A delayed sync is enqueued by integrations.requeue_pending when `not_before` has passed.
    if not delay_seconds:
        enqueue_on_commit("integrations.run_sync", str(integration.pk))


def _request_again(integration: Integration, scope: str) -> None:
    # `updated_at` stays, since nothing that a response shows changes: ETags remain valid.
    Integration.objects.filter(pk=integration.pk).update(sync_scope=scope, requested_at=timezone.now())


def _lock(project: Project, provider: str) -> Integration | None:
    require_known_provider(provider)
    rows = Integration.objects.select_for_update(of=("self",)).select_related("project__organization")
    return rows.filter(project=project, organization_id=project.organization_id, provider=provider).first()


def _lock_or_create(project: Project, provider: str) -> Integration:
    # Two concurrent first connects create one row: the insert of the second is ignored, and it waits for the lock.
    require_known_provider(provider)
    new = Integration(project=project, organization_id=project.organization_id, provider=provider)
    Integration.objects.bulk_create([new], ignore_conflicts=True)
    integration = _lock(project, provider)
    if integration is None:
        raise NeverConnected
    return integration


def _keeps_secrets(
    provider_class: type[Provider], stored: Mapping[str, Any], credentials: Mapping[str, Any]
) -> bool:
    servers = provider_class.server_choices(stored)
    are_choices = set(credentials) <= set(provider_class.public_credentials)
    return are_choices and all(
        credentials.get(name, stored.get(name)) == stored.get(name) for name in servers
    )


def _stored_credentials(integration: Integration) -> dict[str, Any]:
    # Credentials whose key is lost do not open; connecting again replaces them.
    try:
        return secrets.open_credentials(integration)
    except VaultError:
        return {}
