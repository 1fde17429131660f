"""The scripts of a page while it loads: how long each is, what of it ran, how much minifying would save.

Precise coverage counts whole functions. It slows a page down, so only a visit that is asked for it pays; a paused
debugger would stop the page, so all pauses are skipped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

LONGEST = 2 * 1024 * 1024  # characters of one script that are read
MOST = 100

# What minifying takes away, and what may look like it: strings, templates, and regular expressions.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<space>\s+)"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<regex>/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/)"""
    r"""|(?P<slash>/)""",
    re.DOTALL,
)
_BEFORE_A_REGEX = "(,=:[!&|?{};+-*%~^<>"
_WORDS_BEFORE_A_REGEX = ("return", "case", "else", "typeof")


@dataclass(frozen=True)
class Script:
    """One script: its address, bytes as sent, and how many of them never ran or would go by minifying.

    `spare_share` is the part of the script that would go, from 0 to 1.
    """

    url: str
    sent: int
    unused: int
    spare: int
    spare_share: float


class Scripts:
    """Watches the scripts of one page, from before it is opened."""

    def __init__(self, session: "CDPSession") -> None:
        self._session = session
        session.send("Debugger.enable")
        session.send("Debugger.setSkipAllPauses", {"skip": True})
        session.send("Profiler.enable")
        session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": False})

    def seen(self, sent: Mapping[str, int]) -> list[Script]:
        """Return the scripts that came over the network, the longest first; `sent` are the bytes of an address."""
        covered = self._session.send("Profiler.takePreciseCoverage")["result"]
        fetched = [one for one in covered if one["url"] in sent]
        fetched.sort(key=_length, reverse=True)
        return [self._script(one, sent[one["url"]]) for one in fetched[:MOST]]

    def _script(self, covered: dict[str, Any], sent: int) -> Script:
        asked = {"scriptId": covered["scriptId"]}
        source = self._session.send("Debugger.getScriptSource", asked)["scriptSource"][:LONGEST]
        share = spare_of(source) / len(source) if source else 0.0
        packed = sent / max(1, _length(covered))  # a byte on the wire for a character
        unused = round(packed * unused_of(covered["functions"]))
        return Script(covered["url"], sent, unused, round(sent * share), share)


def _length(covered: dict[str, Any]) -> int:
    return max(
        (part["endOffset"] for function in covered["functions"] for part in function["ranges"]), default=0
    )


def unused_of(functions: list[dict[str, Any]]) -> int:
    """Return how many characters lie in functions that never ran; one inside of another counts once."""
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


def spare_of(source: str) -> int:
    """Return how many characters are blanks and comments."""
    spare, position, last = 0, 0, "("
    while found := _TOKEN.search(source, position):
        last = source[found.start() - 1] if found.start() > position else last
        position = found.end()
        if found.lastgroup in ("comment", "space"):
            spare += 0 if found.group().startswith("/*!") else len(found.group())  # a licence stays
        elif found.lastgroup == "regex" and not _begins_a_regex(source, found.start(), last):
            position, last = found.start() + 1, "/"  # a division
        else:
            last = source[position - 1]
    return spare


def _begins_a_regex(source: str, start: int, last: str) -> bool:
    return last in _BEFORE_A_REGEX or source[max(0, start - 12) : start].rstrip().endswith(
        _WORDS_BEFORE_A_REGEX
    )
