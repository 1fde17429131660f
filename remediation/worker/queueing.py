"""Choose the next verification. A message in a queue is only a hint that some verification waits."""

from functools import partial

from django.db.models import QuerySet

from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.queues import enqueue, queue_is_stalled
from remediation.checks.queues import JOB_OF_SCANNER
from remediation.models import Verification, VerificationPart
from remediation.worker import part_runner
from scans.models import Scanner

BROWSER_QUEUE = "verify_browser"
MAX_ENQUEUED = 20  # parts of a scanner by a sweep; a job that has run one enqueues the next
# Parts over HTTP that run for one organisation. A site that hangs holds a process for up to a minute: of the three
# processes that usually run them, one is left to the others.
MAX_RUNNING = 2
ORGANIZATION = "verification__project__organization"


def run_next(scanner: Scanner) -> bool:
    """Run the checks of one waiting part of the scanner; return whether there was one.

    Verifications requested by people come first, and among these the oldest of the organisation whose
    verifications have taken the least time: many verifications, or a slow site, delay no other organisation.
    """
    kind, waiting = f"verification by {scanner}", _waiting(scanner)
    run = partial(part_runner.run_part, scanner=scanner, with_browser=scanner == Scanner.BROWSER)
    if scanner == Scanner.HTTP:
        http_parts = VerificationPart.objects.filter(scanner=scanner)
        busy = fair_queue.organizations_that_run(http_parts, at_least=MAX_RUNNING, organization=ORGANIZATION)
        waiting = waiting.exclude(**{f"{ORGANIZATION}__in": busy})
    is_requested = {"verification__trigger": Verification.Trigger.REQUESTED}
    for rows in (waiting.filter(**is_requested), waiting.exclude(**is_requested)):
        if fair_queue.run_next(
            kind, rows, run, organization=ORGANIZATION, since="created_at", id="verification_id"
        ):
            return True
    return False


def _waiting(scanner: str) -> QuerySet[VerificationPart]:
    return VerificationPart.objects.filter(unleased(), finished_at__isnull=True, scanner=scanner)


def requeue_verifications() -> None:
    """Enqueue pending parts. Without a browser worker, HTTP workers finish browser parts, as inconclusive."""
    for scanner in JOB_OF_SCANNER:
        rows = _waiting(scanner).order_by("created_at").values_list("verification_id", "created_at")
        parts = list(rows[:MAX_ENQUEUED])
        has_no_worker = (
            scanner == Scanner.BROWSER and bool(parts) and queue_is_stalled(BROWSER_QUEUE, since=parts[0][1])
        )
        for pk, _ in parts:
            if has_no_worker:
                enqueue("remediation.finish_without_browser", str(pk))
            else:
                enqueue(JOB_OF_SCANNER[scanner], str(pk))
