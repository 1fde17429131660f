"""What runs in the background about remediation.

The engine of the rechecks is imported by the worker alone: beat, which sends the sweeps, has no use for six megabytes.
"""

from uuid import UUID

from findings.models import Scanner
from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import nobody_comes, send
from remediation import meter, retention
from remediation.kinds import JOB_OF
from remediation.models import VerificationPart

MOST_SENT_AGAIN = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # a sweep; those of the browser take long


@app.task(name="remediation.recheck")
def recheck(verification_id: str, scanner: str = Scanner.HTTP) -> None:
    """Look again at what a verification is about; for the browser's part, where no worker has a browser."""
    from remediation import recheck as engine

    engine.carry_out(UUID(verification_id), Scanner(scanner))


@app.task(name="remediation.recheck_in_browser", soft_time_limit=200, time_limit=240)
def recheck_in_browser(verification_id: str) -> None:
    """Look again in the browser; what is left when the time is over is sent on."""
    from remediation import recheck as engine

    if engine.carry_out(UUID(verification_id), Scanner.BROWSER, browsing=True):
        send("remediation.recheck_in_browser", verification_id)


@app.task(name="remediation.sweep")
def sweep() -> None:
    """Send what was lost or left behind. What needs a browser where none works is answered without one."""
    for scanner in JOB_OF:
        left = VerificationPart.objects.filter(free(), finished_at__isnull=True, scanner=scanner)
        rows = left.order_by("created_at").values_list("verification_id", "created_at")
        waiting = list(rows[: MOST_SENT_AGAIN[scanner]])
        if scanner == Scanner.BROWSER and waiting and nobody_comes("scan_browser", since=waiting[0][1]):
            for pk, _ in waiting:
                send("remediation.recheck", str(pk), scanner)
            continue
        for pk, _ in waiting:
            send(JOB_OF[scanner], str(pk))


@app.task(name="remediation.measure")
def measure(project_id: str) -> None:
    """Measure how far the checks of a project can be believed."""
    meter.measure(UUID(project_id))


@app.task(name="remediation.measure_all")
def measure_all() -> None:
    """Have every project measured in which there was a look of late."""
    for pk in meter.active().values_list("pk", flat=True):
        send("remediation.measure", str(pk))


@app.task(name="remediation.turn")
def turn() -> None:
    """Make the months of evidence that come, and drop those that are past their time."""
    retention.turn()
