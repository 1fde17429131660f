"""Decide whether an issue of Sentry is fixed: no event was received since its fix was ready."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.providers.findings import RecheckResult

NO_NEW_EVENTS = "sentry_no_new_events"
# Without a new event, before an unresolved issue counts as fixed.
MIN_QUIET_TIME, MAX_QUIET_TIME = timedelta(hours=1), timedelta(days=3)
RESOLVED_STATUSES = frozenset({"resolved"})
UNRESOLVED_STATUSES = frozenset({"unresolved", "ignored", "muted", "resolvedInNextRelease"})


def result_since(issue: Mapping[str, Any], since: datetime, now: datetime) -> RecheckResult:
    """Judge an issue's JSON. Raises ValueError, TypeError or KeyError for an undocumented form."""
    status, last_event = str(issue["status"]), datetime.fromisoformat(str(issue["lastSeen"]))
    evidence = {name: issue.get(name) for name in ("shortId", "status", "substatus", "lastSeen", "count")}
    evidence["since"] = since.isoformat()
    if last_event > since:
        message = f"An event was received at {last_event:%Y-%m-%d %H:%M} UTC, after the fix was ready."
        return RecheckResult(False, message, evidence)
    if status not in RESOLVED_STATUSES | UNRESOLVED_STATUSES:
        message = f"The issue has a status that this version does not know: {status[:60]!r}."
        return RecheckResult(None, message, evidence)
    # Sentry itself reopens a resolved issue at its next event. For any other one, time without events must pass.
    if status in RESOLVED_STATUSES:
        message = "The issue is resolved, and no event was received since the fix was ready."
        return RecheckResult(True, message, evidence)
    quiet_at = since + _quiet_time(issue, last_event)
    if now < quiet_at:
        message = f"No event yet; verify again after {quiet_at:%Y-%m-%d %H:%M} UTC to be sure."
        return RecheckResult(None, message, evidence)
    return RecheckResult(True, "No event was received since the fix was ready.", evidence)


def _quiet_time(issue: Mapping[str, Any], last_event: datetime) -> timedelta:
    # A rare error is not fixed because it did not occur for an hour: three times its usual interval must pass.
    first_event, count = datetime.fromisoformat(str(issue["firstSeen"])), int(issue["count"])
    interval = (last_event - first_event) / max(count - 1, 1)
    return min(max(3 * interval, MIN_QUIET_TIME), MAX_QUIET_TIME)
