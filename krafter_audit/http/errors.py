"""What can go wrong on the way to another host, as classes.

Messages name host and port, never path or query.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from krafter_audit.http.responses import Response


class HttpError(Exception):
    """A request that brought no usable answer.

    `reason` is one word out of a short list, to be stored with an inconclusive outcome; `str(error)` is a
    sentence without secrets; `history` holds the answers of the redirects that were followed before.
    """

    reason: ClassVar[str] = "blocked"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.history: tuple[Response, ...] = ()


class BadUrl(HttpError):
    """The URL can't be read as one."""

    reason = "invalid_url"


class RefusedAddress(HttpError):
    """What may not be asked: an address that is not public, another port or scheme, userinfo."""

    reason = "refused_address"


class TimedOut(HttpError):
    """The look-up, the connection, the handshake, the answer or the whole exchange took too long."""

    reason = "timeout"


class Unreachable(HttpError):
    """No DNS answer, a refused or broken connection, a failed TLS handshake (`tls`), or what is not HTTP."""

    reason = "blocked"

    def __init__(self, message: str, *, tls: bool = False) -> None:
        super().__init__(message)
        self.tls = tls


class TooManyRedirects(HttpError):
    """More redirects than the limit, or redirects in a circle."""

    reason = "blocked"
