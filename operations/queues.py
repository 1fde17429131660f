from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.models import OutboxEntry
from integrations.models import Integration
from krafter_audit.db import redis_client
from krafter_audit.jobs.queues import QUEUES, lists_of
from notifications.models import Alert, EventDelivery
from notifications.webhooks.queries import due_deliveries, with_due_deliveries
from remediation.models import VerificationPart
from reports.models import Report, Share
from scans.models import Scanner, ScanPart, Site


@dataclass(frozen=True)
class PendingWork:
    """Rows of one kind whose work is due, the first of them since `oldest`."""

    kind: str
    rows: int
    oldest: datetime | None

    @property
    def age_seconds(self) -> float:
        return max(0.0, (timezone.now() - self.oldest).total_seconds()) if self.oldest else 0.0


def queue_lengths() -> dict[str, int]:
    """Return the number of messages in each queue. Raises redis.RedisError."""
    with redis_client.create_client(settings.REDIS_URL) as server:
        return {queue: sum(int(server.llen(key)) for key in lists_of(queue)) for queue in QUEUES}


def pending_work() -> list[PendingWork]:
    """Return the pending work of every kind, leased or not, by one query each on the sweeps' index."""
    return [measure(kind, rows, column) for kind, rows, column in _pending_rows()]


def measure(kind: str, rows: QuerySet[Any], column: str) -> PendingWork:
    """Count rows whose work is due; `column` has the time since which it is."""
    found = rows.aggregate(number=Count("pk"), oldest=Min(column))
    return PendingWork(kind, found["number"], found["oldest"])


def unfinished_scan_parts() -> QuerySet[Any]:
    # A scan of many pages runs for long: the time of its last progress counts.
    parts = ScanPart.objects.filter(finished_at__isnull=True)
    return parts.annotate(progressed_at=Coalesce("ingested_at", "created_at"))


def due_syncs() -> QuerySet[Integration]:
    return Integration.objects.filter(status=Integration.Status.SYNCING, not_before__lte=timezone.now())


def due_webhooks() -> QuerySet[EventDelivery]:
    # Messages to an endpoint that is paused or disabled wait for the endpoint, not for a worker.
    return due_deliveries().filter(endpoint__in=with_due_deliveries())


def due_outbox_entries() -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(not_before__lte=timezone.now())


def _pending_rows() -> Iterator[tuple[str, QuerySet[Any], str]]:
    now = timezone.now()
    for scanner in Scanner.values:
        yield f"scan_{scanner}", unfinished_scan_parts().filter(scanner=scanner), "progressed_at"
        verifications = VerificationPart.objects.filter(finished_at__isnull=True, scanner=scanner)
        yield f"verification_{scanner}", verifications, "created_at"
    yield "site_verification", Site.objects.filter(check_requested=True), "updated_at"
    yield "sync", due_syncs(), "not_before"
    yield "alert", Alert.objects.filter(status__in=Alert.UNFINISHED, due_at__lte=now), "due_at"
    yield "export", Report.objects.filter(status__in=Report.PENDING), "created_at"
    yield "delivery", Share.objects.filter(status=Share.Status.QUEUED), "created_at"
    yield "webhook", due_webhooks(), "next_attempt_at"
    yield "outbox", due_outbox_entries(), "not_before"
