"""Wait for jobs of a worker: scans, verifications and exports."""

import time
from collections.abc import Callable

from krafter_client.errors import WaitTimeout
from krafter_client.generated.models import Report, Scan, Verification, VerificationWithTask

FIRST_PAUSE, MAX_PAUSE = 0.5, 5.0  # seconds
MANUAL_REVIEW = "manual_review"  # a check that a person decides by approving


def scan_has_finished(scan: Scan) -> bool:
    """Return whether a scan is completed or failed."""
    return str(scan.status) in ("completed", "failed")


def report_has_finished(report: Report) -> bool:
    """Return whether an export has its file or failed."""
    return str(report.status) in ("exported", "shared", "failed")


def verification_has_finished(verification: Verification | VerificationWithTask) -> bool:
    """Return whether the worker has finished: it has decided, or only a manual review is running."""
    running = [check.key for check in verification.checks if str(check.status) == "running"]
    return str(verification.result) != "pending" or set(running) <= {MANUAL_REVIEW}


def wait[Row](
    read: Callable[[], Row],
    has_finished: Callable[[Row], bool],
    *,
    timeout: float,
    on_progress: Callable[[Row], object] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Row:
    """Read a row until it has finished, and return it. Calls `on_progress` with each state. Raises WaitTimeout."""
    deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
    while True:
        row = read()
        if on_progress:
            on_progress(row)
        if has_finished(row):
            return row
        if time.monotonic() + pause > deadline:
            raise WaitTimeout(
                f"The job was not done after {timeout:.0f} seconds. It goes on at the server: "
                "read its state later, or wait with a longer timeout."
            )
        sleep(pause)
        pause = min(MAX_PAUSE, pause * 1.5)
