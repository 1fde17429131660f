"""Run checks on a page. A check that cannot run is inconclusive, never passed."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from krafter_audit.http.client import RequestCredentials
from scanner import registry
from scanner.confirmation import CONFIRM_EVERYTHING, Confirmation
from scanner.evidence import collect, rule_info, storable
from scanner.metric_verdict import judge_metric
from scanner.outcome import (
    FAILED,
    PASSED,
    Measurement,
    Outcome,
    failed,
    faults_in,
    faulty_urls,
    inconclusive,
)
from scanner.page import lost_content
from scanner.page.context import BROWSER_REPETITION, CACHED_REPETITION, UNCACHED_REPETITION, PageContext
from scanner.page.frames import frames_of
from scanner.preconditions import Inconclusive
from scanner.registry import Check
from scanner.tool_versions import with_tool_versions

# Request headers, besides User-Agent, in which the scanner differs from browsers.
_BROWSERS_DIFFER = re.compile(r"\*|\b(?:accept|sec-|upgrade-insecure)", re.IGNORECASE)
BROKEN_LINKS = "broken_internal_links"
logger = logging.getLogger(__name__)


def run_checks(
    context: PageContext,
    keys: Iterable[str],
    *,
    thresholds: Mapping[str, float] | None = None,
    before: Mapping[str, Outcome] | None = None,
    confirmation: Confirmation = CONFIRM_EVERYTHING,
) -> Iterator[tuple[str, Outcome]]:
    """Yield (key, outcome) for each key in the order given, each as soon as it is known. Never raises.

    `thresholds` replaces thresholds of numeric checks, in the metric's unit. `before` holds the outcomes that a
    verification repeats.
    """
    wanted = list(keys)
    context.confirmation = confirmation
    plan_visit(context, wanted, before or {})
    for key in wanted:
        yield key, _run_check(key, context, (thresholds or {}).get(key), (before or {}).get(key))


def plan_visit(context: PageContext, keys: Iterable[str], before: Mapping[str, Outcome]) -> None:
    """Announce the browser data that the checks need, so that one visit serves all of them."""
    checks = filter(None, map(registry.get, keys))
    context.rendered.plan({need for check in checks for need in check.needs}, before)
    context.broken_before |= _broken_links(before)


def _broken_links(before: Mapping[str, Outcome]) -> set[str]:
    found = before.get(BROKEN_LINKS)
    return faulty_urls(found.evidence) if found else set()


def inconclusive_if_outage(key: str, outcome: Outcome, context: PageContext) -> Outcome:
    """Return the outcome; inconclusive for a measured time if another request met a server error."""
    check = registry.get(key)
    if check is None or "timings" not in check.needs or outcome.status not in (PASSED, FAILED):
        return outcome
    return _unless_raised(context.require_no_server_error, outcome)


def _unless_raised(require: Callable[[], object], outcome: Outcome) -> Outcome:
    try:
        require()
    except Inconclusive as error:
        return inconclusive(error.reason, error.detail).with_evidence(outcome.evidence)
    return outcome


def _run_check(key: str, context: PageContext, threshold: float | None, before: Outcome | None) -> Outcome:
    check = registry.get(key)
    if check is None:
        return inconclusive("not_available", f"There is no check with the key {key}.")
    outcome = _run_confirmed(check, context, threshold, before)
    if before and before.status == FAILED and outcome.status == PASSED:
        outcome = _unless_raised(partial(lost_content.require_content, check, context, before), outcome)
        outcome = _unless_in_a_frame(check, context, before, outcome)
        outcome = _unless_browsers_get_the_fault(check, context, threshold, outcome)
    collected = collect(check, context)
    outcome = with_tool_versions(check, outcome, before, collected)
    complete = outcome.with_evidence({**collected, **rule_info(check, before)})
    return redacted(replace(complete, evidence=storable(complete.evidence)), context.client.credentials)


def _unless_in_a_frame(check: Check, context: PageContext, before: Outcome, outcome: Outcome) -> Outcome:
    """Return a failure where a fix has moved a fault into a frame of the page."""
    if outcome.status != PASSED or not check.in_frames:
        return outcome
    known = set(faults_in(before.evidence))
    try:
        for frame in frames_of(check, context):
            found = _run_once(check, frame, None)
            if found.status == FAILED and (left := known.intersection(faults_in(found.evidence))):
                return failed("A frame of the page has the fault now.", faults=sorted(left), frame=frame.url)
            if found.reason == "truncated":
                return found
    except Inconclusive:
        pass  # there is no document that may have frames
    return outcome


def _unless_browsers_get_the_fault(
    check: Check, context: PageContext, threshold: float | None, outcome: Outcome
) -> Outcome:
    """Run the check once more with a browser's headers where the response depends on them."""
    if outcome.status != PASSED or check.kind != "http" or check.needs != {"page"}:
        return outcome
    vary = context.landing.header("vary") or ""
    # A cache has a response for each value of these headers, and one response may still have the fault.
    if not _BROWSERS_DIFFER.search(vary):
        return outcome
    repeated = _run_once(check, context.repeat(BROWSER_REPETITION), threshold)
    if repeated.status != FAILED:
        return outcome
    detail = f"A request with the headers of a browser still gets the fault (Vary: {vary[:200]})."
    return inconclusive("unsteady", detail, runs=[*outcome.evidence.get("runs", []), FAILED])


def redacted(outcome: Outcome, credentials: RequestCredentials | None) -> Outcome:
    """Return the outcome without the site's credentials, which the site may have echoed."""
    if credentials is None:
        return outcome
    return replace(
        outcome, value=credentials.redact(outcome.value), evidence=credentials.redact(outcome.evidence)
    )


def _run_confirmed(
    check: Check, context: PageContext, threshold: float | None, before: Outcome | None
) -> Outcome:
    confirm = before is not None or context.confirmation.is_required(check.key)
    first = _run_once(check, context, threshold, confirm=confirm)
    unchanged = before is None or before.status == first.status
    # A metric has already taken as many samples as it needs (metric_verdict).
    if check.metric and first.evidence.get("runs", [])[:1] == [FAILED]:
        context.confirmation.record(check.key, first.status == FAILED)
    if not check.confirm or first.status not in (PASSED, FAILED):
        return first
    # One sample is one run: the next server of a cluster may have another certificate or page.
    if check.metric and not (first.status == PASSED and len(first.samples) == 1 and check.kind != "lab"):
        return first
    if first.status == PASSED and unchanged:
        return first
    if not confirm:
        return first.with_evidence({"confirmed": False})
    outcome = _majority(check, context, threshold, first)
    if first.status == FAILED:
        context.confirmation.record(
            check.key, outcome.status == FAILED and PASSED not in outcome.evidence["runs"]
        )
    return outcome


def _majority(check: Check, context: PageContext, threshold: float | None, first: Outcome) -> Outcome:
    runs = [first, _run_once(check, context.repeat(1), threshold)]
    # If two runs disagree, a third decides; an inconclusive run decides nothing.
    if runs[1].status != first.status and runs[1].status in (PASSED, FAILED):
        # With the headers of the run that failed: only the cache, or only the server, may have the fault.
        third = UNCACHED_REPETITION if first.status == PASSED else CACHED_REPETITION
        runs.append(_run_once(check, context.repeat(third), threshold))
    statuses = [run.status for run in runs]
    if context.is_verification and statuses == [PASSED, FAILED, PASSED]:
        detail = "The fault comes and goes: the check passed, failed, and passed again."
        return inconclusive("unsteady", detail, runs=statuses)
    for run in runs:
        if statuses.count(run.status) > 1:
            return run.with_evidence({"runs": statuses})
    unclear = next(run for run in runs if run.status not in (PASSED, FAILED))
    detail = "Repeated runs disagree: " + ", ".join(statuses) + "."
    return inconclusive(unclear.reason or "target_missing", detail, runs=statuses)


def _run_once(
    check: Check, context: PageContext, threshold: float | None, *, confirm: bool = True
) -> Outcome:
    try:
        result = check.run(context)
        if isinstance(result, Measurement):
            return judge_metric(check, result, threshold, confirm=confirm)
        return result
    except Inconclusive as error:
        return inconclusive(error.reason, error.detail)
    except Exception as error:  # a broken check must not end the run
        # The exception may quote the page, and the page may have echoed the site's credentials.
        logger.error("check %s raised", check.key, exc_info=None if context.client.credentials else error)
        return inconclusive("not_available", "The check raised an error.", error=type(error).__name__)
