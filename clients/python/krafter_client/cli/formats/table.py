"""A table for people."""

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

from krafter_client.cli.formats.markdown import headline
from krafter_client.cli.formats.printable import printable
from krafter_client.cli.problems import Problem, Result

COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def table(result: Result, *, width: int | None = None, coloured: bool = False) -> str:
    """Return a table of the problems, and a line with their numbers."""
    out = io.StringIO()
    console = Console(file=out, width=width or 120, force_terminal=coloured, highlight=False)
    if result.problems:
        console.print(_rows(result))
    for url in result.unreachable:
        console.print(Text(f"Could not be checked: {printable(url)}", style="red"))
    console.print(Text(f"{headline(result)[:1].upper()}{headline(result)[1:]}."))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _rows(result: Result) -> Table:
    rows = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for name in ("Severity", "Problem", "Where", "Check"):
        # People copy the key of a check, so it is not broken.
        rows.add_column(name, overflow="fold", no_wrap=name in ("Severity", "Check"))
    for problem in result.problems:
        rows.add_row(
            Text(printable(problem.severity), style=COLOURS.get(problem.severity, "")),
            Text(f"{printable(problem.title)}{' (known)' if problem.known else ''}"),
            Text(_first_url(problem)),
            Text(printable(problem.rule)),
        )
    return rows


def _first_url(problem: Problem) -> str:
    if not problem.urls:
        return ""
    more = len(problem.urls) - 1
    return f"{printable(problem.urls[0])}{f' and {more} more' if more else ''}"
