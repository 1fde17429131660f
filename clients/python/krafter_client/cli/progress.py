"""Show the progress of a job: a line that changes on a terminal, a line for each change elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from krafter_client.cli.formats.printable import printable
from krafter_client.generated.models import Report, Scan, Verification, VerificationWithTask


class Progress:
    """Writes to standard error, since standard output is for the result."""

    def __init__(self, title: str) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._title = title
        self._shown = ""
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status(self._title)
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def show(self, text: str) -> None:
        """Show a state, if it has changed."""
        if text == self._shown:
            return
        self._shown = text
        line = printable(f"{self._title}: {text}")
        if self._status:
            self._status.update(Text(line))
        else:
            self._console.print(line, markup=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self._console.print(printable(text), markup=False, soft_wrap=True)

    def show_scan(self, scan: Scan) -> None:
        """Show the pages that a scan has checked."""
        progress = scan.summary.get("progress") if isinstance(scan.summary, dict) else None
        parts = [str(scan.status)]
        if isinstance(progress, dict):
            parts += [
                f"{name} {counts.get('pages_done', 0)}/{counts.get('pages_found', 0)} pages"
                for name, counts in progress.items()
                if isinstance(counts, dict)
            ]
        self.show(", ".join(parts))

    def show_verification(self, verification: Verification | VerificationWithTask) -> None:
        """Show the checks that have finished."""
        done = [check for check in verification.checks if str(check.status) != "running"]
        self.show(f"{len(done)}/{len(verification.checks)} checks")

    def show_report(self, report: Report) -> None:
        """Show the status of an export."""
        self.show(str(report.status))
