"""One request and response on its own connection, and what a redirect may carry along."""

import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

import httpcore2
import httpx2

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.credentials import RequestCredentials
from krafter_audit.http.dialing import Deadline
from krafter_audit.http.errors import InvalidUrl, RefusedAddress, TimedOut, Unreachable
from krafter_audit.http.network_backend import CheckedBackend, ResponseLimitExceeded
from krafter_audit.http.responses import Headers, Response, decode_body
from krafter_audit.http.throttle import HostThrottle
from krafter_audit.http.throttle_state import OVERLOAD_STATUSES, ThrottleObservation
from krafter_audit.http.timestamps import parse_retry_after
from krafter_audit.http.urls import ParsedUrl

# An allowlist, because a denylist would miss the token header of some provider.
_CROSS_ORIGIN_HEADERS = frozenset(
    {"accept", "accept-encoding", "accept-language", "user-agent", "range", "origin"}
)
_BODY_HEADERS = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})
_MAX_OVERHEAD_BYTES = 1024 * 1024  # headers and chunk sizes, in addition to twice the body


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two reads, and in total with redirects; bytes of body; number of redirects."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 2 * 1024 * 1024
    redirects: int = 10


@dataclass(frozen=True)
class PreparedRequest:
    method: str
    url: ParsedUrl
    headers: httpx2.Headers
    content: bytes
    credentials: RequestCredentials | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return self.method, self.url.url

    def redirect_to(self, response: Response) -> Self | None:
        """Return the request that follows a redirect, unless it has a body for another origin."""
        if not response.is_redirect:
            return None
        try:
            url = self.url.join(response.location)
        except InvalidUrl:
            raise Unreachable(f"{self.url.host} redirects to an invalid URL.") from None
        except RefusedAddress as error:
            raise RefusedAddress(f"{self.url.host} redirects to a URL that is not allowed: {error}") from None
        same_origin = url.origin == self.url.origin
        becomes_get = _becomes_get(self.method, response.status)
        if self.content and not becomes_get and not same_origin:
            return None
        method, content = ("GET", b"") if becomes_get else (self.method, self.content)
        # Not sent again after the chain has left the origin, even if it leads back.
        credentials = self.credentials if same_origin else None
        headers = self._headers_after_redirect(same_origin=same_origin, becomes_get=becomes_get)
        return type(self)(method, url, headers, content, credentials)

    def _headers_after_redirect(self, *, same_origin: bool, becomes_get: bool) -> httpx2.Headers:
        headers = self.headers.multi_items()
        if not same_origin:
            headers = [(name, value) for name, value in headers if name in _CROSS_ORIGIN_HEADERS]
        if becomes_get:
            headers = [(name, value) for name, value in headers if name not in _BODY_HEADERS]
        return httpx2.Headers(headers)

    def to_httpcore(self, limits: Limits) -> httpcore2.Request:
        url = self.url
        request = httpx2.Request(self.method, url.url, headers=self.headers, content=self.content or None)
        # Connections are not reused.
        request.headers["connection"] = "close"
        if self.credentials:
            request.headers.update(self.credentials.headers_for(url.origin))
        return httpcore2.Request(
            self.method,
            httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.path),
            headers=request.headers.raw,
            content=self.content,
            extensions={"timeout": {"connect": limits.connect, "read": limits.read, "write": limits.read}},
        )


def _becomes_get(method: str, status: int) -> bool:
    # RFC 9110, section 15.4: 303 becomes GET; browsers do so for a POST with 301 and 302 too.
    return (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST")


@lru_cache(maxsize=16)
def tls_context(ca_file: str, *, as_browser: bool = False) -> ssl.SSLContext:
    """Return a context with the system's roots and those of `ca_file`; it is shared, so do not change it.

    As browsers do, it reads only the names of a certificate's extension, not the common name (RFC 9525, section 6.3).
    """
    # SSL_CERT_FILE of the environment is ignored: it would replace the trusted roots.
    context = httpx2.create_ssl_context(trust_env=False)
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise Unreachable(f"The root certificates in {ca_file} cannot be read.", tls=True) from error
    context.hostname_checks_common_name = not as_browser
    return context


@dataclass(frozen=True)
class Transport:
    """Sends the requests of one redirect chain under one deadline."""

    policy: AddressPolicy
    limits: Limits
    deadline: Deadline
    dns_cache: dict[tuple[str, int], list[Address]]
    first_address: int = 0  # index of the address that is tried first
    ca_file: str = ""
    decode: bool = True
    throttle: HostThrottle = field(default_factory=HostThrottle)
    expected_refusals: frozenset[int] = frozenset()

    def send(self, request: PreparedRequest) -> Response:
        """Wait for a slot, connect, send and read. Raises RefusedAddress, TimedOut or Unreachable."""
        with self.throttle.slot(request.url) as waited:
            # The wait for the throttle does not count as the site's time.
            self.deadline.extend(waited)
            try:
                response = self._exchange(request)
            except TimedOut:
                self.throttle.observe(request.url, ThrottleObservation(0))
                raise
            self._observe(request, response)
        return response

    def _observe(self, request: PreparedRequest, response: Response) -> None:
        seconds = parse_retry_after(response.headers.get("retry-after"))
        if seconds > 0 and response.status in OVERLOAD_STATUSES:
            self.throttle.back_off(request.url, seconds)
        if response.status in self.expected_refusals:
            return
        kind = _ttfb_kind(request, response)
        seen = ThrottleObservation(response.status, round(response.ttfb_ms, 2), kind, seconds > 0)
        self.throttle.observe(request.url, seen, address=response.address)

    def _exchange(self, request: PreparedRequest) -> Response:
        max_bytes = 2 * self.limits.body + _MAX_OVERHEAD_BYTES
        backend = CheckedBackend(self.policy, self.deadline, max_bytes, self.dns_cache, self.first_address)
        context = tls_context(self.ca_file) if request.url.scheme == "https" else None
        core_request = request.to_httpcore(self.limits)
        started_at, start = datetime.now(UTC), time.monotonic()
        with httpcore2.HTTPConnection(
            core_request.url.origin, context, network_backend=backend
        ) as connection:
            head = _receive_head(connection, core_request, backend)
            raw, complete = self._read(head)
        headers = Headers(head.headers)
        body, decoded = self._decode(raw, headers)
        if request.credentials:
            headers = headers.redacted(request.credentials)
            body = request.credentials.redact_bytes(body)
        complete = complete and decoded
        return Response(
            method=request.method,
            url=request.url.url,
            status=head.status,
            headers=headers,
            body=body,
            truncated=not complete,
            interrupted=not complete and len(body) < self.limits.body,
            address=backend.address,
            started_at=started_at,
            ttfb_ms=backend.ttfb_ms,
            duration_ms=(time.monotonic() - start) * 1000,
            encoded_size=len(raw),
        )

    def _read(self, head: httpcore2.Response) -> tuple[bytes, bool]:
        body = bytearray()
        try:
            for chunk in head.iter_stream():
                body += chunk
                if len(body) > self.limits.body:
                    return bytes(body[: self.limits.body]), False
                self.deadline.remaining()
        except (httpcore2.NetworkError, httpcore2.ProtocolError, ResponseLimitExceeded):
            return bytes(body), False
        return bytes(body), True

    def _decode(self, raw: bytes, headers: Headers) -> tuple[bytes, bool]:
        if not self.decode:
            return raw, True
        return decode_body(raw, headers.get("content-encoding"), limit=self.limits.body)


def _ttfb_kind(request: PreparedRequest, response: Response) -> str:
    """Return the kind of a request with a comparable Time to First Byte: documents, cached or not."""
    is_html = (response.headers.get("content-type") or "").lower().startswith("text/html")
    if request.method != "GET" or not is_html:
        return ""
    return "fresh" if "no-cache" in request.headers.get("cache-control", "") else "cached"


def _receive_head(
    connection: httpcore2.HTTPConnection, request: httpcore2.Request, backend: CheckedBackend
) -> httpcore2.Response:
    try:
        return connection.handle_request(request)
    # Messages of h11 and httpcore may contain header values, so they are dropped.
    except httpcore2.LocalProtocolError:
        raise Unreachable("The request's method or a header cannot be sent.") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ResponseLimitExceeded) as error:
        host, unanswered = request.url.host.decode("ascii"), not backend.has_answered
        raise Unreachable(f"{host} did not answer with valid HTTP.", unanswered=unanswered) from error
