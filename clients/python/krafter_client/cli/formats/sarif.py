"""SARIF 2.1.0, for GitHub code scanning and other readers.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import re
from typing import Any
from urllib.parse import quote

from krafter_client.cli.formats.printable import json_without_commands
from krafter_client.cli.problems import Problem, Result
from krafter_client.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# GitHub shows critical from 9.0, high from 7.0, medium from 4.0.
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
# Text that readers show as a link (section 3.11.6), at the bracket that no backslash escapes.
EMBEDDED_LINK = re.compile(r"(?<!\\)((?:\\\\)*)\]\(")


def sarif(result: Result) -> str:
    """Return one run with a rule for each violated check."""
    rules: dict[str, Problem] = {}
    for problem in result.problems:
        rules.setdefault(problem.rule, problem)
    positions = {rule: position for position, rule in enumerate(rules)}
    driver = {
        "name": "krafter-audit",
        "semanticVersion": __version__,
        "rules": [_rule(problem) for problem in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(problem, positions[problem.rule], has_baseline=result.has_baseline)
            for problem in result.problems
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_without_commands(json.dumps(document, indent=2, ensure_ascii=False))


def _rule(problem: Problem) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": [problem.domain]}
    if problem.domain == "security":
        properties["security-severity"] = SCORES.get(problem.severity, "5.5")
    rule: dict[str, Any] = {
        "id": problem.rule,
        "shortDescription": {"text": _text(problem.title)},
        "defaultConfiguration": {"level": LEVELS.get(problem.severity, "warning")},
        "properties": properties,
    }
    if problem.description:
        rule["fullDescription"] = {"text": _text(problem.description)}
    if problem.fix:
        rule["help"] = {"text": _text(problem.fix)}
    if problem.references:
        rule["helpUri"] = _uri(problem.references[0])
    return rule


def _result(problem: Problem, position: int, *, has_baseline: bool) -> dict[str, Any]:
    state = {"baselineState": "unchanged" if problem.known else "new"} if has_baseline else {}
    return {
        "ruleId": problem.rule,
        "ruleIndex": position,
        "level": LEVELS.get(problem.severity, "warning"),
        "message": {"text": _text(problem.message or problem.title)},
        # GitHub requires a line, which a web page does not have.
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": _uri(url)}, "region": {"startLine": 1}}}
            for url in problem.urls[:10]
        ],
        "partialFingerprints": {"krafterAudit/v1": problem.fingerprint},
        **state,
        "properties": {"severity": problem.severity, "domain": problem.domain},
    }


def _text(text: str) -> str:
    return EMBEDDED_LINK.sub(r"\1\\](", text)


def _uri(text: str) -> str:
    # Characters that a URI cannot have are percent-encoded; encoded ones stay.
    return quote(text, safe="%/:?#[]@!$&'()*+,;=-._~", errors="replace")
