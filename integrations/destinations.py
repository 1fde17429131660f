"""Where a project's alerts go. A Slack webhook is a secret: it is sealed, and never shown again."""

from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership, Project
from events.log import log_event
from integrations.alert_models import Channel
from integrations.errors import NoDestination
from integrations.models import Destination
from krafter_audit.api.errors import InvalidParams
from krafter_audit.http import slack
from krafter_audit.security import vault

TOLD = (Membership.Role.OWNER, Membership.Role.ADMIN)
HIDDEN_URL = "https://hooks.slack.com/services/…"


def owner_of(row: Destination) -> tuple[str, ...]:
    """Return whom the webhook of a destination belongs to."""
    return (str(row.project_id), "alerts", row.channel)


def webhook_of(row: Destination) -> str:
    """Open the address of a Slack webhook. Raises VaultError when it does not open."""
    return vault.open_sealed(bytes(row.credentials or b""), owner=owner_of(row)).decode()


def resealed(row: Destination) -> bytes:
    """Return the webhook, sealed anew with the first key."""
    return vault.seal(webhook_of(row).encode(), owner=owner_of(row))


@transaction.atomic
def put(project: Project, channel: str, *, by: Actor, **given: Any) -> Destination:
    """Set where a channel leads; again = replaced."""
    refuse_unknown(channel)
    row = Destination(project=project, channel=channel)
    kept: dict[str, Any] = {"credentials": None, "recipients": []}
    if channel == Channel.SLACK:
        kept["credentials"] = vault.seal(_webhook(given).encode(), owner=owner_of(row))
    else:
        kept["recipients"] = _recipients(given)
    row, _ = Destination.objects.update_or_create(project=project, channel=channel, defaults=kept)
    log_event("destination.set", row, by=by, channel=channel)
    return row


def _webhook(given: dict[str, Any]) -> str:
    url = str(given.get("webhook_url") or "")
    if given.get("recipients") is not None or not slack.is_webhook(url):
        raise InvalidParams(details={"webhook_url": [slack.INVALID_WEBHOOK_URL]})
    return url


def _recipients(given: dict[str, Any]) -> list[str]:
    if given.get("webhook_url") is not None or not given.get("recipients"):
        raise InvalidParams(details={"recipients": ["Send 1 to 50 addresses."]})
    return list(dict.fromkeys(given["recipients"]))


@transaction.atomic
def remove(project: Project, channel: str, *, by: Actor) -> Destination:
    """Forget where a channel leads."""
    refuse_unknown(channel)
    row = Destination.objects.select_for_update().filter(project=project, channel=channel).first()
    if row is None:
        raise NoDestination
    log_event("destination.removed", row, by=by, channel=channel)
    Destination.objects.filter(pk=row.pk).delete()
    return row


def refuse_unknown(channel: str) -> None:
    """Raise NoDestination unless it is one of the channels."""
    if channel not in Channel.values:
        raise NoDestination


def people_of(project: Project) -> list[str]:
    """Return who is told by e-mail where no addresses are set: owners and admins."""
    members = Membership.objects.filter(organization=project.organization_id, role__in=TOLD)
    active = members.filter(user__is_active=True).order_by("user__email")
    return list(active.values_list("user__email", flat=True)[:50])


def shown(row: Destination) -> dict[str, Any]:
    """Return what an answer shows: never the webhook."""
    return {
        "channel": row.channel,
        "webhook_url": HIDDEN_URL if row.credentials else None,
        "recipients": row.recipients,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
