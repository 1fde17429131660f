from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership, Project
from accounts.roles import MANAGERS
from events.log import log_event
from krafter_audit import slack
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.etags import require_match
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.security import vault
from notifications.errors import AlertDestinationNotFound
from notifications.models import Destination
from remediation.alert_routing import AlertChannel

MAX_RECIPIENTS = 50


@transaction.atomic
def set_destination(
    project: Project, channel: str, *, by: Actor, if_match: str | None = None, **settings: Any
) -> Destination:
    """Set a channel's destination: `webhook_url` for Slack, `recipients` for e-mail."""
    require_known_channel(channel)
    is_slack = channel == AlertChannel.SLACK
    url, recipients = (_webhook_url(settings), []) if is_slack else ("", _recipients(settings))
    # Two requests that set it at the same time follow each other, also where there is no row to lock yet.
    advisory_lock(f"alert destination:{project.pk}:{channel}")
    stored = Destination.objects.filter(project=project, channel=channel).first()
    require_match(if_match, stored)
    known = vault.open_or_none(stored.credentials, owner=owner_of(stored)) if stored else None
    if stored and stored.recipients == recipients and (not is_slack or known == url.encode()):
        return stored
    destination = stored or Destination(project=project, channel=channel)
    destination.recipients = recipients
    # A Slack webhook is a secret: knowing it is enough to post to the channel.
    destination.credentials = vault.seal(url.encode(), owner=owner_of(destination)) if url else None
    destination.save()
    log_event("destination.set", destination, by=by, channel=channel)
    return destination


def _webhook_url(settings: dict[str, Any]) -> str:
    url = str(settings.get("webhook_url") or "")
    if settings.get("recipients") is not None or not slack.is_webhook(url):
        raise InvalidParams(details={"webhook_url": [slack.INVALID_WEBHOOK_URL]})
    return url


def _recipients(settings: dict[str, Any]) -> list[str]:
    if settings.get("webhook_url") is not None or not settings.get("recipients"):
        raise InvalidParams(details={"recipients": [f"Send 1 to {MAX_RECIPIENTS} addresses."]})
    return list(dict.fromkeys(settings["recipients"]))


@transaction.atomic
def delete_destination(
    project: Project, channel: str, *, by: Actor, if_match: str | None = None
) -> Destination:
    """Delete a channel's destination. Raises AlertDestinationNotFound."""
    require_known_channel(channel)
    found = Destination.objects.select_for_update().filter(project=project, channel=channel)
    destination = found.first()
    if destination is None:
        raise AlertDestinationNotFound
    require_match(if_match, destination)
    log_event("destination.removed", destination, by=by, channel=channel)
    found.delete()
    return destination


def get_destination(project: Project, channel: str) -> Destination:
    """Return a channel's destination. Raises AlertDestinationNotFound."""
    require_known_channel(channel)
    destination = Destination.objects.filter(project=project, channel=channel).first()
    if destination is None:
        raise AlertDestinationNotFound
    return destination


def require_known_channel(channel: str) -> None:
    if channel not in AlertChannel.values:
        raise AlertDestinationNotFound


def administrator_addresses(organization_id: UUID) -> list[str]:
    """Return the addresses of an organisation's owners and admins: the recipients where none are set."""
    members = Membership.objects.filter(organization=organization_id, role__in=MANAGERS, user__is_active=True)
    return list(members.order_by("user__email").values_list("user__email", flat=True)[:MAX_RECIPIENTS])


def open_webhook_url(destination: Destination) -> str:
    """Decrypt the URL of a Slack webhook. Raises VaultError."""
    return vault.open_sealed(destination.credentials, owner=owner_of(destination)).decode()


def owner_of(destination: Destination) -> tuple[str, ...]:
    return (str(destination.project_id), "alerts", destination.channel)
