from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organization, Project
from events import outbox
from events.models import Event

BATCH_SIZE = 500  # rows of one INSERT


class EventSubject(Protocol):
    pk: Any
    project: Project


def log_event(name: str, subject: EventSubject, *, by: Actor, **data: Any) -> None:
    """Write one event about `subject` in the current transaction."""
    log_events(name, subject.project, [(subject.pk, data)], by=by)


# An event without its change, or a change without its event, must not exist.
@transaction.atomic(savepoint=False)
def log_events(
    name: str, project: Project, subjects: Iterable[tuple[UUID, dict[str, Any]]], *, by: Actor
) -> None:
    """Write one event for each `(subject id, data)` in the current transaction."""
    now = timezone.now()
    events = [
        _event(
            name, subject_id, by, data, organization_id=project.organization_id, project_id=project.pk, at=now
        )
        for subject_id, data in subjects
    ]
    Event.objects.bulk_create(events, batch_size=BATCH_SIZE)
    outbox.enqueue(events)


def log_organization_event(
    name: str, organization: Organization | None, subject_id: UUID, /, *, by: Actor, **data: Any
) -> None:
    """Write an event without a project; it has no consumers and is in no project's feed.

    An event without an organisation is only for superusers.
    """
    organization_id = organization.pk if organization else None
    _event(name, subject_id, by, data, organization_id=organization_id, at=timezone.now()).save()


def _event(name: str, subject_id: UUID, by: Actor, data: dict[str, Any], **fields: Any) -> Event:
    return Event(
        name=name,
        subject_id=subject_id,
        actor_id=by.user_id,
        actor=by.kind,
        request_id=by.request_id,
        data=data,
        **fields,
    )
