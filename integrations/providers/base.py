"""The base of every provider: HTTP requests, their errors, rate limits and pages.

A provider receives an HTTP client, the credentials and the base URL. It raises a ProviderError and nothing else.
"""

import codecs
import json
import re
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import orjson
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from integrations.providers.credential_fields import CredentialField
from integrations.providers.errors import (
    ProviderRefused,
    ProviderUnavailable,
    ResourceMissing,
    ResponseTooLarge,
    ServerNotAllowed,
    TokenRejected,
    UnreadableResponse,
)
from integrations.providers.headers import at_epoch, next_page, retry_after
from integrations.providers.oauth import OAuth
from integrations.providers.webhooks import WebhookFormat
from krafter_audit.http.client import GONE_STATUSES, Client, HttpError, Response

IDEMPOTENT_METHODS = frozenset({"GET", "PATCH", "PUT", "DELETE"})
# The statuses with which a vendor itself rejects a request, which then had no effect.
NO_EFFECT_STATUSES = frozenset({400, 403, 422})
MAX_ATTEMPTS = 3  # of one request
# Ends a list that never ends, such as one that grows while it is read.
MAX_PAGES = 1000
MAX_RESPONSES = 10  # the last ones, as evidence of a recheck
MAX_DETAIL_LENGTH = 200
# As JSON writes a NUL character: after an even number of backslashes.
ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
UNKNOWN_FORMAT = "answered in a format that this version cannot read"
MAX_PARSER_DEPTH = 1024  # of orjson
# The exceptions of reading JSON of an unexpected form.
PARSE_ERRORS = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class ResponseRecord:
    """The facts of a response that are evidence. Without its body: ten bodies may take hundreds of megabytes."""

    method: str
    url: str
    address: str
    status: int
    sha256: str
    started_at: datetime
    duration_ms: float

    @classmethod
    def from_response(cls, response: Response) -> "ResponseRecord":
        return cls(**{field.name: getattr(response, field.name) for field in fields(cls)})


class Provider(ABC):
    """One vendor. Subclasses add its features: `Tracker`, `FindingSource`, `TrafficSource`."""

    do_not_call_in_templates = True  # pages show the class itself: its title and summary
    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]  # what it is used for, in a sentence
    api_url: ClassVar[str]
    oauth: ClassVar[OAuth | None] = None
    webhooks: ClassVar[WebhookFormat | None] = None
    credential_label: ClassVar[str] = "token"  # as error messages call it
    credential_fields: ClassVar[tuple[CredentialField, ...]]  # in the order of a form
    public_credentials: ClassVar[tuple[str, ...]] = ()  # choices such as the repository: kept over a sign-in
    uses_known_urls: ClassVar[bool] = False

    permission_hint: ClassVar[str] = "the token lacks a permission"
    reset_header: ClassVar[str] = ""  # the end of a rate limit, in seconds since 1970
    default_wait: ClassVar[timedelta] = timedelta(minutes=1)  # after a rate limit that names no end

    def __init__(
        self,
        client: Client,
        credentials: Mapping[str, Any],
        base_url: str = "",
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = client
        self.credentials = credentials
        self.base_url = self.choose_base_url(base_url).rstrip("/")
        self._sleep = sleep
        # Set by a sync if `uses_known_urls`: the project's pages, worst findings first.
        self.known_urls: Sequence[str] = ()
        self.sync_state: dict[str, Any] = {}  # set by a sync: JSON that is stored between runs
        self.notes: list[str] = []  # sentences for the sync log
        # The ids of the rows that were left out of lists; empty for one without an id.
        self.unreadable: list[str] = []
        self.responses: deque[ResponseRecord] = deque(maxlen=MAX_RESPONSES)

    def choose_base_url(self, operator_url: str) -> str:
        """Return the base URL of the API: the operator's, or the vendor's own."""
        return operator_url or self.api_url

    @classmethod
    def server_choices(cls, credentials: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the choices that name the server. If one changes, the stored secrets are not reused."""
        return ()

    @property
    def secrets(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.credentials.items() if name not in self.public_credentials
        }

    @abstractmethod
    def check_connection(self) -> None:
        """Request a resource to which the credentials should give access."""

    def credential(self, key: str) -> str:
        """Return a required credential. Raises ProviderRefused when it is missing or not printable ASCII."""
        value = self.credentials.get(key)
        # A line break in a token would end the header in which it is sent.
        if not isinstance(value, str) or not value.strip() or not value.isascii() or not value.isprintable():
            raise ProviderRefused(
                f"The credentials of {self.title} need a valid {self._name_of(key)}: connect again with one."
            )
        return value.strip()

    def _name_of(self, key: str) -> str:
        """Return the name of a credential in the form and in the API."""
        labels = {field.name: field.label for field in self.credential_fields}
        return f"{labels[key]!r} ({key})" if key in labels else repr(key)

    # ---- Requests

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credential('token')}", "Accept": "application/json"}

    @property
    def server(self) -> str:
        """The address of the API. Ids of findings and tickets are unique on one server only."""
        return self.base_url.lower()

    @property
    def base_urls(self) -> tuple[str, ...]:
        """The URLs whose hosts may receive the credentials."""
        return (self.base_url,)

    def request(self, method: str, url: str, *, repeatable: bool = False, **options: Any) -> Response:
        """Send a request and return a successful response. Idempotent requests are tried three times.

        `repeatable`: the vendor treats a repeated POST as one, or the POST only reads.
        """
        may_repeat = repeatable or method in IDEMPOTENT_METHODS
        retrying = Retrying(
            stop=stop_after_attempt(MAX_ATTEMPTS if may_repeat else 1),
            wait=wait_random_exponential(multiplier=0.5, max=4),
            retry=retry_if_exception(_is_retriable),
            sleep=self._sleep,
            reraise=True,
        )
        send = self._send_for_json if may_repeat else self._send
        return retrying(send, method, url, **options)

    def _send_for_json(self, method: str, url: str, **options: Any) -> Response:
        response = self._send(method, url, **options)
        # A proxy or an interrupted server may cut off an answer: the request is repeated, which one that creates a row
        # must not be. An update may have an empty answer.
        is_update = method in IDEMPOTENT_METHODS and method != "GET"
        if is_unreadable(response) or not (response.body or is_update):
            raise ProviderUnavailable(f"{self.title} {UNKNOWN_FORMAT}.")
        return response

    def _send(self, method: str, url: str, **options: Any) -> Response:
        target = url if "://" in url else f"{self.base_url}{url}"
        self._require_same_origin(target)
        try:
            response = self.client.request(method, target, headers=self.headers(), **options)
        except HttpError as error:
            raise self._connection_error(error) from None
        self.responses.append(ResponseRecord.from_response(response))
        if response.interrupted:
            raise ProviderUnavailable(f"{self.title} sent an incomplete response.", reason="truncated")
        if response.truncated:
            raise ResponseTooLarge(f"{self.title} sent a larger response than can be read.")
        if self.is_error(response):
            self.raise_for_error(response)
        if is_html(response):
            raise ProviderUnavailable(f"{self.title} answered with a web page instead of data.")
        return response

    def _require_same_origin(self, target: str) -> None:
        # A page link or a redirect in a response must not send the token to another host.
        if origin(target) not in {origin(url) for url in self.base_urls}:
            raise ProviderRefused(f"{self.title} links to another host; the credentials are not sent there.")

    def _connection_error(self, error: HttpError) -> ProviderRefused | ProviderUnavailable:
        if error.reason in ("refused_address", "invalid_url"):
            return ServerNotAllowed(f"This installation may not connect to the address of {self.title}.")
        reason = "timeout" if error.reason == "timeout" else "not_available"
        return ProviderUnavailable(f"{self.title} could not be reached: {error}", reason=reason)

    def parse[Parsed](self, response: Response, parser: Callable[[Any], Parsed]) -> Parsed:
        """Parse a response's JSON. Raises UnreadableResponse for a form that the vendor does not document."""
        try:
            return parser(read_json(response.body))
        except PARSE_ERRORS:
            raise UnreadableResponse(f"{self.title} {UNKNOWN_FORMAT}.") from None

    def parse_list[Parsed](self, response: Response, parser: Callable[[list[Any]], Parsed]) -> Parsed:
        """Parse JSON that must be a list: an object would be read as an empty one."""
        return self.parse(response, lambda body: parser(_require_list(body)))

    def read_rows[Row](
        self, rows: Sequence[Any], read: Callable[[Any], Row], id_of: Callable[[Any], object]
    ) -> list[Row]:
        """Read the rows of a list for a parser; one that cannot be read is left out, and its id kept in `unreadable`.

        Raises TypeError for a list of another form: several rows of which none can be read, or one without an id.
        """
        found: list[Row] = []
        left_out: list[str] = []
        for row in _require_list(rows):
            try:
                found.append(read(row))
            except PARSE_ERRORS:
                left_out.append(_id_or_empty(row, id_of))
        if not found and (len(left_out) > 1 or left_out == [""]):
            raise TypeError("not a list of such rows")
        self.unreadable += left_out
        return found

    def cursor_pages[Page, Cursor](
        self, fetch: Callable[[Cursor | None], tuple[Page, Cursor | None]]
    ) -> Iterator[Page]:
        """Yield pages until there is no new cursor. `fetch` takes a cursor and returns a page and the next cursor."""
        seen: set[Cursor | None] = set()
        cursor: Cursor | None = None
        # A server that repeats a cursor would otherwise be read without an end.
        while cursor not in seen:
            if len(seen) >= MAX_PAGES:
                raise ProviderUnavailable(f"{self.title} has more than {MAX_PAGES} pages.")
            seen.add(cursor)
            page, cursor = fetch(cursor)
            yield page

    def linked_pages(self, url: str, params: Mapping[str, Any]) -> Iterator[Response]:
        """Yield the responses along `Link: rel="next"` (RFC 8288)."""

        def fetch(following: str | None) -> tuple[Response, str | None]:
            response = self.request("GET", following or url, params=None if following else params)
            return response, next_page(response.headers.get("link") or "")

        return self.cursor_pages(fetch)

    # ---- Errors

    def is_error(self, response: Response) -> bool:
        return not response.is_success

    def is_rate_limited(self, response: Response) -> bool:
        return response.status == 429

    def is_outage(self, response: Response) -> bool:
        return response.status >= 500

    def is_missing(self, response: Response) -> bool:
        return response.status in GONE_STATUSES

    def is_token_rejected(self, response: Response) -> bool:
        return response.status == 401

    def raise_for_error(self, response: Response) -> NoReturn:
        if self.is_rate_limited(response):
            until = self.rate_limited_until(response, datetime.now(UTC))
            raise ProviderUnavailable(
                f"{self.title} limits requests until {until:%H:%M:%S} UTC.", retry_at=until
            )
        if self.is_outage(response):
            raise ProviderUnavailable(f"{self.title} answered with status {response.status}.")
        message = self.refusal(response)
        if self.is_token_rejected(response):
            raise TokenRejected(message)
        # Any other status of a write may come from a proxy, after the vendor has received it.
        may_have_succeeded = response.method != "GET" and response.status not in NO_EFFECT_STATUSES
        refused = ResourceMissing if self.is_missing(response) else ProviderRefused
        raise refused(message, may_have_succeeded=may_have_succeeded)

    def rate_limited_until(self, response: Response, now: datetime) -> datetime:
        """Return when a rate limit ends: by Retry-After, the vendor's header, or a default."""
        value = response.headers.get("retry-after")
        return retry_after(value, now) or self.limit_reset(response, now) or now + self.default_wait

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        """Return the end of a rate limit by the vendor's own header."""
        value = (response.headers.get(self.reset_header) or "") if self.reset_header else ""
        return at_epoch(int(value[:12]), now) if value.isdecimal() else None

    def refusal(self, response: Response) -> str:
        """Return a sentence: the rejected request, and what to change."""
        resource, status = self.resource_of(response), response.status
        if self.is_token_rejected(response):
            return f"{self.title} does not accept the {self.credential_label}: connect again."
        if 300 <= status < 400:
            return f"{self.title} says that {resource} has moved: connect again with its current name or address."
        if status == 403:
            return f"{self.title} denies access to {resource}: {self.permission_hint}."
        if status in GONE_STATUSES:
            return f"{self.title} did not find {resource}, or the {self.credential_label} may not see it."
        return f"{self.title} refused the request for {resource} (status {status}{self.detail(response)})."

    def resource_of(self, response: Response) -> str:
        return "the requested resource"

    def detail(self, response: Response) -> str:
        """Return the vendor's error message as `: message`; empty without one."""
        try:
            message = self.error_message(response.json())
        except PARSE_ERRORS:
            return ""
        text = " ".join(str(message or "").split())[:MAX_DETAIL_LENGTH]
        return f": {text}" if text else ""

    def error_message(self, body: Any) -> Any:
        """Return the message in an error's JSON. May raise for unexpected JSON."""
        return body.get("message")


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port; None without a host, or with user information."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port


def server_url(given: object, *, title: str, example: str) -> str:
    """Return the `base_url` of the credentials without a trailing slash; empty without one.

    Raises ProviderRefused for anything but scheme, host, port and path.
    """
    if given is None or given == "":
        return ""
    url = given.strip().rstrip("/") if isinstance(given, str) else ""
    # A token is sent to this host: nothing may make it look like another one.
    is_plain = url.isascii() and url.isprintable() and not any(sign in url for sign in "@?#\\ ")
    found = origin(url) if is_plain else None
    if found is None or found[0] not in ("http", "https"):
        raise ProviderRefused(f"The server URL of {title} must be a URL such as {example}.")
    return url


def _require_list(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise TypeError("not a list")
    return body


def _id_or_empty(row: Any, id_of: Callable[[Any], object]) -> str:
    try:
        return str(id_of(row))
    except PARSE_ERRORS:
        return ""


def is_html(response: Response) -> bool:
    """Return whether a response is a web page, as proxies and sign-in pages send."""
    return "html" in (response.headers.get("content-type") or "")


def is_unreadable(response: Response) -> bool:
    """Return whether a body is not JSON; False without a body."""
    try:
        read_json(response.body)
    except PARSE_ERRORS:
        return bool(response.body)
    return False


def read_json(body: bytes) -> Any:
    """Return a vendor's JSON without NUL characters, which PostgreSQL does not store. May raise PARSE_ERRORS."""
    # The search of the raw body is cheap; most have none.
    if b"\\u0000" in body:
        body = ESCAPED_NUL.sub(rb"\1", body)
    try:
        return orjson.loads(body.removeprefix(codecs.BOM_UTF8))
    except ValueError:
        if body.count(b"[") + body.count(b"{") <= MAX_PARSER_DEPTH:
            raise
    # One alert that is nested more deeply does not make the others of its page unreadable.
    return json.loads(body, parse_constant=_reject_constant)


def _reject_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _is_retriable(error: BaseException) -> bool:
    # Where the vendor names a time, an immediate retry would fail again and may prolong the limit.
    is_lasting = isinstance(error, ResponseTooLarge)
    return isinstance(error, ProviderUnavailable) and error.retry_at is None and not is_lasting
