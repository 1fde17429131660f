"""Whether an issue of Sentry is quiet: no event has come in since its fix was ready.

Silence says little in the first minutes. An issue that a person resolved is watched by Sentry, which opens it again at
the next event; of another one an hour of silence is asked for, or three times its usual pause, if that is longer.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.providers.recheck import Reply

NO_NEW_EVENTS = "sentry_no_new_events"
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=3)
WATCHED = frozenset({"resolved"})
UNWATCHED = frozenset({"unresolved", "ignored", "muted", "resolvedInNextRelease"})


def quiet_since(issue: Mapping[str, Any], since: datetime, now: datetime) -> Reply:
    """Judge an issue as Sentry tells it. Raises ValueError, TypeError or KeyError for one of another form."""
    status, last = str(issue["status"]), datetime.fromisoformat(str(issue["lastSeen"]))
    seen = {name: issue.get(name) for name in ("shortId", "status", "substatus", "lastSeen", "count")}
    seen["since"] = since.isoformat()
    if last > since:
        return Reply(False, f"An event came in at {last:%Y-%m-%d %H:%M} UTC, after the fix was ready.", seen)
    if status not in WATCHED | UNWATCHED:
        return Reply(None, f"The issue has a status that this build does not know: {status[:60]!r}.", seen)
    if status in WATCHED:
        return Reply(True, "The issue is resolved, and no event has come in since the fix was ready.", seen)
    enough = since + _pause(issue, last)
    if now < enough:
        return Reply(
            None, f"No event yet, but that says little before {enough:%Y-%m-%d %H:%M} UTC: verify then.", seen
        )
    return Reply(True, "No event has come in since the fix was ready.", seen)


def _pause(issue: Mapping[str, Any], last: datetime) -> timedelta:
    """Return how long silence has to last to mean something: three times the usual pause between events."""
    first, count = datetime.fromisoformat(str(issue["firstSeen"])), int(issue["count"])
    usual = (last - first) / max(count - 1, 1)
    return min(max(3 * usual, SHORTEST), LONGEST)
