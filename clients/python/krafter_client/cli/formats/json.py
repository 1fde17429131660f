"""JSON: the problems with all their data."""

import json
from dataclasses import asdict

from krafter_client.cli.formats.printable import json_without_commands
from krafter_client.cli.problems import Result


def as_json(result: Result) -> str:
    """Return `{problems, failing, counts, inconclusive, unreachable}`."""
    document = json.dumps(
        {
            "problems": [asdict(problem) for problem in result.problems],
            "failing": len(result.failing),
            "counts": result.counts(),
            "passed": len(result.passed),
            "inconclusive": [asdict(checked) for checked in result.inconclusive],
            "unreachable": list(result.unreachable),
        },
        indent=2,
        ensure_ascii=False,
    )
    return json_without_commands(document)
