"""A provider calls: the signature is looked at before anything else, the call is kept, and answered; work comes later.

Whoever cannot sign learns nothing: a wrong signature, an address that nobody made and one that was taken away get the
same answer. What is stale, known or of no interest is answered as what is new is.
"""

import hashlib
import json
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from integrations import services
from integrations.models import Delivery, Hook, Integration
from integrations.providers import ADAPTERS
from integrations.providers.webhooks import Call, Hooks, Told
from integrations.webhooks import services as hooks
from krafter_audit.api.errors import NotFound
from krafter_audit.security.vault import VaultError

NOBODY = "of-nobody"  # signed with where there is no secret, so that both ways take as long
EARLY = timedelta(minutes=1)  # clocks differ
QUIET = 30  # seconds in which news of findings is gathered before they are asked for


def receive(provider: str, integration_id: UUID, call: Call) -> None:
    """Take a call in. Raises NotFound unless it is signed with the secret of that integration."""
    adapter = ADAPTERS.get(provider)
    vendor = adapter.hooks if adapter else None
    if vendor is None:
        raise NotFound
    hook = _hook(provider, integration_id)
    if not vendor.is_signed(call, _secret(hook)) or hook is None:
        raise NotFound
    told = _read(vendor, call)
    if told is not None and _is_fresh(vendor, told):
        _keep(hook.integration, call, told)


def _hook(provider: str, integration_id: UUID) -> Hook | None:
    rows = Hook.objects.select_related("integration__project")
    rows = rows.exclude(integration__status=Integration.Status.DISCONNECTED)
    return rows.filter(integration=integration_id, integration__provider=provider).first()


def _secret(hook: Hook | None) -> str:
    try:
        return hooks.secret_of(hook) if hook else NOBODY
    except VaultError:
        raise NotFound from None


def _read(vendor: Hooks, call: Call) -> Told | None:
    """Read the body; None for one in a form that the vendor does not document: nobody is helped by a refusal."""
    try:
        return vendor.read(call, json.loads(call.body))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _is_fresh(vendor: Hooks, told: Told) -> bool:
    """Tell whether a delivery is one of now; without a time in it, it is known again by its id and body alone."""
    now = timezone.now()
    return told.sent_at is None or now - vendor.fresh_for <= told.sent_at <= now + EARLY


@transaction.atomic
def _keep(row: Integration, call: Call, told: Told) -> None:
    wanted = bool(told.tickets or told.findings)
    fresh = Delivery(
        integration=row,
        delivery=told.delivery[:200],
        digest=hashlib.sha256(told.event.encode() + b"\n" + call.body).hexdigest(),
        event=told.event[:100],
        tickets=list(told.tickets),
        changed_at=told.changed_at,
        done_at=None if told.tickets else timezone.now(),
    )
    Delivery.objects.bulk_create([fresh], ignore_conflicts=True)
    if not Delivery.objects.filter(pk=fresh.pk).exists():
        return
    Hook.objects.filter(integration=row).update(last_delivery_at=timezone.now())
    if wanted:
        scope = Integration.Scope.ALL if told.findings else Integration.Scope.PENDING
        services.wake(row, scope=scope, after=QUIET if told.findings else 0)
