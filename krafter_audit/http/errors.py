"""Errors of an outbound request. Messages name host and port, never path or query, which may hold secrets."""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from krafter_audit.http.responses import Response


class HttpError(Exception):
    """A request without a usable response."""

    reason: ClassVar[str] = "blocked"  # stored with an inconclusive check

    def __init__(self, message: str) -> None:
        super().__init__(message)
        # The redirects that were followed before the error.
        self.history: tuple[Response, ...] = ()


class InvalidUrl(HttpError):
    """The URL cannot be parsed."""

    reason = "invalid_url"


class RefusedAddress(HttpError):
    """The policy forbids the request."""

    reason = "refused_address"


class TimedOut(HttpError):
    """A lookup, connection, handshake, response or the whole request took too long.

    `unanswered`: the server has accepted no connection, as behind a firewall that drops packets.
    """

    reason = "timeout"

    def __init__(self, message: str, *, unanswered: bool = False) -> None:
        super().__init__(message)
        self.unanswered = unanswered


class Unreachable(HttpError):
    """No DNS record, no connection, no TLS (`tls`), or no HTTP.

    `unanswered`: the server refuses connections, or has closed this one without a byte.
    """

    def __init__(self, message: str, *, tls: bool = False, unanswered: bool = False) -> None:
        super().__init__(message)
        self.tls = tls
        self.unanswered = unanswered


class Unresolved(Unreachable):
    """The name has no address, or its name server does not answer."""


class TooManyRedirects(HttpError):
    """More redirects than the limit, or a redirect loop."""
