"""Choose the endpoint of the next messages. A message in the queue is only a hint that some endpoint waits."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.queues import enqueue
from notifications.models import WebhookEndpoint
from notifications.webhooks import delivery
from notifications.webhooks.queries import with_due_deliveries

KIND = "webhook"  # of the use that fair_queue.py counts
MAX_ENQUEUED = 200  # endpoints in one sweep
# Endpoints of an organisation at the same time. One that answers slowly holds a process for 15 seconds: the other of
# the two that usually deliver is left to others.
MAX_RUNNING = 1


def run_next() -> bool:
    """Deliver what is due to one endpoint; return whether there was one.

    It is the one that has waited longest since its last messages, in the organisation whose endpoints have taken the
    least time: many or slow endpoints delay no other organisation.
    """
    endpoints = WebhookEndpoint.objects.all()
    busy = fair_queue.organizations_that_run(endpoints, at_least=MAX_RUNNING, organization="organization")
    rows = _waiting().exclude(organization__in=busy)
    return fair_queue.run_next(KIND, rows, delivery.deliver, organization="organization", since="served_at")


def _waiting() -> QuerySet[Any]:
    # When it last got messages.
    served_at = Coalesce(Greatest("last_success_at", "last_failure_at"), "created_at")
    return with_due_deliveries().filter(unleased()).annotate(served_at=served_at)


def requeue_pending() -> None:
    """Enqueue a job for each endpoint with due deliveries that no worker holds, and for each notice that is due."""
    for pk in _waiting().order_by("served_at", "pk").values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("notifications.deliver_to_webhook", str(pk))
    notices = WebhookEndpoint.objects.filter(unleased(), notice_due_at__lte=timezone.now())
    for pk in notices.order_by("notice_due_at").values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("notifications.send_webhook_notice", str(pk))
