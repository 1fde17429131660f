"""Whether a pass may be believed where other tools looked than before: the fix may have changed nothing.

A failure is one whatever sees it. A number is judged by its threshold, which no tool changes; near the threshold
another browser may make the difference.
docs/api.md (Verifications) has the rules.
"""

from collections.abc import Mapping
from typing import Any

from scanner.metric_verdict import NEAR
from scanner.outcome import PASSED, Outcome, inconclusive
from scanner.registry import Check


def compared(known: Check, outcome: Outcome, before: Outcome | None, seen: Mapping[str, Any]) -> Outcome:
    """Return the outcome, or inconclusive (`tool_changed`) where it passed for another tool alone.

    `seen` is the evidence of how it was looked this time.
    """
    if known.kind != "browser" or before is None or outcome.status != PASSED:
        return outcome
    changed = changed_tools(before.evidence, seen)
    if not changed:
        return outcome
    if known.metric and _is_near(outcome):
        return inconclusive(
            "tool_changed",
            "It is good by so little that the newer browser may be the reason; a scan has to measure it anew.",
            value_measured=outcome.value,
            samples=outcome.samples,
            tools_changed_from=changed,
        )
    return outcome.with_evidence({"tools_changed_from": changed})


def changed_tools(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return the earlier versions of those tools that have had a release since, not merely a patch."""
    earlier, today = before.get("tools"), now.get("tools")
    if not isinstance(earlier, dict) or not isinstance(today, dict):
        return {}
    return {
        name: str(version)
        for name, version in earlier.items()
        if name in today and release(name, str(version)) != release(name, today[name])
    }


def release(tool: str, version: str) -> str:
    """Return what counts as a release: Chromium's first number, axe's first two."""
    return ".".join(version.split(".")[: 1 if tool == "chromium" else 2])


def _is_near(outcome: Outcome) -> bool:
    limit, value = outcome.evidence.get("threshold"), outcome.value
    if not isinstance(limit, int | float) or not isinstance(value, int | float):
        return False
    return abs(value - limit) <= NEAR * abs(limit)
