"""Workflow commands of GitHub Actions, which become annotations.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from krafter_client.cli.formats.printable import printable
from krafter_client.cli.problems import Problem, Result

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "notice"}


def github_annotations(result: Result) -> str:
    """Return one command for each problem that is not in the baseline, after the URLs that could not be checked.

    GitHub shows the first ten of a step.
    """
    lines = [f"::error title=Could not be checked::{_data(url)}" for url in result.unreachable]
    lines += [_annotation(problem) for problem in result.problems if not problem.known]
    return "\n".join(lines)


def _annotation(problem: Problem) -> str:
    level = LEVELS.get(problem.severity, "warning")
    more = len(problem.urls) - 1
    first_url = f"{problem.urls[0]}{f' and {more} more' if more > 0 else ''}" if problem.urls else ""
    parts = filter(None, (first_url, problem.message, problem.fix))
    message = _data("\n".join(parts) or problem.title)
    return f"::{level} title={_property(f'{problem.severity}: {problem.title} ({problem.rule})')}::{message}"


def _data(text: str) -> str:
    # An annotation may have several lines.
    return "%0A".join(printable(line).replace("%", "%25") for line in text.splitlines())


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
