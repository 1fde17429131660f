"""Commands about findings."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from krafter_client.cli.formats.printable import json_without_commands
from krafter_client.cli.options import (
    BaselineOption,
    FailOnOption,
    Format,
    FormatOption,
    ProjectOption,
    ReportOption,
    WriteBaselineOption,
    connect,
    finish,
    note,
)
from krafter_client.cli.problems import Result, from_finding, worst_first
from krafter_client.generated.models import FindingDomain, FindingSeverity, FindingStatus

OPEN = ("new", "triaged", "in_progress", "ready_verify")

app = typer.Typer(help="Findings of the project.", no_args_is_help=True)


@app.command("list")
def list_findings(
    project: ProjectOption = None,
    severity: Annotated[
        list[FindingSeverity] | None, typer.Option(help="Only of this severity; repeatable.")
    ] = None,
    status: Annotated[
        list[FindingStatus] | None,
        typer.Option(help="Only of this status; repeatable. By default all open ones."),
    ] = None,
    domain: Annotated[
        list[FindingDomain] | None, typer.Option(help="Only of this domain; repeatable.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write the findings as the API returns them.")
    ] = False,
    format: FormatOption = Format.TABLE,
    report: ReportOption = None,
    fail_on: FailOnOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = None,
) -> None:
    """List the findings, and fail a pipeline by them."""
    with connect(project) as client:
        found = list(client.findings(severity=severity or (), status=status or OPEN, domain=domain or ()))
    if as_json:
        document = json.dumps([finding.to_dict() for finding in found], indent=2, ensure_ascii=False)
        typer.echo(json_without_commands(document))
    result = Result(worst_first(from_finding(finding) for finding in found))
    finish(
        result,
        format=None if as_json else format,
        reports=report,
        fail_on=fail_on,
        baseline=baseline,
        write_baseline=write_baseline,
    )


def import_file(
    file: Annotated[Path, typer.Argument(help="The report of SARIF, Lighthouse, axe-core or ZAP, as JSON.")],
    project: ProjectOption = None,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="sarif, lighthouse, axe or zap; detected if left out."),
    ] = None,
) -> None:
    """Import the report of another tool as findings."""
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file} is not a file with JSON: {error}") from None
    detected = format or detect(document)
    if detected not in FORMATS:
        raise typer.BadParameter(f"Name the format of {file} by --format: {', '.join(FORMATS)}.")
    with connect(project) as client:
        done = client.import_findings(detected, document)
    noun = "finding" if done.created == 1 else "findings"
    note(f"{done.created} {noun} created, {done.updated} updated, from {file} ({detected}).")


FORMATS = ("sarif", "lighthouse", "axe", "zap")


def detect(document: Any) -> str | None:
    """Return the format of a report by its keys, or None."""
    first = document[0] if isinstance(document, list) and document else document
    keys = set(first) if isinstance(first, dict) else set()
    marks = {"runs": "sarif", "lighthouseVersion": "lighthouse", "violations": "axe", "site": "zap"}
    return next((format for key, format in marks.items() if key in keys), None)
