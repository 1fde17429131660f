"""Which sync runs next. A message in the queue is only a hint that some sync waits."""

import time
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Min, QuerySet
from django.utils import timezone

from integrations.models import Integration
from integrations.sync import engine
from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.queues import enqueue

KIND = "sync"  # of the use that fair_queue.py counts
MAX_CANDIDATES = 20  # of an organisation: more only if other workers lease all of these at the same time
MAX_ENQUEUED = 20  # by a sweep; a job that has run a sync enqueues the next


def run_next() -> bool:
    """Run one waiting sync; return whether there was one.

    It is the one that has waited longest in the organisation whose syncs have taken the least time: an organisation
    with many projects, or with a slow server, does not delay the others.
    """
    for organization_id, integration_id in _waiting_fairly():
        started = time.monotonic()
        if engine.sync(integration_id):
            fair_queue.record_use(KIND, {organization_id: time.monotonic() - started})
            return True
    return False


def _waiting_fairly() -> Iterator[tuple[UUID, UUID]]:
    organizations = _waiting().order_by().values_list("organization").annotate(Min("not_before"))
    oldest = dict(organizations)
    for organization_id in fair_queue.by_least_use(KIND, sorted(oldest, key=oldest.__getitem__)):
        rows = _waiting().filter(organization=organization_id).order_by("not_before")
        for integration_id in rows.values_list("pk", flat=True)[:MAX_CANDIDATES]:
            yield organization_id, integration_id


def _waiting() -> QuerySet[Integration]:
    return Integration.objects.filter(
        unleased(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    )


def requeue_waiting() -> None:
    """Enqueue syncs whose message was lost, whose worker died, or that waited for a rate limit."""
    for pk in _waiting().order_by("not_before").values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("integrations.run_sync", str(pk))
