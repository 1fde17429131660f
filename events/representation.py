from typing import Any

from accounts.models import Project
from events.models import Event
from krafter_audit.http.timestamps import format_timestamp


def represent(event: Event, project: Project | None) -> dict[str, Any]:
    """Return an event as feeds and webhooks show it, in the order of the API."""
    return {
        "id": event.pk,
        "type": event.name,
        "org_id": str(event.organization_id),
        "project_id": project.slug if project else None,
        "subject_id": str(event.subject_id),
        "actor": event.actor,
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "request_id": event.request_id,
        "data": event.data,
        "created_at": format_timestamp(event.at),
    }
