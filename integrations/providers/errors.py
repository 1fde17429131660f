"""What may go wrong at a vendor: it says no, or it cannot answer now."""

from datetime import datetime


class Refused(Exception):
    """The provider says no, and will until a person changes something. The text is a sentence.

    `reason` is one of those for which another look at a finding is inconclusive (scanner/outcome.py).
    """

    reason = "blocked"


class Expired(Refused):
    """The provider does not accept the token, or no longer: a new one may do where it can be had."""

    reason = "login_wall"


class Absent(Refused):
    """What was asked for is not there, or not shown to us."""

    reason = "target_missing"


class OutOfReach(Refused):
    """The address is not one that this installation may reach."""

    reason = "refused_address"


class Unavailable(Exception):
    """The provider cannot answer now. `retry_at` is when it lets us in again, where it says so."""

    def __init__(
        self, message: str, *, retry_at: datetime | None = None, reason: str = "not_available"
    ) -> None:
        self.retry_at = retry_at
        self.reason = reason
        super().__init__(message)
