from krafter_audit.db.leases import unleased
from krafter_audit.jobs.queues import enqueue, queue_is_stalled
from remediation.checks.queues import JOB_OF_SCANNER
from remediation.models import VerificationPart
from scans.models import Scanner

BROWSER_QUEUE = "verify_browser"
MAX_REQUEUED = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # parts per run; those of browsers take long


def requeue_verifications() -> None:
    """Enqueue pending parts. Without a browser worker, HTTP workers finish browser parts, as inconclusive."""
    pending = VerificationPart.objects.filter(unleased(), finished_at__isnull=True).order_by("created_at")
    for scanner in JOB_OF_SCANNER:
        rows = pending.filter(scanner=scanner).values_list("verification_id", "created_at")
        parts = list(rows[: MAX_REQUEUED[scanner]])
        has_no_worker = (
            scanner == Scanner.BROWSER and bool(parts) and queue_is_stalled(BROWSER_QUEUE, since=parts[0][1])
        )
        for pk, _ in parts:
            if has_no_worker:
                enqueue("remediation.run_verification", str(pk), scanner)
            else:
                enqueue(JOB_OF_SCANNER[scanner], str(pk))
