"""Decide whether a pass counts when it comes from other tool versions than the failure."""

from collections.abc import Mapping
from typing import Any

from scanner.metric_verdict import is_near
from scanner.outcome import PASSED, Outcome, inconclusive
from scanner.registry import Check


def with_tool_versions(
    check: Check, outcome: Outcome, before: Outcome | None, collected: Mapping[str, Any]
) -> Outcome:
    """Return the outcome; inconclusive (`tool_changed`) when a newer tool may be why it passed.

    `collected` is the evidence of this run.
    """
    # A failure counts whatever the tools are.
    if not check.may_use_browser or before is None or outcome.status != PASSED:
        return outcome
    changed = changed_tools(before.evidence, collected)
    if not changed:
        return outcome
    # Another browser can change the outcome of a number only near its threshold.
    if check.metric and _is_near(outcome):
        return inconclusive(
            "tool_changed",
            "The value is so close to the threshold that the newer browser may be why it passes; run a scan to "
            "measure it again.",
            value_measured=outcome.value,
            samples=outcome.samples,
            tools_changed_from=changed,
        )
    return outcome.with_evidence({"tools_changed_from": changed})


def changed_tools(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return the earlier versions of the tools whose release has changed."""
    earlier, current = before.get("tools"), now.get("tools")
    if not isinstance(earlier, dict) or not isinstance(current, dict):
        return {}
    return {
        name: str(version)
        for name, version in earlier.items()
        if name in current and release_of(name, str(version)) != release_of(name, current[name])
    }


def release_of(tool: str, version: str) -> str:
    """Return the release of a version: Chromium's first number, axe's first two."""
    return ".".join(version.split(".")[: 1 if tool == "chromium" else 2])


def _is_near(outcome: Outcome) -> bool:
    limit, value = outcome.evidence.get("threshold"), outcome.value
    return isinstance(limit, int | float) and isinstance(value, int | float) and is_near(value, limit)
