"""Cache which organisations have an enabled endpoint: only their events are stored for webhooks."""

import time
from uuid import UUID

from django.db import transaction

from notifications.models import WebhookEndpoint

# A process whose cache lacks a new endpoint stores no events for it. For a longer time after the endpoint's
# start they are also searched in the audit log (`fan_out.queue_missed`).
TTL_SECONDS = 5.0
MAX_ENTRIES = 10_000  # organisations in the cache of a process

_entries: dict[UUID, tuple[bool, float]] = {}


def has_endpoints(organization_id: UUID) -> bool:
    """Return whether the organisation has an enabled endpoint, as of some seconds ago."""
    entry = _entries.get(organization_id)
    if entry and time.monotonic() < entry[1]:
        return entry[0]
    found = WebhookEndpoint.objects.filter(
        organization_id=organization_id, status=WebhookEndpoint.Status.ENABLED
    ).exists()
    if len(_entries) >= MAX_ENTRIES:
        _entries.clear()
    _entries[organization_id] = (found, time.monotonic() + TTL_SECONDS)
    return found


def invalidate(organization_id: UUID) -> None:
    """Have an organisation's endpoints read again after a change."""
    _entries.pop(organization_id, None)
    # Again after the commit: until then other threads read the old rows.
    transaction.on_commit(lambda: _entries.pop(organization_id, None))
