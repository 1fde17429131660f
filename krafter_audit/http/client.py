"""The SSRF-safe HTTP client of every request to another host.

Time, size and redirects are limited; cookies are not stored, and connections are not reused.
"""

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Self, TypedDict, Unpack

import httpx2

from krafter_audit.http import tracing
from krafter_audit.http.addresses import Address, AddressPolicy, is_local_name, parse_address
from krafter_audit.http.credentials import RequestCredentials
from krafter_audit.http.defaults import network_defaults
from krafter_audit.http.dialing import Deadline, dial, resolve_allowed
from krafter_audit.http.errors import (
    HttpError,
    InvalidUrl,
    RefusedAddress,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from krafter_audit.http.responses import GONE_STATUSES, Headers, Response
from krafter_audit.http.throttle import HostThrottle
from krafter_audit.http.transport import Limits, PreparedRequest, Transport
from krafter_audit.http.urls import SCHEME_PORTS, ParsedUrl

__all__ = [
    "GONE_STATUSES",
    "SCHEME_PORTS",
    "AddressPolicy",
    "Client",
    "Headers",
    "HostThrottle",
    "HttpError",
    "InvalidUrl",
    "Limits",
    "ParsedUrl",
    "RefusedAddress",
    "RequestCredentials",
    "Response",
    "TimedOut",
    "TooManyRedirects",
    "Unreachable",
    "dial",
    "is_operator_allowed",
    "validate_url",
]

USER_AGENT = "KrafterAudit/1 (+https://app.krafter.dev)"
_DNS_TIMEOUT_SECONDS = 3.0


class RequestOptions(TypedDict, total=False):
    headers: Mapping[str, str] | None
    params: Mapping[str, Any] | None
    json: Any
    data: Mapping[str, Any] | None
    content: bytes | str | None
    follow_redirects: bool
    decode: bool
    limits: Limits | None
    expected_refusals: Collection[int]


def validate_url(url: str, *, policy: AddressPolicy | None = None, resolve: bool = False) -> str:
    """Return the URL normalised: lower-case host, no default port, no fragment.

    Raises InvalidUrl or RefusedAddress; with `resolve` (3 s) TimedOut or Unreachable too.
    """
    policy = network_defaults().policy if policy is None else policy
    parsed = ParsedUrl.parse(url)
    # A public-looking name is not resolved at each validation: the connection checks its addresses anyway.
    looks_public = not is_local_name(parsed.host) and not parse_address(parsed.host)
    if resolve or not (looks_public and parsed.port in policy.ports):
        _require_allowed(parsed, policy)
    return parsed.url


def _require_allowed(url: ParsedUrl, policy: AddressPolicy) -> None:
    if not policy.allows_networks_on(url.port):  # only the name and the port decide, without DNS
        policy.require_port(url.port)
        policy.require_public_name(url.host)
    deadline = Deadline(_DNS_TIMEOUT_SECONDS, f"The DNS lookup of {url.host}")
    try:
        resolve_allowed(url.host, url.port, policy, deadline)
    except (TimedOut, Unreachable):
        # Only the addresses decide whether a local name is allowed.
        policy.require_public_name(url.host)
        raise


def is_operator_allowed(url: str) -> bool:
    """Return whether only the operator's list of networks allows a URL that is valid for the project."""
    try:
        validate_url(url, policy=AddressPolicy())
    except HttpError:
        return True
    return False


class Client:
    """Sends requests; a context manager, for one run or call.

    `policy` and `ca_file` are the project's settings if None. `credentials` are sent to their own origin only.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        policy: AddressPolicy | None = None,
        ca_file: str | None = None,
        throttle: HostThrottle | None = None,
        credentials: RequestCredentials | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.policy = network_defaults().policy if policy is None else policy
        self.ca_file = network_defaults().ca_file if ca_file is None else ca_file
        self.throttle = throttle or HostThrottle()
        self.credentials = credentials
        # For one run: its requests go to the addresses that were checked first.
        self._dns_cache: dict[tuple[str, int], list[Address]] = {}
        self._first_address = 0

    def at_second_address(self) -> Self:
        """Return the same client, except that it connects to the second address of a host, where there is one."""
        other = copy(self)
        other._first_address = 1
        return other

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._dns_cache.clear()  # each connection was closed with its request

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        content: bytes | str | None = None,
        follow_redirects: bool = False,
        decode: bool = True,
        limits: Limits | None = None,
        expected_refusals: Collection[int] = (),
    ) -> Response:
        """Send a request and read at most `limits.body` bytes of the response.

        `params` extend the URL's query; the body is `json`, `data` (a form) or `content`. With `decode=False` the body
        stays encoded; one that breaks off is `truncated`. Statuses of `expected_refusals` do not affect the rate, such
        as a 403 for a path that should be closed. Raises InvalidUrl, RefusedAddress, TimedOut, Unreachable or
        TooManyRedirects.
        """
        parsed = _add_params(ParsedUrl.parse(url), params)
        request = self._prepare(method, parsed, headers, json=json, data=data, content=content)
        limits = limits or self.limits
        transport = Transport(
            policy=self.policy,
            limits=limits,
            deadline=Deadline(limits.total, f"The request to {parsed.host}"),
            dns_cache=self._dns_cache,
            first_address=self._first_address,
            ca_file=self.ca_file,
            decode=decode,
            throttle=self.throttle,
            expected_refusals=frozenset(expected_refusals),
        )
        return _send(transport, request, limits.redirects if follow_redirects else None)

    def _prepare(
        self, method: str, url: ParsedUrl, headers: Mapping[str, str] | None, **body: Any
    ) -> PreparedRequest:
        defaults = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        try:
            merged = httpx2.Headers(defaults)
            merged.update(headers)
            request = httpx2.Request(method.upper(), url.url, headers=merged, **body)
        except UnicodeError:
            raise Unreachable("A request header is not ASCII and cannot be sent.") from None
        # `to_httpcore` sets it for each URL of a redirect chain.
        del request.headers["host"]
        return PreparedRequest(request.method, url, request.headers, request.read(), self.credentials)

    def get(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        return self.request("POST", url, **options)


def _add_params(url: ParsedUrl, params: Mapping[str, Any] | None) -> ParsedUrl:
    return ParsedUrl.parse(str(httpx2.URL(url.url).copy_merge_params(params))) if params else url


def _send(transport: Transport, request: PreparedRequest, limit: int | None) -> Response:
    with tracing.outbound_request(request.method, request.url.host) as record_status:
        response = _send_with_redirects(transport, request, limit)
        record_status(response.status)
        return response


def _send_with_redirects(transport: Transport, request: PreparedRequest, limit: int | None) -> Response:
    responses: list[Response] = []
    sent: set[tuple[str, str]] = set()
    try:
        while True:
            responses.append(transport.send(request))
            following = None if limit is None else request.redirect_to(responses[-1])
            if following is None:
                return replace(responses.pop(), history=tuple(responses))
            sent.add(request.identity)
            # No cookies are stored, so repeating a request is a loop.
            if len(responses) > (limit or 0) or following.identity in sent:
                raise TooManyRedirects(f"{request.url.host} redirects in a loop or too often.")
            request = following
    except HttpError as error:
        error.history = tuple(responses)
        raise
