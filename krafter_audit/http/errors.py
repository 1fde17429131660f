"""Errors of an outbound request. Messages name host and port, never path or query, which may hold secrets."""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from krafter_audit.http.responses import Response


class HttpError(Exception):
    """A request without a usable response.

    `reason` is a machine-readable word, stored with an inconclusive check; `history` has the redirects before it.
    """

    reason: ClassVar[str] = "blocked"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.history: tuple[Response, ...] = ()


class InvalidUrl(HttpError):
    """The URL cannot be parsed."""

    reason = "invalid_url"


class RefusedAddress(HttpError):
    """The policy forbids the request: an address that is not public, another port or scheme, userinfo."""

    reason = "refused_address"


class TimedOut(HttpError):
    """DNS lookup, connection, TLS handshake, response or the whole request took too long."""

    reason = "timeout"


class Unreachable(HttpError):
    """No DNS record, connection refused or broken, TLS handshake failed (`tls`), or not HTTP."""

    reason = "blocked"

    def __init__(self, message: str, *, tls: bool = False) -> None:
        super().__init__(message)
        self.tls = tls


class TooManyRedirects(HttpError):
    """More redirects than the limit, or a redirect loop."""

    reason = "blocked"
