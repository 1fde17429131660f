"""Options that several commands have, and what they do."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from krafter_client import ProjectClient
from krafter_client.cli import baseline as baselines
from krafter_client.cli import exits
from krafter_client.cli.config import current_login
from krafter_client.cli.files import write_file
from krafter_client.cli.formats import FORMATS
from krafter_client.cli.formats.printable import printable
from krafter_client.cli.formats.table import table
from krafter_client.cli.problems import Result, apply_gate


class Severity(StrEnum):
    """The severities, worst first; `never` lets everything pass."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"


class Format(StrEnum):
    """The output formats."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"


def require_folder(path: Path | None) -> Path | None:
    """Reject a file whose folder does not exist, before the command does its work."""
    if path and not path.parent.is_dir():
        raise typer.BadParameter(f"{path} cannot be written: there is no folder {path.parent}.")
    return path


def parse_report(text: str) -> tuple[str, Path]:
    """Return the name of the format and the file. Raises BadParameter."""
    name, _, path = text.partition("=")
    if name not in FORMATS or not path:
        raise typer.BadParameter(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}.")
    require_folder(Path(path))
    return name, Path(path)


def _valid_reports(texts: list[str] | None) -> list[str] | None:
    for text in texts or []:
        parse_report(text)
    return texts


def _valid_baseline(path: Path | None) -> Path | None:
    if path:
        baselines.read(path)  # an invalid baseline ends the command before its work
    return path


ProjectOption = Annotated[
    str | None, typer.Option("--project", "-p", help="The project's id, if it is not the one in use.")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="The format of standard output.")]
ReportOption = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        callback=_valid_reports,
        help="Write a further format to a file; repeatable.",
    ),
]
FailOnOption = Annotated[
    Severity | None,
    typer.Option("--fail-on", help="Exit with 1 for a problem of this severity or a worse one."),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        callback=_valid_baseline,
        help="Problems in this file do not fail: only new ones do.",
    ),
]
WriteBaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        callback=require_folder,
        help="Write the problems to a file, and exit with 0.",
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", help="The longest time to wait.")
]


def connect(project: str | None) -> ProjectClient:
    """Return the client of the project in use."""
    login = current_login(project)
    return ProjectClient(login.url, login.api_key, org_id=login.org_id, project_id=login.project_id)


def note(text: str) -> None:
    """Write a line to standard error; a server or a site may have chosen its words."""
    Console(stderr=True, highlight=False).print(printable(text), markup=False, soft_wrap=True)


def finish(
    result: Result,
    *,
    format: Format | None,
    reports: list[str] | None,
    fail_on: Severity | None,
    baseline: Path | None,
    write_baseline: Path | None,
) -> None:
    """Write a result in all formats; raise typer.Exit with the status of the gate."""
    files = [parse_report(report) for report in reports or []]
    known = baselines.read(baseline) if baseline else None
    gated = apply_gate(result, fail_on=fail_on, known=known)
    for name, path in files:
        write_file(path, f"{FORMATS[name](gated)}\n".encode(errors="replace"))
    _print(gated, format)
    if write_baseline:
        baselines.write(write_baseline, result)
        note(f"{len(result.problems)} problems are in {write_baseline}.")
        raise typer.Exit(exits.PASSED)
    if gated.failing:
        raise typer.Exit(exits.FAILED)
    if gated.unreachable:
        raise typer.Exit(exits.ERROR)


def _print(result: Result, format: Format | None) -> None:
    if format is None:
        return
    if format is Format.TABLE:
        console = Console()
        typer.echo(
            table(result, width=console.width if console.is_terminal else 120, coloured=console.is_terminal)
        )
    elif text := FORMATS[format](result):
        typer.echo(text.encode(errors="replace"))  # UTF-8 in any locale, as programs expect it
