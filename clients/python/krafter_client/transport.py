"""The HTTP transport of the client: retries, idempotency keys, errors.

Every POST has an Idempotency-Key, so that a request whose response was lost is repeated safely: the API stores the
response of the first and returns it again.
"""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from krafter_client.errors import ApiError

REFUSED_STATUSES = frozenset({429, 503})  # nothing was changed
LOST_STATUSES = frozenset({502, 504})  # a proxy did not get the response


@dataclass(frozen=True)
class Retries:
    """How often and for how long a request is retried. `max_wait` are the seconds of one pause."""

    attempts: int = 5
    first_wait: float = 0.5
    max_wait: float = 60.0

    def pause(self, attempt: int, retry_after: float | None) -> float | None:
        """Return the seconds before the next attempt (the first is 1); None if there is none."""
        if attempt >= self.attempts or (retry_after is not None and retry_after > self.max_wait):
            return None
        if retry_after is not None:
            return retry_after
        # Half of the pause is random, so that many clients do not retry at the same time.
        longest = min(self.max_wait, self.first_wait * 2 ** (attempt - 1))
        return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret


class RetryTransport(httpx.BaseTransport):
    """Retries requests, and raises ApiError for a response of 400 or more."""

    def __init__(
        self,
        inner: httpx.BaseTransport | None = None,
        retries: Retries | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._inner = inner or httpx.HTTPTransport()
        self._retries = retries or Retries()
        self._sleep = sleep or time.sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request until it succeeds. Raises ApiError or httpx.TransportError."""
        if request.method == "POST" and "idempotency-key" not in request.headers:
            request.headers["idempotency-key"] = str(uuid.uuid4())
        attempt = 1
        while True:
            pause = self._attempt(request, attempt)
            if isinstance(pause, httpx.Response):
                return pause
            self._sleep(pause)
            attempt += 1

    def _attempt(self, request: httpx.Request, attempt: int) -> httpx.Response | float:
        """Return the response, or the seconds until the next attempt."""
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.TransportError as error:
            never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            pause = self._retries.pause(attempt, None) if never_sent or _may_repeat(request) else None
            if pause is None:
                raise
            return pause
        if response.status_code < 400:
            _raise_unless_api_response(response)
            return response
        refused = ApiError.from_response(response)
        retried = response.status_code in REFUSED_STATUSES or refused.code == "idempotency_in_progress"
        retried = retried or (response.status_code in LOST_STATUSES and _may_repeat(request))
        # The quota of a month is not restored within the time of a retry.
        pause = self._retries.pause(attempt, refused.retry_after) if retried else None
        if pause is None or refused.code == "quota_exceeded":
            raise refused
        return pause

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _raise_unless_api_response(response: httpx.Response) -> None:
    # A proxy or another site responds with its own page, such as a login.
    is_html = response.headers.get("content-type", "").startswith("text/html")
    if is_html or not response.content or response.status_code >= 300:
        message = f"This is no response of the API (HTTP {response.status_code}). Check the URL."
        raise ApiError(response.status_code, "unexpected_response", message)


def _may_repeat(request: httpx.Request) -> bool:
    # The API would reject a repeated request with If-Match: the first may have changed the version.
    return "if-match" not in request.headers
