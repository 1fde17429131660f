"""Connect a provider, ask for a sync, disconnect."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.record import record
from integrations import credentials as secrets
from integrations import oauth, timetable
from integrations.configuration import configuration
from integrations.errors import (
    NeverConnected,
    NotConnected,
    SignInRefused,
    SignInUnavailable,
    UnknownProvider,
)
from integrations.models import Hook, Integration
from integrations.providers import ADAPTERS, PROVIDERS
from integrations.providers.base import Refused, Unavailable
from krafter_audit.http.client import Client, Limits
from krafter_audit.jobs import enqueue_on_commit
from krafter_audit.security.vault import VaultError

Status, Scope = Integration.Status, Integration.Scope
SIGN_IN_LIMITS = Limits(connect=3.0, read=8.0, total=10.0, body=256 * 1024)
MOST_AT_ONCE = 500  # scheduled syncs


@transaction.atomic
def connect(project: Project, provider: str, *, credentials: Mapping[str, Any], by: Actor) -> Integration:
    """Seal and keep credentials; calling it again replaces them. A sync that is running stops by itself.

    Those that name choices alone (another repository) change the choices and keep the secrets.
    """
    row = _row(project, provider)
    credentials = {**_kept_beside(row, credentials), **credentials}
    Integration.transitions.apply(
        row,
        Status.CONNECTED,
        credentials=secrets.seal(row, credentials),
        generation=F("generation") + 1,
        last_error="",
        failures=0,
        next_sync_at=timetable.slot(row, timezone.now()),
    )
    record("integration.connected", row, by=by, provider=provider)
    return row


def connect_by_code(
    project: Project, provider: str, *, auth_code: str, by: Actor, **extra: str
) -> Integration:
    """Exchange an OAuth code at the provider, now, since it works once; then connect."""
    credentials = sign_in(project, provider, auth_code=auth_code, **extra)
    return connect(project, provider, credentials=credentials, by=by)


def sign_in(project: Project, provider: str, *, auth_code: str, **extra: str) -> dict[str, Any]:
    """Return the credentials that the provider gives for an OAuth code; call it outside of any transaction.

    What was chosen before and is no secret (GitHub's repository) is kept: a code does not name it.
    """
    refuse_unknown(provider)
    adapter = ADAPTERS.get(provider)
    if adapter is None:
        raise SignInRefused(f"This build has no sign-in for {provider}: send credentials instead.")
    try:
        with Client(limits=SIGN_IN_LIMITS) as client:
            tokens = oauth.exchange(client, adapter, configuration(provider), code=auth_code, **extra)
    except Refused as refusal:
        raise SignInRefused(str(refusal), details={"auth_code": [str(refusal)]}) from None
    except Unavailable:
        raise SignInUnavailable from None
    return {**_chosen(project, provider), **tokens}


@transaction.atomic
def disconnect(project: Project, provider: str, *, by: Actor) -> Integration:
    """Wipe the credentials; the row and what it was linked to stay."""
    row = _existing(project, provider)
    if row is None:
        raise NeverConnected
    if row.status != Status.DISCONNECTED:
        Integration.transitions.apply(
            row,
            Status.DISCONNECTED,
            credentials=None,
            generation=F("generation") + 1,
            last_error="",
            next_sync_at=None,
        )
        Hook.objects.filter(integration=row).delete()
        record("integration.disconnected", row, by=by, provider=provider)
    return row


@transaction.atomic
def request_sync(project: Project, provider: str, *, by: Actor) -> Integration:
    """Move the row to syncing and wake a worker; a row that is syncing already stays as it is."""
    row = connected(project, provider)
    if row.status == Status.SYNCING:
        if row.scope == Scope.PENDING:
            _want(row, Scope.ALL)
        return row
    begin(row, Scope.ALL)
    record("integration.sync_requested", row, by=by, provider=provider)
    return row


@transaction.atomic
def wake(row: Integration, *, scope: str = Scope.PENDING, after: int = 0) -> None:
    """Have a worker carry out what is pending at a provider, in `after` seconds.

    One that is at work already begins again after it.
    """
    row = Integration.objects.select_for_update().get(pk=row.pk)
    if row.status == Status.SYNCING:
        _want(row, row.scope if scope == Scope.PENDING else scope)
    elif row.status == Status.CONNECTED:
        begin(row, scope, after)


def begin(row: Integration, scope: str, after: int = 0) -> None:
    """Move a locked row to syncing and wake a worker."""
    now = timezone.now()
    begin = now + timedelta(seconds=after)
    Integration.transitions.apply(
        row, Status.SYNCING, not_before=begin, attempts=0, scope=scope, wanted_at=now
    )
    if not after:
        enqueue_on_commit("integrations.sync", str(row.pk))


def start_due() -> int:
    """Ask for the syncs whose time has come; return how many. One that is syncing has no time: it ends first."""
    due = Integration.objects.filter(
        status__in=[Status.CONNECTED, Status.ERROR], next_sync_at__lte=timezone.now()
    )
    started = 0
    for pk in list(due.order_by("next_sync_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                Integration.objects.filter(pk=pk).update(next_sync_at=timetable.slot(row, timezone.now()))
                begin(row, Scope.ALL)
                started += 1
    return started


def _want(row: Integration, scope: str) -> None:
    """Leave a wish for a row that is syncing: `updated_at` stays, since nothing that is shown changes."""
    Integration.objects.filter(pk=row.pk).update(scope=scope, wanted_at=timezone.now())


def connected(project: Project, provider: str) -> Integration:
    """Lock and return the row of a provider. Raises NotConnected where it is not connected."""
    row = _existing(project, provider)
    if row is None or row.status == Status.DISCONNECTED:
        raise NotConnected
    return row


def refuse_unknown(provider: str) -> None:
    """Raise UnknownProvider unless it is one of the eight."""
    if provider not in PROVIDERS:
        raise UnknownProvider


def _existing(project: Project, provider: str) -> Integration | None:
    refuse_unknown(provider)
    rows = Integration.objects.select_for_update(of=("self",)).select_related("project__organization")
    return rows.filter(project=project, organization_id=project.organization_id, provider=provider).first()


def _row(project: Project, provider: str) -> Integration:
    """Lock the row, made first where there is none: two first connects at once make one."""
    refuse_unknown(provider)
    fresh = Integration(project=project, organization_id=project.organization_id, provider=provider)
    Integration.objects.bulk_create([fresh], ignore_conflicts=True)
    row = _existing(project, provider)
    if row is None:
        raise NeverConnected
    return row


def _kept_beside(row: Integration, credentials: Mapping[str, Any]) -> dict[str, Any]:
    adapter = ADAPTERS.get(row.provider)
    if adapter is None or row.credentials is None or not set(credentials) <= set(adapter.chosen):
        return {}
    try:
        return secrets.opened(row)
    except VaultError:
        return {}


def _chosen(project: Project, provider: str) -> dict[str, Any]:
    row = Integration.objects.filter(project=project, provider=provider, credentials__isnull=False).first()
    adapter = ADAPTERS.get(provider)
    if row is None or adapter is None:
        return {}
    try:
        before = secrets.opened(row)
    except VaultError:
        return {}
    return {name: before[name] for name in adapter.chosen if name in before}
