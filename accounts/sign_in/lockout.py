"""Lock-out: attempts are counted in Redis, and beyond a limit each is followed by a longer pause.

Without Redis attempts pass (as in krafter_audit/api/throttling/rate_limits.py).
"""

import hashlib
import math
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.db import redis_client

FIRST_PAUSE_SECONDS = 30  # doubled by each further attempt
MAX_PASSWORD_RESETS = 3  # of an address, before the first pause
ADDRESS_FACTOR = 10  # the people of an office share an address
COUNT_TTL_SECONDS = 3600  # counts are deleted this long after the end of the longest pause

# KEYS: the hash of each subject. ARGV: now, seconds to keep, first pause, longest pause, then the limit of each key.
# An attempt that is not refused sets the pause for those that come after it.
COUNT_ATTEMPT = """
local now, wait, counts, locked = tonumber(ARGV[1]), 0, {}, {}
for index, key in ipairs(KEYS) do
    counts[index] = redis.call('HINCRBY', key, 'count', 1)
    redis.call('EXPIRE', key, ARGV[2])
    wait = math.max(wait, tonumber(redis.call('HGET', key, 'open_at') or 0) - now)
end
for index, key in ipairs(KEYS) do
    local excess = counts[index] - tonumber(ARGV[4 + index])
    if wait <= 0 and excess >= 0 then
        local pause = math.min(tonumber(ARGV[3]) * 2 ^ excess, tonumber(ARGV[4]))
        redis.call('HSET', key, 'open_at', string.format('%.3f', now + pause))
        locked[#locked + 1] = index
    end
end
return {tostring(wait), locked}
"""
# KEYS: the hash of one subject. ARGV: its limit.
UNCOUNT_ATTEMPT = """
if redis.call('EXISTS', KEYS[1]) == 0 then return end
if redis.call('HINCRBY', KEYS[1], 'count', -1) < tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], 'open_at') end
"""


@dataclass(frozen=True)
class AttemptSubject:
    """The subject whose attempts are counted: a kind such as `account`, and its value, stored as a digest."""

    kind: str
    value: str
    limit: int

    @property
    def key(self) -> str:
        # A digest, so that Redis has no e-mail addresses.
        return f"krafter:lockout:{self.kind}:{hashlib.sha256(self.value.encode()).hexdigest()}"


@dataclass(frozen=True)
class AttemptOutcome:
    """`wait`: seconds for which the attempt is refused, 0 if it is allowed; `locked`: subjects that it has paused."""

    wait: int
    locked: tuple[AttemptSubject, ...] = ()


def account_subject(email: str, *, browser: str = "") -> AttemptSubject:
    """Return the subject of an e-mail address, with an account or not; a `browser` known to it has its own."""
    value = " ".join(filter(None, (email.strip().lower(), browser)))
    return AttemptSubject("account", value, settings.KRAFTER_SIGN_IN_ATTEMPTS)


def codes_subject(user_id: str) -> AttemptSubject:
    return AttemptSubject("codes", user_id, settings.KRAFTER_SIGN_IN_ATTEMPTS)


def password_reset_subject(email: str) -> AttemptSubject:
    return AttemptSubject("reset", email.strip().lower(), MAX_PASSWORD_RESETS)


def address_subject(address: str) -> AttemptSubject:
    return AttemptSubject("address", address, settings.KRAFTER_SIGN_IN_ATTEMPTS * ADDRESS_FACTOR)


def count_attempt(*subjects: AttemptSubject) -> AttemptOutcome:
    """Count an attempt for each subject, before it is checked; refuse it while one of them is paused."""
    longest = settings.KRAFTER_SIGN_IN_PAUSE_SECONDS
    arguments = [time.time(), longest + COUNT_TTL_SECONDS, min(FIRST_PAUSE_SECONDS, longest), longest]
    # Counted before the check, so that simultaneous attempts cannot pass the limit.
    result = _run(
        COUNT_ATTEMPT,
        [subject.key for subject in subjects],
        [*arguments, *(subject.limit for subject in subjects)],
    )
    if result is None:
        unchecked_requests.count()
        return AttemptOutcome(0)
    wait, locked = result
    return AttemptOutcome(max(0, math.ceil(float(wait))), tuple(subjects[index - 1] for index in locked))


def clear(subject: AttemptSubject) -> None:
    """Delete the count of a subject, and end its pause."""
    redis_client.call_or_default(lambda server: server.delete(subject.key), None)


def uncount_attempt(subject: AttemptSubject) -> None:
    """Subtract one attempt, which has succeeded."""
    # Not all attempts: an attacker's own sign-ins would clear an address.
    _run(UNCOUNT_ATTEMPT, [subject.key], [subject.limit])


def _run(script: str, keys: list[str], arguments: list[Any]) -> Any:
    return redis_client.call_or_default(
        lambda server: redis_client.script(script)(keys=keys, args=arguments, client=server), None
    )
