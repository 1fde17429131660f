"""Commands that start a job of the server: scan, verify, export; and approve."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from krafter_client import ProjectClient
from krafter_client.cli import exits
from krafter_client.cli.files import write_file
from krafter_client.cli.findings import OPEN
from krafter_client.cli.formats.printable import printable
from krafter_client.cli.options import (
    BaselineOption,
    FailOnOption,
    Format,
    FormatOption,
    ProjectOption,
    ReportOption,
    TimeoutOption,
    WriteBaselineOption,
    connect,
    finish,
    note,
    require_folder,
)
from krafter_client.cli.problems import Result, checks_of, from_finding, worst_first
from krafter_client.cli.progress import Progress
from krafter_client.client import DEFAULT_WAIT, Id
from krafter_client.generated.models import Verification, VerificationWithTask
from krafter_client.waiting import MANUAL_REVIEW

WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has finished.")]


class ReportFileFormat(StrEnum):
    """The formats of an export."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


def scan(
    url: Annotated[str | None, typer.Argument(help="The URL to scan; by default the project's site.")] = None,
    project: ProjectOption = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = DEFAULT_WAIT,
    trigger: Annotated[str, typer.Option(help="manual or post_deploy.")] = "manual",
    format: FormatOption = Format.TABLE,
    report: ReportOption = None,
    fail_on: FailOnOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = None,
) -> None:
    """Scan a site by the server; with --wait list the open findings that the scan has seen."""
    if not wait and (fail_on or baseline or write_baseline or report):
        raise typer.BadParameter("A gate and reports need the result of the scan: add --wait.")
    with connect(project) as client:
        started = client.scan(url or "", trigger=trigger)
        if not wait:
            typer.echo(str(started.id))
            return
        with Progress("Scan") as progress:
            done = client.wait_for_scan(started.id, timeout=timeout, on_progress=progress.show_scan)
        if str(done.status) != "completed":
            reason = done.summary.get("error") if isinstance(done.summary, dict) else ""
            note(f"The scan failed. {reason or ''}".strip())
            raise typer.Exit(exits.ERROR)
        result = problems_of(client, done.id)
    finish(
        result,
        format=format,
        reports=report,
        fail_on=fail_on,
        baseline=baseline,
        write_baseline=write_baseline,
    )


def problems_of(client: ProjectClient, scan_id: Id) -> Result:
    """Return the open findings whose check failed in a scan, without dismissed findings."""
    failed = {result.key for result in client.scan_results(scan_id, outcome=["failed"])}
    found = client.findings(status=OPEN) if failed else iter(())
    return Result(worst_first(from_finding(finding) for finding in found if failed & set(checks_of(finding))))


def verify(
    task: Annotated[UUID, typer.Argument(help="The id of the task.")],
    project: ProjectOption = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = DEFAULT_WAIT,
) -> None:
    """Verify a task on the live site; with --wait exit with 1 when a check did not pass."""
    with connect(project) as client:
        started = client.verify(task)
        if not wait:
            typer.echo(str(started.id))
            return
        with Progress("Verification") as progress:
            done = client.wait_for_verification(
                started.id, timeout=timeout, on_progress=progress.show_verification
            )
    show_verification(done)
    not_passed = [check for check in done.checks if str(check.status) in ("failed", "inconclusive")]
    if any(check.key == MANUAL_REVIEW for check in done.checks):
        note("No check verifies this finding: a person reviews it, then approves the verification.")
    if not_passed:
        raise typer.Exit(exits.FAILED)


def approve(
    verification: Annotated[UUID, typer.Argument(help="The id of the verification.")],
    project: ProjectOption = None,
    override: Annotated[
        str,
        typer.Option("--override", metavar="REASON", help="Approve although checks did not pass, and why."),
    ] = "",
) -> None:
    """Approve a verification: close its task and its finding."""
    with connect(project) as client:
        show_verification(client.approve(verification, override_reason=override))


def show_verification(verification: Verification | VerificationWithTask) -> None:
    """Print a verification and its checks."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Check", "Before", "After", "Status"):
        rows.add_column(name, overflow="fold")
    for check in verification.checks:
        rows.add_row(
            *(Text(printable(str(value))) for value in (check.key, check.before, check.after, check.status))
        )
    console = Console(highlight=False, markup=False)
    console.print(f"{verification.id}  {verification.result}")
    console.print(rows)


def export(
    format: Annotated[
        ReportFileFormat, typer.Option("--format", "-f", help="The format of the file.")
    ] = ReportFileFormat.PDF,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", callback=require_folder, help="The file; - is standard output."),
    ] = None,
    share: Annotated[bool, typer.Option("--share", help="Print a link to the report as well.")] = False,
    project: ProjectOption = None,
    timeout: TimeoutOption = DEFAULT_WAIT,
) -> None:
    """Export a report, and download it."""
    with connect(project) as client:
        started = client.export(format)
        with Progress("Export") as progress:
            client.wait_for_report(started.id, timeout=timeout, on_progress=progress.show_report)
        # If the export failed, the response has the reason.
        content = client.download(started.id)
        link = client.share("link").share_url if share else None
    path = output or Path(f"krafter-report.{format}")
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(path, content)
        note(f"The report is in {path}.")
    if link:
        note(link) if str(path) == "-" else typer.echo(link)
