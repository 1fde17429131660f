"""Unsubscribe addresses from a project's alerts, by the signed link in each e-mail (RFC 8058)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.web.public_urls import public_url
from notifications.models import Unsubscription

SALT = "krafter_audit.notifications.unsubscribe"


@transaction.atomic
def unsubscribe(project: Project, email: str, *, by: Actor) -> None:
    """Send no more alerts of the project to an address; idempotent."""
    row, created = Unsubscription.objects.get_or_create(project=project, email=email.lower())
    if created:
        log_event("alerts.unsubscribed", row, by=by)


@transaction.atomic
def subscribe_again(project: Project, email: str, *, by: Actor) -> None:
    """Undo `unsubscribe`; idempotent."""
    rows = Unsubscription.objects.select_for_update(of=("self",)).select_related("project")
    row = rows.filter(project=project, email=email.lower()).first()
    if row is not None:
        log_event("alerts.subscribed", row, by=by)
        row.delete()


def is_unsubscribed(project: Project, email: str) -> bool:
    return Unsubscription.objects.filter(project=project, email=email.lower()).exists()


def subscribed_addresses(project: Project, addresses: Iterable[str]) -> list[str]:
    """Return the addresses that are not unsubscribed."""
    unsubscribed = set(Unsubscription.objects.filter(project=project).values_list("email", flat=True))
    return [address for address in addresses if address.lower() not in unsubscribed]


def unsubscribe_url(project: Project, email: str) -> str:
    """Return the unsubscribe link of an address."""
    # Without an expiry, as mail clients may use it at any time.
    token = _signer().sign_object({"project": str(project.pk), "email": email})
    return public_url("unsubscribe", token)


def parse_token(token: str) -> tuple[Project, str] | None:
    """Return the project and the address of a valid link."""
    try:
        value: Any = _signer().unsign_object(token)
    except BadSignature:
        return None
    project = Project.objects.filter(pk=UUID(value["project"])).first()
    return (project, value["email"]) if project else None


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
