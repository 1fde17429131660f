"""Write the events of accounts, such as sign-ins, into the audit log."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from events.models import Event
from krafter_audit.api.middleware import request_id_of


def log_account_event(
    *, name: str, user: User | None, request: HttpRequest | None, data: dict[str, Any], **kwargs: Any
) -> None:
    """Write an event for each organisation of the user, so that each one's audit log has it.

    An event of a user without an organisation, or of an unknown e-mail address, is one for superusers alone.
    """
    organizations: list[UUID | None] = list(user.roles) if user else []
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            name=name,
            organization_id=organization_id,
            subject_id=user.pk if user else uuid5(NAMESPACE_URL, f"mailto:{data.get('email', '')}"),
            actor_id=_actor_id(request),
            actor="admin" if request else "system",
            request_id=request_id_of(request) if request else "",
            data=data,
            at=now,
        )
        for organization_id in organizations or [None]
    )


def _actor_id(request: HttpRequest | None) -> UUID | None:
    """Return the id of the user who is signed in."""
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None
