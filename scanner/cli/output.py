"""How an answer is shown: a table for people, a line of JSON for programs."""

import os
import shutil
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from krafter_audit.http.json_encoding import dump_json
from scanner import registry
from scanner.cli.run import Answer
from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Outcome, Status

WORDS: Mapping[Status, str] = {
    FAILED: "FAILED",
    INCONCLUSIVE: "unclear",
    PASSED: "passed",
    NOT_APPLICABLE: "-",
}
COLOURS: Mapping[Status, str] = {FAILED: "31", INCONCLUSIVE: "33", PASSED: "32", NOT_APPLICABLE: "2"}
NARROW = 60  # columns under which what was seen stands below its key
MANY = 4  # checks that the same thing kept from looking
WORD_WIDTH, KEY_WIDTH = 9, 40


def as_json(answer: Answer) -> bytes:
    """Return one line: `{"url", "checks": {KEY: {"outcome", "value", "reason", "evidence"}}}`."""
    checks = {
        key: {
            "outcome": outcome.status,
            "value": outcome.value,
            "reason": outcome.reason,
            "evidence": outcome.evidence,
        }
        for key, outcome in answer.outcomes.items()
    }
    line: Any = {"url": answer.url.encode("utf-8", "replace").decode(), "checks": checks}
    return dump_json(line) + b"\n"


class Table:
    """Shows one address after the other; `whole` shows what passed as well."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._coloured = (
            sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        )
        self._width = min(shutil.get_terminal_size((80, 24)).columns, 120)

    def lines(self, answer: Answer) -> Iterator[str]:
        """Yield the lines of one answer."""
        yield ""
        yield self._bold(readable(answer.url))
        for status, key, words in self._rows(answer):
            yield from self._row(status, key, words)
        yield f"  {summary(answer)}"

    def _rows(self, answer: Answer) -> Iterator[tuple[Status, str, str]]:
        """Yield status, key and words; what kept many checks from looking is one row."""
        unclear = Counter(told(one) for one in answer.outcomes.values() if one.status == INCONCLUSIVE)
        shared = {words: count for words, count in unclear.items() if count >= MANY}
        for words, count in shared.items():
            yield INCONCLUSIVE, f"{count} checks", words
        for key, outcome in sorted(answer.outcomes.items(), key=_urgency):
            words = told(outcome)
            hidden = outcome.status == INCONCLUSIVE and words in shared
            if not hidden and (self._whole or outcome.status in (FAILED, INCONCLUSIVE)):
                yield outcome.status, key, words

    def _row(self, status: Status, key: str, words: str) -> Iterator[str]:
        head = f"  {self._paint(status)}{key}"
        if self._width < NARROW:
            yield head
            yield from textwrap.wrap(
                words, max(self._width, 20), initial_indent=" " * 4, subsequent_indent=" " * 4
            )
            return
        indent = 2 + WORD_WIDTH + KEY_WIDTH
        body = textwrap.wrap(words, max(self._width - indent, 20)) or [""]
        yield f"{head}{' ' * max(1, KEY_WIDTH - len(key))}{body[0]}".rstrip()
        for more in body[1:]:
            yield " " * indent + more

    def _paint(self, status: Status) -> str:
        word = f"{WORDS[status]:<{WORD_WIDTH}}"
        return f"\x1b[{COLOURS[status]}m{word}\x1b[0m" if self._coloured else word

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._coloured else text


def _urgency(pair: tuple[str, Outcome]) -> tuple[int, int]:
    key, outcome = pair
    severities = [registry.CRITICAL, registry.HIGH, registry.MEDIUM, registry.LOW]
    known = registry.get(key)
    return list(WORDS).index(outcome.status), severities.index(known.severity) if known else len(severities)


def told(outcome: Outcome) -> str:
    """Return what a check saw, in a sentence without anything that a terminal would act on."""
    detail = str(outcome.evidence.get("detail") or "")
    return readable(f"{outcome.reason}: {detail}" if outcome.reason else detail)


def readable(text: str) -> str:
    """Replace control characters, which a site may have sent to do something to the terminal."""
    return "".join("\ufffd" if unicodedata.category(each) in ("Cc", "Cf", "Cs") else each for each in text)


def summary(answer: Answer) -> str:
    """Return the counts of one address."""
    said = [outcome.status for outcome in answer.outcomes.values()]
    counts = {"failed": FAILED, "unclear": INCONCLUSIVE, "passed": PASSED, "do not apply": NOT_APPLICABLE}
    told = (f"{said.count(status)} {word}" for word, status in counts.items() if said.count(status))
    return f"{', '.join(told)} ({answer.seconds:.1f} s)"
