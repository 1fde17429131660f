"""One request and its answer on a connection of its own, and what a redirect may take along."""

import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

import httpcore2
import httpx2

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.credentials import Access
from krafter_audit.http.dialing import Deadline
from krafter_audit.http.errors import BadUrl, Unreachable
from krafter_audit.http.limits import Limits
from krafter_audit.http.network_backend import GuardedBackend, WireLimit
from krafter_audit.http.responses import Headers, Response, decoded
from krafter_audit.http.throttle import Pace, seconds_to_wait
from krafter_audit.http.urls import Target

BUSY = frozenset({429, 503})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin: a list of what is dropped would miss some provider's token.
_FOLLOWS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent", "range", "origin"})
_BODY_HEADERS = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})
_WIRE_ROOM = 1024 * 1024  # bytes for headers and the marks of chunks, on top of twice the body


@dataclass(frozen=True)
class Hop:
    """One request of a chain of redirects."""

    method: str
    target: Target
    headers: httpx2.Headers
    content: bytes
    access: Access | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two requests of a chain the same."""
        return self.method, self.target.url

    def following(self, response: Response) -> Self | None:
        """The request that a redirect asks for.

        None where the answer is no redirect, or one that would hand a body to another origin.
        """
        location = response.headers.get("location")
        if response.status not in REDIRECTS or not location:
            return None
        try:
            target = self.target.redirected(location)
        except BadUrl:
            raise Unreachable(f"{self.target.host} redirects to something that is no URL.") from None
        turns_get = _turns_get(self.method, response.status)
        if self.content and not turns_get and target.origin != self.target.origin:
            return None
        method, content = ("GET", b"") if turns_get else (self.method, self.content)
        # Once the chain has left the origin, what lets into it is not sent again, even where it leads back.
        access = self.access if target.origin == self.target.origin else None
        return type(self)(method, target, self._headers_for(target, turns_get), content, access)

    def _headers_for(self, target: Target, turns_get: bool) -> httpx2.Headers:
        kept = self.headers.multi_items()
        if target.origin != self.target.origin:
            kept = [(name, value) for name, value in kept if name in _FOLLOWS]
        if turns_get:
            kept = [(name, value) for name, value in kept if name not in _BODY_HEADERS]
        return httpx2.Headers(kept)

    def as_sent(self, limits: Limits) -> httpcore2.Request:
        """With Host and length filled in; the connection ends with the answer."""
        target = self.target
        request = httpx2.Request(self.method, target.url, headers=self.headers, content=self.content or None)
        request.headers["connection"] = "close"
        if self.access:
            request.headers.update(self.access.sent_to(target.origin))
        return httpcore2.Request(
            self.method,
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=request.headers.raw,
            content=self.content,
            extensions={"timeout": {"connect": limits.connect, "read": limits.read, "write": limits.read}},
        )


def _turns_get(method: str, status: int) -> bool:
    return (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST")


@lru_cache(maxsize=16)
def tls_context(ca_file: str, *, verify: bool) -> ssl.SSLContext:
    """The system's authorities and those of `ca_file`; nothing out of the environment."""
    context = httpx2.create_ssl_context(verify=verify, trust_env=False)
    if ca_file and verify:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as fault:
            raise Unreachable(f"The authorities in {ca_file} can't be read.", tls=True) from fault
    return context


@dataclass(frozen=True)
class Exchange:
    """What the hops of one request share; `pins` is what names resolved to."""

    policy: AddressPolicy
    limits: Limits
    deadline: Deadline
    pins: dict[tuple[str, int], list[Address]]
    ca_file: str = ""
    verify: bool = True
    decode: bool = True
    pace: Pace = field(default_factory=Pace)

    def ask(self, hop: Hop) -> Response:
        """Connect, send, read when it is this request's turn. Raises RefusedAddress, TimedOut, Unreachable."""
        with self.pace.turn(hop.target) as waited:
            self.deadline.put_off(waited)
            response = self._asked(hop)
        wait = seconds_to_wait(response.headers.get("retry-after")) if response.status in BUSY else 0
        if wait > 0:
            self.pace.leave_alone(hop.target, wait)
        return response

    def _asked(self, hop: Hop) -> Response:
        backend = GuardedBackend(self.policy, self.deadline, 2 * self.limits.body + _WIRE_ROOM, self.pins)
        context = tls_context(self.ca_file, verify=self.verify) if hop.target.scheme == "https" else None
        request = hop.as_sent(self.limits)
        started_at, start = datetime.now(UTC), time.monotonic()
        with httpcore2.HTTPConnection(request.url.origin, context, network_backend=backend) as connection:
            answer = _answered(connection, request, hop.target.host)
            raw, whole = self._read(answer)
        headers = Headers(answer.headers)
        body, decodes = self._decoded(raw, headers)
        if hop.access:
            headers, body = headers.without(hop.access), hop.access.hide_bytes(body)
        return Response(
            method=hop.method,
            url=hop.target.url,
            status=answer.status,
            headers=headers,
            body=body,
            truncated=not (whole and decodes),
            broke_off=not (whole and decodes) and len(body) < self.limits.body,
            address=backend.address,
            started_at=started_at,
            ttfb_ms=backend.waited_ms,
            duration_ms=(time.monotonic() - start) * 1000,
            encoded_size=len(raw),
        )

    def _read(self, answer: httpcore2.Response) -> tuple[bytes, bool]:
        """At most `limits.body` bytes as sent: (body, whether that is all of it)."""
        body = bytearray()
        try:
            for piece in answer.iter_stream():
                body += piece
                if len(body) > self.limits.body:
                    return bytes(body[: self.limits.body]), False
                self.deadline.bound()
        except (httpcore2.NetworkError, httpcore2.ProtocolError, WireLimit):
            return bytes(body), False
        return bytes(body), True

    def _decoded(self, raw: bytes, headers: Headers) -> tuple[bytes, bool]:
        if not self.decode:
            return raw, True
        return decoded(raw, headers.get("content-encoding"), limit=self.limits.body)


def _answered(
    connection: httpcore2.HTTPConnection, request: httpcore2.Request, host: str
) -> httpcore2.Response:
    """The answer's head. What h11 and httpcore say may hold header values, so it is not passed on."""
    try:
        return connection.handle_request(request)
    except httpcore2.LocalProtocolError:
        raise Unreachable("The request's method or a header can't be sent.") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, WireLimit) as fault:
        raise Unreachable(f"{host} did not answer with valid HTTP.") from fault
