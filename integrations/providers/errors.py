"""Errors of a provider: *refused* (a person must change something) or *unavailable* (try again later).

The text of each error is a sentence for people. `reason` is a reason of an inconclusive check (scanner/outcome.py).
"""

from datetime import datetime


class ProviderError(Exception):
    reason: str


class ProviderRefused(ProviderError):
    """The vendor rejects the request until a person changes something."""

    reason = "blocked"

    def __init__(self, message: str, *, may_have_succeeded: bool = False) -> None:
        self.may_have_succeeded = (
            may_have_succeeded  # the response does not exclude that the request took effect
        )
        super().__init__(message)


class TokenRejected(ProviderError):
    """The vendor does not accept the token; a refreshed token may help (connection.py)."""

    # Not a ProviderRefused: a sync that continues after a refused request must stop after this.
    reason = "login_wall"


class GrantRefused(ProviderRefused):
    """The vendor does not accept the refresh token: only a new sign-in helps."""


class ResourceMissing(ProviderRefused):
    """The requested resource does not exist, or the token may not read it."""

    reason = "target_missing"


class OtherAccount(ProviderRefused):
    """A finding is not of the connected server, organisation, repository or property."""

    reason = "not_available"


class ServerNotAllowed(ProviderRefused):
    """The vendor's server is not one that this installation may connect to."""

    reason = "refused_address"


class ProviderUnavailable(ProviderError):
    """The vendor cannot answer now."""

    def __init__(
        self, message: str, *, retry_at: datetime | None = None, reason: str = "not_available"
    ) -> None:
        self.retry_at = retry_at  # when it accepts requests again, if known
        self.reason = reason
        super().__init__(message)


class UnreadableResponse(ProviderUnavailable):
    """A response is JSON of a form that the vendor does not document, perhaps only of one ticket."""


class ResponseTooLarge(ProviderUnavailable):
    """A response is larger than can be read. The same request is not sent again at once."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="truncated")
