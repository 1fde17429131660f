"""What every provider speaks: tickets and findings out, two kinds of failure, one way to ask over HTTP.

An adapter knows one vendor and neither models nor settings: it is given a client, the credentials and the
base URL. It raises *Refused* (a person has to change something) or *Unavailable* (try again), no other.
"""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from integrations.providers.errors import Absent as Absent
from integrations.providers.errors import Expired as Expired
from integrations.providers.errors import OutOfReach
from integrations.providers.errors import Refused as Refused
from integrations.providers.errors import Unavailable as Unavailable
from integrations.providers.links import next_page, origin
from integrations.providers.oauth import OAuth as OAuth
from integrations.providers.recheck import Reply
from integrations.providers.text import NUL, without_nul
from integrations.providers.types import Draft as Draft
from integrations.providers.types import RemoteFinding as RemoteFinding
from integrations.providers.types import Source as Source
from integrations.providers.types import State as State
from integrations.providers.types import Ticket as Ticket
from integrations.providers.webhooks import Hooks
from krafter_audit.http.client import Client, HttpError, Response

Parsed = TypeVar("Parsed")
SAFE_TO_REPEAT = frozenset({"GET", "PATCH", "PUT", "DELETE"})
ATTEMPTS = 3
MOST_PAGES = 1000
MOST_ANSWERS = 10  # the last ones, for the evidence of another look


class Provider(ABC):
    """One vendor. Subclasses set the names and offer sources of findings, tickets (`Tracker`), or both.

    A sync also gives `known_urls` (the pages of the site that the house knows, the worst first) and `memory` (JSON
    that is kept from run to run), and takes the remarks out of `notes`. `renew` gives credentials with a new token.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    api_url: ClassVar[str]
    oauth: ClassVar[OAuth | None] = None
    checks: ClassVar[tuple[str, ...]] = ()  # the keys of those that `ask_again` answers
    hooks: ClassVar[Hooks | None] = None
    chosen: ClassVar[tuple[str, ...]] = ()  # credentials that are a choice, not a secret: kept over a sign-in

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
        self.base_url = (base_url or self.api_url).rstrip("/")
        self._sleep = sleep
        self.known_urls: Callable[[], Sequence[str]] = tuple
        self.memory: dict[str, Any] = {}
        self.notes: list[str] = []
        self.answers: deque[Response] = deque(maxlen=MOST_ANSWERS)
        self.renew: Callable[[], Mapping[str, Any]] | None = None

    @property
    def secrets(self) -> dict[str, Any]:
        """Return the credentials that nobody may see: all but what is a choice."""
        return {name: value for name, value in self.credentials.items() if name not in self.chosen}

    @abstractmethod
    def check(self) -> None:
        """Ask the vendor whether the credentials open what they should. Refused says what to change."""

    def sources(self) -> Sequence[Source]:
        """List the kinds of findings that this vendor can be asked for."""
        return ()

    @property
    def settled_prefix(self) -> str:
        """What the ids of those findings begin with that are settled at the vendor too; empty: none are."""
        return ""

    def settle(self, external_id: str) -> None:
        """Mark what a finding came from as fixed at the vendor. Safe to repeat; Refused where it is not ours."""
        raise Refused(f"{self.title} keeps nothing that could be settled.")

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """Say whether what a finding came from is mended; `key` is one of `checks`.

        `evidence` is the finding's, with its id as `source`. `since` is when its fix was ready.
        """
        raise Refused(f"{self.title} cannot be asked about this.")

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers of every request, the vendor's authorisation among them."""

    def is_refusal(self, answer: Response) -> bool:
        """Tell whether an answer is not a success. A vendor that refuses with status 200 looks further."""
        return not 200 <= answer.status < 300

    @abstractmethod
    def refuse(self, answer: Response) -> None:
        """Raise Refused or Unavailable for an answer that is not a success, in the vendor's own reading."""

    def credential(self, key: str) -> str:
        """Return one credential that the vendor cannot do without; Refused when it is missing or unusable."""
        value = self.credentials.get(key)
        if not isinstance(value, str) or not value.strip() or not value.isascii() or not value.isprintable():
            raise Refused(f"The credentials of {self.title} need a {key!r}: connect again with one.")
        return value.strip()

    def ask(self, method: str, url: str, *, repeatable: bool = False, **request: Any) -> Response:
        """Send one request and return its success. What is safe to repeat is tried three times.

        `repeatable` says so of a POST that only reads, or that the vendor knows again.
        """
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

        attempts = ATTEMPTS if repeatable or method in SAFE_TO_REPEAT else 1
        retrying = Retrying(
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=0.5, max=4),
            retry=retry_if_exception(_passing),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._ask_once, method, url, **request)

    def _ask_once(self, method: str, url: str, **request: Any) -> Response:
        """Send; where the token has expired in the middle of the work, once more with a new one."""
        try:
            return self._send(method, url, **request)
        except Expired:
            if self.renew is None:
                raise
            renew, self.renew = self.renew, None
            self.credentials = renew()
            return self._send(method, url, **request)

    def _send(self, method: str, url: str, **request: Any) -> Response:
        target = url if "://" in url else f"{self.base_url}{url}"
        self._stay_at_home(target)
        try:
            answer = self.client.request(method, target, headers=self.headers(), **request)
        except HttpError as error:
            raise self._unreachable(error) from None
        self.answers.append(answer)
        if answer.truncated:
            sentence = f"{self.title} answered with more than is read at once."
            raise Unavailable(sentence, reason="truncated")
        if self.is_refusal(answer):
            self._turn_down(answer)
        if "html" in (answer.headers.get("content-type") or ""):
            raise Unavailable(f"{self.title} answered with a web page and no data.")
        return answer

    def _turn_down(self, answer: Response) -> None:
        try:
            self.refuse(answer)
        except Refused as refusal:
            if self.is_expired(answer):
                raise Expired(str(refusal)) from None
            if answer.status in (404, 410):
                raise Absent(str(refusal)) from None
            raise

    def is_expired(self, answer: Response) -> bool:
        """Tell whether an answer says that the token is not accepted, or no longer."""
        return answer.status == 401

    def _stay_at_home(self, target: str) -> None:
        """Send the credentials nowhere but to the configured host, whatever a Link header says."""
        if origin(self.base_url) != origin(target):
            raise Refused(f"{self.title} pointed to another host; the credentials are not sent there.")

    def _unreachable(self, error: HttpError) -> Exception:
        if error.reason in ("refused_address", "invalid_url"):
            return OutOfReach(f"The address of {self.title} is not one that this installation may reach.")
        reason = "timeout" if error.reason == "timeout" else "not_available"
        return Unavailable(f"{self.title} could not be reached ({error.reason}).", reason=reason)

    def read(self, answer: Response, parse: Callable[[Any], Parsed]) -> Parsed:
        """Read an answer's JSON with `parse`; a form that the vendor does not document is Unavailable."""
        try:
            return parse(without_nul(answer.json()) if NUL in answer.body else answer.json())
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
            raise Unavailable(f"{self.title} answered in a form that this build cannot read.") from None

    def pages(self, url: str, params: Mapping[str, Any]) -> Iterator[Response]:
        """Follow `Link: rel="next"` to the end (RFC 8288), each page once."""
        seen: set[str] = set()
        following: str | None = url
        query: Mapping[str, Any] | None = params
        while following and following not in seen:
            if len(seen) >= MOST_PAGES:
                raise Unavailable(f"{self.title} has more than {MOST_PAGES} pages to read.")
            seen.add(following)
            answer = self.ask("GET", following, params=query)
            yield answer
            following, query = next_page(answer.headers.get("link") or ""), None


class Tracker(Provider):
    """A vendor that keeps tickets. `lag` = seconds after which `tickets` surely shows one that was just made."""

    lag: ClassVar[int] = 0

    @abstractmethod
    def owns(self, external_id: str) -> bool:
        """Tell whether a ticket is in the place (repository, project) that the credentials name now."""

    @abstractmethod
    def tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of the tickets that changed since then, the newest change first."""

    @abstractmethod
    def ticket(self, external_id: str) -> Ticket:
        """Return one ticket as it is now."""

    @abstractmethod
    def create(self, draft: Draft) -> Ticket:
        """Make a ticket with the draft's marker. Never repeated: the caller looks for the marker first."""

    @abstractmethod
    def update(self, ticket: Ticket, draft: Draft, fields: Iterable[str]) -> Ticket:
        """Bring the named fields of a ticket (title, status, priority, due, text, closed) to the draft."""

    def remark(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        """Put a comment under a ticket, once: `was_tried`, one with this marker may be there. None: nothing is told."""

    def pull_request(self, external_id: str) -> str | None:
        """Return the address of the pull or merge request that was linked to a ticket last."""
        return None


def _passing(error: BaseException) -> bool:
    """A failure worth another try at once: not one that names the time to come back."""
    return isinstance(error, Unavailable) and error.retry_at is None
