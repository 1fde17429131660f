"""Writing the record."""

import json
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.actors import Actor
from accounts.models import Project
from events.models import Event
from krafter_audit.db.statements import Inserting, Text
from krafter_audit.lib.together import do


class Subject(Protocol):
    """Anything with an id that lives in a project."""

    pk: Any
    project: Project


# One event is written with every change: in words of its own, it costs a tenth of what a model's does.
WRITE = Text(
    """
    INSERT INTO events_event
        (organization_id, project_id, name, subject_id, actor_id, actor, request_id, data, at)
    VALUES (%(organization)s, %(project)s, %(name)s, %(subject)s, %(by)s, %(actor)s, %(request)s, %(data)s, %(at)s)
    RETURNING 1
    """,
    Event,
)

MANY = Inserting(Event)


def record(name: str, subject: Subject, *, by: Actor, **data: Any) -> None:
    """Write one event about `subject` in the current transaction, or with what is done `in_one_statement`."""
    do(
        WRITE,
        organization=subject.project.organization_id,
        project=subject.project.pk,
        name=name,
        subject=subject.pk,
        by=by.user_id,
        actor=by.kind,
        request=by.request_id,
        data=Jsonb(data, dumps=_json),
        at=timezone.now(),
    )


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder)


def record_many(
    name: str, project: Project, subjects: Iterable[tuple[UUID, dict[str, Any]]], *, by: Actor
) -> None:
    """Write one event for each `(subject id, data)` in one statement."""
    now = timezone.now()
    MANY.write(
        Event(
            organization_id=project.organization_id,
            project_id=project.pk,
            name=name,
            subject_id=subject_id,
            actor_id=by.user_id,
            actor=by.kind,
            request_id=by.request_id,
            data=data,
            at=now,
        )
        for subject_id, data in subjects
    )
