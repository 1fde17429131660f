"""Which sync runs next. A message in the queue is only a hint that some sync waits."""

from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import Integration
from integrations.sync import engine
from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.queues import enqueue

KIND = "sync"  # of the use that fair_queue.py counts
MAX_ENQUEUED = 20  # by a sweep; a job that has run a sync enqueues the next


def run_next() -> bool:
    """Run one waiting sync; return whether there was one.

    It is the one that has waited longest in the organisation whose syncs have taken the least time: an organisation
    with many projects, or with a slow server, does not delay the others.
    """
    return fair_queue.run_next(KIND, _waiting(), engine.sync, organization="organization", since="not_before")


def _waiting() -> QuerySet[Integration]:
    return Integration.objects.filter(
        unleased(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    )


def requeue_waiting() -> None:
    """Enqueue syncs whose message was lost, whose worker died, or that waited for a rate limit."""
    for pk in _waiting().order_by("not_before").values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("integrations.run_sync", str(pk))
