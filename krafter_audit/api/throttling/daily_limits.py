"""Limits of what an organisation uses in 24 hours, such as mails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone

from krafter_audit.api.errors import ApiError

PERIOD = timedelta(hours=24)


def require_below_limit(
    error: type[ApiError],
    uses: Sequence[tuple[datetime, int]],
    *,
    wanted: int,
    limit: int,
    message: str | None = None,
) -> None:
    """Raise the error if `wanted` more exceed the limit, with the numbers, and the seconds until they do not.

    `uses`: the times and numbers of the last 24 hours, the oldest first. The caller holds a lock: two requests at once
    must not both get the last one that is allowed.
    """
    used = sum(number for _, number in uses)
    excess, freed_at = used + wanted - limit, timezone.now()
    if excess <= 0:
        return
    for used_at, number in uses:
        excess, freed_at = excess - number, used_at
        if excess <= 0:
            break
    wait = max(1, ceil((freed_at + PERIOD - timezone.now()).total_seconds()))
    raise error(message, details={"limit": limit, "used": used}, headers={"retry-after": str(wait)})
