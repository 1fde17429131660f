"""Measure the scripts of a page while it loads: size, unused code, and what minification would save."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession

from scanner.page_visit.network_monitor import NetworkMonitor

MAX_SCRIPT_LENGTH = 2 * 1024 * 1024  # characters of one script that are read
MAX_SCRIPTS = 100

# Comments and white space, and what may look like them: strings, templates and regular expressions. What is not closed
# ends with its line or with the script: a search for its end from each start takes quadratic time.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<space>\s+)"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?|`(?:\\.|[^`\\])*+`?)"""
    r"""|(?P<slash>/)""",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*+\]|[^/\\\n\[])++/")
_BEFORE_A_REGEX = "(,=:[!&|?{};+-*%~^<>"
_WORDS_BEFORE_A_REGEX = ("return", "case", "else", "typeof")


@dataclass(frozen=True)
class ScriptUsage:
    """One script: its bytes as sent, and how many of them are unused or removed by minification."""

    url: str  # followed by the start of the code, if it is inline
    sent: int
    unused: int
    minifiable: int
    minifiable_share: float  # of the script, from 0 to 1


class ScriptCoverage:
    """Records the coverage of a page's scripts, from before it is opened. It slows the page down."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        session.send("Debugger.enable")
        # A `debugger` statement would stop the page. `Debugger.setSkipAllPauses`, sent before the page is
        # opened, does not prevent it.
        session.send("Debugger.setBreakpointsActive", {"active": False})
        session.send("Profiler.enable")
        session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": False})

    def collect(self, network: NetworkMonitor) -> list[ScriptUsage]:
        """Return the scripts that were loaded, the longest first."""
        covered = self._session.send("Profiler.takePreciseCoverage")["result"]
        sent, ratios = network.body_sizes(), network.document_ratios()
        loaded = [script for script in covered if script["url"] in sent]
        loaded.sort(key=_length, reverse=True)
        return [
            self._usage(script, sent[script["url"]], ratios.get(script["url"]))
            for script in loaded[:MAX_SCRIPTS]
        ]

    def _usage(self, covered: dict[str, Any], sent: int, ratio: float | None) -> ScriptUsage:
        request = {"scriptId": covered["scriptId"]}
        source = self._session.send("Debugger.getScriptSource", request)["scriptSource"][:MAX_SCRIPT_LENGTH]
        share = minifiable_of(source) / len(source) if source else 0.0
        url = covered["url"]
        if ratio is not None:  # an inline script has the URL of its document, and is a part of it
            sent = round(_length(covered) * ratio)
            url = f"{url} inline: {' '.join(source[:200].split())[:60]}"
        # Coverage counts characters of the decoded script; the page pays for compressed bytes.
        bytes_a_character = sent / max(1, _length(covered))
        unused = round(bytes_a_character * unused_of(covered["functions"]))
        return ScriptUsage(url, sent, unused, round(sent * share), share)


def _length(covered: dict[str, Any]) -> int:
    return max(
        (part["endOffset"] for function in covered["functions"] for part in function["ranges"]), default=0
    )


def unused_of(functions: list[dict[str, Any]]) -> int:
    """Return how many characters are in functions that never ran; nested functions count once."""
    idle = sorted(
        (part["startOffset"], part["endOffset"])
        for function in functions
        for part in function["ranges"]
        if part["count"] == 0
    )
    unused, reached = 0, 0
    for start, end in idle:
        unused += max(0, end - max(start, reached))
        reached = max(reached, end)
    return unused


def minifiable_of(source: str) -> int:
    """Return how many characters are white space and comments."""
    minifiable, position, last = 0, 0, "("
    without_regex = 0  # up to here, no regular expression was found in a line
    while found := _TOKEN.search(source, position):
        start, end = found.span()
        last = source[start - 1] if start > position else last
        position = end
        if found.lastgroup in ("comment", "space"):
            minifiable += 0 if found.group().startswith("/*!") else end - start  # licences stay
            continue
        if found.lastgroup == "slash" and start >= without_regex and _starts_a_regex(source, start, last):
            regex = _REGEX.match(source, start)
            position = regex.end() if regex else end
            without_regex = 0 if regex else _end_of_line(source, start)
        last = source[position - 1]
    return minifiable


def _end_of_line(source: str, start: int) -> int:
    end = source.find("\n", start)
    return len(source) if end < 0 else end


def _starts_a_regex(source: str, start: int, last: str) -> bool:
    return last in _BEFORE_A_REGEX or source[max(0, start - 12) : start].rstrip().endswith(
        _WORDS_BEFORE_A_REGEX
    )
