"""The engine: looks at a page with the checks that are asked for, and never passes what it did not see."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from krafter_audit.http.client import Client, RequestCredentials
from scanner import registry
from scanner.evidence import gathered, identity_before, of_the_rule, storable
from scanner.fetcher import RETRY_DELAYS
from scanner.metric_verdict import judge
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Measurement, Outcome, inconclusive
from scanner.page_context import Facts
from scanner.preconditions import CannotLook
from scanner.registry import Check
from scanner.tool_versions import compared

if TYPE_CHECKING:
    from scanner.browser import Browser

logger = logging.getLogger(__name__)


def look(
    url: str,
    keys: Iterable[str],
    *,
    client: Client | None = None,
    thresholds: Mapping[str, float] | None = None,
    before: Mapping[str, Outcome] | None = None,
    retry_delays: Sequence[float] = RETRY_DELAYS,
    facts: Facts | None = None,
    browser: "Browser | None" = None,
) -> Iterator[tuple[str, Outcome]]:
    """Yield (key, outcome) for each key, each as soon as it is known, in the order asked for.

    `thresholds` replaces the threshold of a numeric check (in its metric's unit). `before` holds the
    outcomes of an earlier look: what differs from it is looked at twice, and a login wall is noticed by it;
    None says that this is the first look. `facts` lets several calls, also in several threads, share what
    one of them fetched; else they are made here, with `client` and `browser`.

    Nothing that the site does raises; a key that is not known is inconclusive.
    """
    with ExitStack() as stack:
        if facts is None:
            used = client or stack.enter_context(Client())
            known = identity_before(before)
            verifying = before is not None
            facts = Facts(
                url, used, retry_delays=retry_delays, before=known, verifying=verifying, browser=browser
            )
        asked = list(keys)
        announce(facts, asked, before or {})
        for key in asked:
            yield key, _look_once_for(key, facts, thresholds or {}, (before or {}).get(key))


def announce(facts: Facts, keys: Iterable[str], before: Mapping[str, Outcome]) -> None:
    """Tell what the keys will need of a browser, so that one visit brings it all."""
    known = filter(None, map(registry.get, keys))
    facts.browsing.announce({need for one in known for need in one.needs}, before)


def _look_once_for(
    key: str, facts: Facts, thresholds: Mapping[str, float], before: Outcome | None
) -> Outcome:
    known = registry.get(key)
    if known is None:
        return inconclusive("not_available", f"There is no check with the key {key}.")
    outcome = _settle(known, facts, thresholds.get(key), before)
    seen = gathered(known, facts)
    outcome = compared(known, outcome, before, seen)
    told = outcome.with_evidence({**seen, **of_the_rule(known, before)})
    return without_credentials(replace(told, evidence=storable(told.evidence)), facts.client.credentials)


def without_credentials(outcome: Outcome, credentials: RequestCredentials | None) -> Outcome:
    """Return the outcome with nothing in it of what let us in, should the site have echoed it."""
    if credentials is None:
        return outcome
    return replace(
        outcome, value=credentials.redact(outcome.value), evidence=credentials.redact(outcome.evidence)
    )


def _settle(known: Check, facts: Facts, threshold: float | None, before: Outcome | None) -> Outcome:
    """Look, and look again where one look is not to be believed: on a failure and on a change."""
    first = _run(known, facts, threshold)
    unchanged = before is None or before.status == first.status
    if not known.confirm or known.metric or first.status not in (PASSED, FAILED):
        return first
    if first.status == PASSED and unchanged:
        return first
    return _majority(known, facts, threshold, first)


def _majority(known: Check, facts: Facts, threshold: float | None, first: Outcome) -> Outcome:
    """Ask a second time past every cache; where the answers differ, a third one decides."""
    looks = [first, _run(known, facts.again(1), threshold)]
    if looks[1].status != first.status and looks[1].status in (PASSED, FAILED):
        looks.append(_run(known, facts.again(2), threshold))
    seen = [one.status for one in looks]
    for one in looks:
        if seen.count(one.status) > 1:
            return one.with_evidence({"looks": seen})
    obstacle = next(one for one in looks if one.status not in (PASSED, FAILED))
    reason = obstacle.reason or "target_missing"
    detail = "The looks disagree: " + ", ".join(seen) + "."
    return inconclusive(reason, detail, looks=seen)


def _run(known: Check, facts: Facts, threshold: float | None) -> Outcome:
    """Run one check's function; whatever it trips over is inconclusive and harms no other check."""
    try:
        answer = known.run(facts)
        if isinstance(answer, Measurement):
            return judge(known, answer, threshold)
        return answer
    except CannotLook as obstacle:
        return Outcome(INCONCLUSIVE, reason=obstacle.reason, evidence={"detail": obstacle.detail})
    except Exception as error:  # noqa: BLE001 - the worker's boundary: one broken check must not end the look
        # What an exception says may be of the page, and the page may have said what let us in.
        logger.error("check %s broke", known.key, exc_info=None if facts.client.credentials else error)
        return inconclusive("not_available", "The check itself failed.", error=type(error).__name__)
