"""Which verification runs next. A message in a queue is only a hint that some verification waits."""

from collections.abc import Iterator
from uuid import UUID

from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.queues import enqueue, queue_is_stalled
from remediation.checks.queues import JOB_OF_SCANNER, priority_of
from remediation.models import Verification, VerificationPart
from remediation.worker import part_runner
from scans.models import Scanner

BROWSER_QUEUE = "verify_browser"
MAX_REQUEUED = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # parts per run; those of browsers take long


def run_next(scanner: Scanner) -> bool:
    """Run one waiting part of the scanner; return whether there was one. Checks that are left get a further job.

    Those that a person has requested come first, and among these the oldest of the organisation whose verifications
    have taken the least time: one with many verifications, or with a slow site, does not delay the others.
    """

    def run(verification_id: UUID) -> bool:
        is_left = part_runner.run_part(verification_id, scanner, with_browser=scanner == Scanner.BROWSER)
        if is_left:
            enqueue_again(verification_id, scanner)
        return is_left is not None

    return fair_queue.run_first(_kind(scanner), _waiting_fairly(scanner), run)


def _waiting_fairly(scanner: Scanner) -> Iterator[tuple[UUID, UUID]]:
    parts = VerificationPart.objects.filter(unleased(), finished_at__isnull=True, scanner=scanner)
    is_requested = {"verification__trigger": Verification.Trigger.REQUESTED}
    for rows in (parts.filter(**is_requested), parts.exclude(**is_requested)):
        yield from fair_queue.waiting_fairly(
            _kind(scanner),
            rows,
            organization="verification__project__organization",
            since="created_at",
            id="verification_id",
        )


def _kind(scanner: Scanner) -> str:
    return f"verification by {scanner}"  # of the use that fair_queue.py counts


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
