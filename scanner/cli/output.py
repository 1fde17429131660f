"""Format results: a table for people, a line of JSON for programs."""

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from krafter_audit.http.json_encoding import dump_json
from scanner import registry
from scanner.cli.run import UrlResult
from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Outcome, Status

LABELS: Mapping[Status, str] = {
    FAILED: "FAILED",
    INCONCLUSIVE: "inconclusive",
    PASSED: "passed",
    NOT_APPLICABLE: "-",
}
COLOURS: Mapping[Status, str] = {FAILED: "31", INCONCLUSIVE: "33", PASSED: "32", NOT_APPLICABLE: "2"}
NARROW_COLUMNS = 100  # columns below which a detail is printed on a separate line
MIN_SHARED_REASONS = 4  # checks with the same reason that are printed as one row
LABEL_WIDTH, KEY_WIDTH = 13, 40
ZERO_WIDTH_SPACE = "\u200b"
# GitHub, GitLab and Azure Pipelines (`##vso[`) execute these in what a step prints.
RUNNER_COMMAND = re.compile(r"::(?=[a-z-]+[ :])|##(?=[a-z]*\[)", re.IGNORECASE)


def as_json(result: UrlResult) -> bytes:
    """Return one line: `{"url", "checks": {KEY: {"outcome", "value", "reason", "evidence"}}}`."""
    checks = {
        key: {
            "outcome": outcome.status,
            "value": outcome.value,
            "reason": outcome.reason,
            "evidence": outcome.evidence,
        }
        for key, outcome in result.outcomes.items()
    }
    line: Any = {"url": result.url.encode("utf-8", "replace").decode(), "checks": checks}
    return dump_json(line) + b"\n"


class Table:
    """Formats one URL after the other; `show_passed` includes the checks that passed."""

    def __init__(self, *, show_passed: bool) -> None:
        self._show_passed = show_passed
        self._coloured = (
            sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        )
        self._width = min(shutil.get_terminal_size((80, 24)).columns, 120)

    def lines(self, result: UrlResult) -> Iterator[str]:
        yield ""
        yield self._bold(printable(result.url))
        for status, key, detail in self._rows(result):
            yield from self._row(status, key, detail)
        yield f"  {summary(result)}"

    def _rows(self, result: UrlResult) -> Iterator[tuple[Status, str, str]]:
        unclear = Counter(
            detail_of(outcome) for outcome in result.outcomes.values() if outcome.status == INCONCLUSIVE
        )
        shared = {detail: count for detail, count in unclear.items() if count >= MIN_SHARED_REASONS}
        for detail, count in shared.items():
            yield INCONCLUSIVE, f"{count} checks", detail
        for key, outcome in sorted(result.outcomes.items(), key=_urgency):
            detail = detail_of(outcome)
            hidden = outcome.status == INCONCLUSIVE and detail in shared
            if not hidden and (self._show_passed or outcome.status in (FAILED, INCONCLUSIVE)):
                yield outcome.status, key, detail

    def _row(self, status: Status, key: str, detail: str) -> Iterator[str]:
        head = f"  {self._label(status)}{key}"
        if self._width < NARROW_COLUMNS:
            yield head
            yield from textwrap.wrap(
                detail, max(self._width, 20), initial_indent=" " * 4, subsequent_indent=" " * 4
            )
            return
        indent = 2 + LABEL_WIDTH + KEY_WIDTH
        body = textwrap.wrap(detail, max(self._width - indent, 20)) or [""]
        yield f"{head}{' ' * max(1, KEY_WIDTH - len(key))}{body[0]}".rstrip()
        for more in body[1:]:
            yield " " * indent + more

    def _label(self, status: Status) -> str:
        label = f"{LABELS[status]:<{LABEL_WIDTH}}"
        return f"\x1b[{COLOURS[status]}m{label}\x1b[0m" if self._coloured else label

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._coloured else text


def _urgency(item: tuple[str, Outcome]) -> tuple[int, int]:
    key, outcome = item
    severities = [registry.CRITICAL, registry.HIGH, registry.MEDIUM, registry.LOW]
    known = registry.get(key)
    return list(LABELS).index(outcome.status), severities.index(known.severity) if known else len(severities)


def detail_of(outcome: Outcome) -> str:
    detail = str(outcome.evidence.get("detail") or "")
    return printable(f"{outcome.reason}: {detail}" if outcome.reason else detail)


def printable(text: str) -> str:
    # A site may send escape sequences to manipulate the terminal, or a command to a CI runner.
    plain = "".join(
        "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character for character in text
    )
    return RUNNER_COMMAND.sub(lambda sign: sign[0][0] + ZERO_WIDTH_SPACE + sign[0][1:], plain)


def summary(result: UrlResult) -> str:
    statuses = [outcome.status for outcome in result.outcomes.values()]
    counts = (
        f"{statuses.count(status)} {status.replace('_', ' ')}" for status in LABELS if status in statuses
    )
    return f"{', '.join(counts)} ({result.seconds:.1f} s)"
