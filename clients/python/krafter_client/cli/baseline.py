"""The baseline: a file in the repository with the problems that are known and do not fail a pipeline."""

import json
from pathlib import Path
from typing import Any

from krafter_client.cli.files import write_file
from krafter_client.cli.problems import Result

VERSION = 1


class InvalidBaseline(Exception):
    """The file is no baseline."""


def read(path: Path) -> dict[str, Any]:
    """Return the known problems by fingerprint. Raises InvalidBaseline."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            raise InvalidBaseline(f"{path} has another version than {VERSION}: write it again.")
        return {str(problem["fingerprint"]): problem for problem in document["problems"]}
    except OSError as error:
        raise InvalidBaseline(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise InvalidBaseline(f"{path} is not a baseline that --write-baseline has written.") from None


def write(path: Path, result: Result) -> None:
    """Write the problems of a result, sorted, so that a diff of the file shows what was accepted."""
    problems = [
        {
            "fingerprint": problem.fingerprint,
            "rule": problem.rule,
            "severity": problem.severity,
            "title": problem.title,
            "urls": list(problem.urls[:5]),
        }
        for problem in sorted(result.problems, key=lambda problem: (problem.rule, problem.urls))
    ]
    document = {"version": VERSION, "problems": problems}
    write_file(path, f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode())
