"""The only door out: every request of the house to another host goes through here.

A request reaches public addresses and those that the operator has listed, and nothing else, whatever a URL, a
redirect or the DNS says (`addresses`, `connections`). Time, size and redirects are capped. Proxy and
certificate variables of the environment are ignored, no cookie is kept, no connection is used twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

import httpx2
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from krafter_audit.http.addresses import Address, AddressPolicy, address_of, is_local_name
from krafter_audit.http.credentials import Access
from krafter_audit.http.dialing import Deadline, checked_addresses, dial
from krafter_audit.http.errors import (
    BadUrl,
    HttpError,
    RefusedAddress,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from krafter_audit.http.limits import Limits
from krafter_audit.http.responses import Headers, Response
from krafter_audit.http.throttle import Pace
from krafter_audit.http.transport import Exchange, Hop
from krafter_audit.http.urls import SCHEME_PORTS, Target

__all__ = [
    "SCHEME_PORTS",
    "Access",
    "AddressPolicy",
    "BadUrl",
    "Client",
    "Headers",
    "HttpError",
    "Limits",
    "Pace",
    "RefusedAddress",
    "Response",
    "Target",
    "TimedOut",
    "TooManyRedirects",
    "Unreachable",
    "dial",
    "retrying",
    "validate_url",
]

USER_AGENT = "KrafterAudit/1 (+https://app.krafter.dev)"
_LOOK_UP_SECONDS = 3.0


class Options(TypedDict, total=False):
    """What a request may be given; see `Client.request`."""

    headers: Mapping[str, str] | None
    params: Mapping[str, Any] | None
    json: Any
    data: Mapping[str, Any] | None
    content: bytes | str | None
    follow_redirects: bool
    decode: bool
    limits: Limits | None


def policy_from_settings() -> AddressPolicy:
    """What the operator allows (KRAFTER_ALLOWED_NETWORKS)."""
    from django.conf import settings

    return AddressPolicy.from_setting(settings.KRAFTER_ALLOWED_NETWORKS)


def _ca_file_from_settings() -> str:
    from django.conf import settings

    return str(settings.KRAFTER_CA_FILE or "")


def validate_url(url: str, *, policy: AddressPolicy | None = None, resolve: bool = False) -> str:
    """The URL in one spelling: lower-case host, no default port, no fragment.

    Raises BadUrl or RefusedAddress for one that would never be asked. Without `resolve` a name that looks
    public is believed; with it the name is looked up (3 s), which may raise TimedOut or Unreachable as well.
    """
    policy = policy_from_settings() if policy is None else policy
    target = Target.parse(url)
    tells = not is_local_name(target.host) and target.port in policy.ports and not address_of(target.host)
    if resolve or not tells:
        _require(target, policy)
    return target.url


def _require(target: Target, policy: AddressPolicy) -> None:
    """Refuse by the name or port alone where nothing is listed; else ask what the name stands for."""
    if not policy.listed:
        policy.require_port(target.port)
        policy.require_public_name(target.host)
    deadline = Deadline(_LOOK_UP_SECONDS, f"The look-up of {target.host}")
    checked_addresses(target.host, target.port, policy, deadline)


class Client:
    """Makes guarded requests; a context manager.

    `access` lets into a site behind a login: it goes to its own origin alone (`lib/access.py`).
    `policy` and `ca_file` come from the settings when they are None; `ca_file` adds to the system's
    authorities; `pace` lets requests wait for their turn. What a name resolved to is kept for the client's
    life: one client a run or a call, not one for ever.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        policy: AddressPolicy | None = None,
        user_agent: str = USER_AGENT,
        ca_file: str | None = None,
        verify: bool = True,
        pace: Pace | None = None,
        access: Access | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.policy = policy_from_settings() if policy is None else policy
        self.user_agent = user_agent
        self.ca_file = _ca_file_from_settings() if ca_file is None else ca_file
        self.pace = pace or Pace()
        self.access = access
        self._verify = verify
        self._pins: dict[tuple[str, int], list[Address]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what names resolved to; each connection was closed with its request."""
        self._pins.clear()

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
    ) -> Response:
        """Ask, and read at most `limits.body` bytes of the answer.

        `params` are added to the URL's query; `json`, `data` (a form) or `content` is the body. With
        `decode=False` the body stays encoded. A redirect to another origin takes no credentials and no body
        along: one that would is answered as it is. Raises HttpError: BadUrl, RefusedAddress, TimedOut (in
        the middle of a body too), Unreachable, TooManyRedirects. A connection that breaks in the middle of a
        body gives `truncated`.
        """
        target = _with_params(Target.parse(url), params)
        hop = self._hop(method, target, headers, json=json, data=data, content=content)
        limits = limits or self.limits
        deadline = Deadline(limits.total, f"The request to {target.host}")
        exchange = Exchange(
            self.policy, limits, deadline, self._pins, self.ca_file, self._verify, decode, self.pace
        )
        return _followed(exchange, hop, limits.redirects if follow_redirects else None)

    def _hop(self, method: str, target: Target, headers: Mapping[str, str] | None, **body: Any) -> Hop:
        given = httpx2.Headers(
            {"user-agent": self.user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        )
        try:
            given.update(headers)
            request = httpx2.Request(method.upper(), target.url, headers=given, **body)
        except UnicodeError:
            raise Unreachable("A header of the request can't be sent: it is not plain ASCII.") from None
        del request.headers["host"]
        access = self.access if self._verify else None
        return Hop(request.method, target, request.headers, request.read(), access)

    def get(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("OPTIONS", url, **options)

    def post(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("POST", url, **options)

    def patch(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("PATCH", url, **options)

    def put(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("PUT", url, **options)

    def delete(self, url: str, **options: Unpack[Options]) -> Response:
        """See `request`."""
        return self.request("DELETE", url, **options)


def _with_params(target: Target, params: Mapping[str, Any] | None) -> Target:
    if not params:
        return target
    return Target.parse(str(httpx2.URL(target.url).copy_merge_params(params)))


def _followed(exchange: Exchange, hop: Hop, redirects: int | None) -> Response:
    """Ask hop after hop; with `redirects` None the first answer is the answer."""
    answers: list[Response] = []
    asked: set[tuple[str, str]] = set()
    try:
        while True:
            answers.append(exchange.ask(hop))
            following = None if redirects is None else hop.following(answers[-1])
            if following is None:
                return replace(answers.pop(), history=tuple(answers))
            asked.add(hop.identity)
            # No cookie is kept, so the same request would bring the same answer.
            if len(answers) > (redirects or 0) or following.identity in asked:
                raise TooManyRedirects(f"{hop.target.host} redirects in a circle or too often.")
            hop = following
    except HttpError as error:
        error.history = tuple(answers)
        raise


def retrying[T](call: Callable[[], T], *, attempts: int = 3) -> T:
    """Call again, after 0.2 to 2 s, when it timed out or broke; for idempotent calls only.

    A failed TLS handshake or a refused address stays what it is. Raises the last error.
    """
    retries = Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )
    return retries(call)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TimedOut) or (isinstance(error, Unreachable) and not error.tls)
