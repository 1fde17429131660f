from uuid import UUID

from krafter_audit.db.leases import unleased
from krafter_audit.jobs.queues import enqueue, queue_is_stalled
from remediation.checks.queues import JOB_OF_SCANNER, priority_of
from remediation.models import Verification, VerificationPart
from scans.models import Scanner

BROWSER_QUEUE = "verify_browser"
MAX_REQUEUED = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # parts per run; those of browsers take long


def enqueue_again(verification_id: UUID, scanner: Scanner) -> None:
    """Enqueue a part of which checks are left."""
    trigger = Verification.objects.values_list("trigger", flat=True).get(pk=verification_id)
    enqueue(JOB_OF_SCANNER[scanner], str(verification_id), priority=priority_of(trigger))


def requeue_verifications() -> None:
    """Enqueue pending parts. Without a browser worker, HTTP workers finish browser parts, as inconclusive."""
    pending = VerificationPart.objects.filter(unleased(), finished_at__isnull=True).order_by("created_at")
    for scanner in JOB_OF_SCANNER:
        columns = ("verification_id", "created_at", "verification__trigger")
        rows = pending.filter(scanner=scanner).values_list(*columns)
        parts = list(rows[: MAX_REQUEUED[scanner]])
        has_no_worker = (
            scanner == Scanner.BROWSER and bool(parts) and queue_is_stalled(BROWSER_QUEUE, since=parts[0][1])
        )
        for pk, _, trigger in parts:
            priority = priority_of(trigger)
            if has_no_worker:
                enqueue("remediation.run_verification", str(pk), scanner, priority=priority)
            else:
                enqueue(JOB_OF_SCANNER[scanner], str(pk), priority=priority)
