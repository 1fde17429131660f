"""A summary in Markdown, for a pull request or a job summary."""

import re

from krafter_client.cli.formats.printable import ZERO_WIDTH_SPACE, without_controls
from krafter_client.cli.problems import Problem, Result

MAX_ROWS = 100
REFERENCE = re.compile(r"(?<![\w/])@(?=\w)|[#!](?=\d)")  # of a person, an issue, a merge request


def markdown_summary(result: Result) -> str:
    """Return a headline and a table of the problems."""
    lines = [f"## Krafter Audit: {headline(result)}", ""]
    if result.problems:
        lines += ["| Severity | Problem | Where | Check |", "|---|---|---|---|"]
        lines += [_row(problem) for problem in result.problems[:MAX_ROWS]]
        if len(result.problems) > MAX_ROWS:
            lines += ["", f"{len(result.problems) - MAX_ROWS} more problems are not shown."]
        lines.append("")
    if result.unreachable:
        lines += [f"Could not be checked: {', '.join(map(_cell, result.unreachable))}", ""]
    return "\n".join(lines)


def headline(result: Result) -> str:
    """Return the numbers in one line."""
    counts = [f"{number} {severity}" for severity, number in result.counts().items() if number]
    known = sum(problem.known for problem in result.problems)
    parts = [", ".join(counts) or "no problems"]
    parts += [f"{len(result.failing)} fail the gate"] if result.failing else []
    parts += [f"{known} in the baseline"] if known else []
    inconclusive = len(result.inconclusive)
    parts += [f"{inconclusive} check{'s' * (inconclusive != 1)} inconclusive"] if inconclusive else []
    return "; ".join(parts)


def _row(problem: Problem) -> str:
    title = f"{_cell(problem.title)}{' (in the baseline)' if problem.known else ''}"
    first_url = _cell(problem.urls[0]) if problem.urls else ""
    more = f" and {len(problem.urls) - 1} more" if len(problem.urls) > 1 else ""
    severity = f"**{problem.severity}**" if problem.fails else problem.severity
    return f"| {severity} | {title} | {first_url}{more} | `{_code(problem.rule)}` |"


def _code(text: str) -> str:
    return re.sub(r"[\s`|]+", "-", without_controls(text))


def _cell(text: str) -> str:
    # A site chooses its URLs and texts: they must not become markup, mention people or refer to issues. A backslash
    # does not prevent references: GitHub and GitLab look for them in the rendered text.
    plain = REFERENCE.sub(lambda sign: sign[0] + ZERO_WIDTH_SPACE, without_controls(" ".join(text.split())))
    # The ampersand too: an entity would be rendered as its character.
    return re.sub(r"([\\`*_\[\]<>|#&~])", r"\\\1", plain)
