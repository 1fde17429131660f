"""A tracker on loopback: the common part of the fakes of GitHub, GitLab, Jira and Linear (`trackers/`)."""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import Answer, Request, listen


def start_of_second() -> datetime:
    """Return now, without microseconds."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class FakeTracker(ABC):
    """Issues, comments, a token endpoint, and answers that a test has scripted.

    Every request is checked against the vendor's own description where it is available.
    """

    provider: ClassVar[str]
    spec_name: ClassVar[str]
    token_path: ClassVar[str] = ""
    api_path: ClassVar[str] = ""
    credentials: ClassVar[dict[str, str]]
    title_field: ClassVar[str] = "title"
    # The changes by which a person closes, drops, starts or reopens an issue.
    moves: ClassVar[dict[str, dict[str, Any]]]
    # Operations that the stored description leaves out: a pattern of their path, and the query of the vendor's pages.
    undescribed: ClassVar[dict[str, frozenset[str]]] = {}

    url: str = ""
    page_size: int = 100
    # Of each repository: a vendor gives the number of a deleted issue to no other.
    created: Counter[str] = field(default_factory=Counter)
    issues: dict[Any, dict[str, Any]] = field(default_factory=dict)
    comments: dict[Any, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=start_of_second)
    token_answers: list[Answer] = field(default_factory=list)
    token_requests: list[Any] = field(default_factory=list)
    scripted: list[tuple[str, str, Answer | Callable[[], Answer]]] = field(default_factory=list)

    # ---- What a test does

    def next_answer(self, method: str, path: str, answer: Answer | Callable[[], Answer]) -> None:
        """Answer the next request of a method whose path matches with this."""
        self.scripted.append((method, path, answer))

    def received(self, method: str, path: str = "") -> list[Request]:
        """Return the requests of a method whose path ends with `path`."""
        return [
            request for request in self.requests if request.method == method and request.path.endswith(path)
        ]

    def touch(self, number: Any, **changes: Any) -> dict[str, Any]:
        """Change an issue as a person at the vendor, a minute later."""
        self.now += timedelta(minutes=1)
        return self.write(number, changes)

    def move(self, number: Any, move: str) -> dict[str, Any]:
        """Make one of the moves of a person, a minute later."""
        return self.touch(number, **self.moves[move])

    def number_of(self, external_id: str) -> Any:
        """Return the number of the issue with this id."""
        last = external_id.replace("#", "/").rpartition("/")[2]
        return next(number for number in self.issues if str(number) == last)

    @property
    def api_url(self) -> str:
        """The value of KRAFTER_<PROVIDER>_URL."""
        return f"{self.url}{self.api_path}"

    @property
    def titles(self) -> list[str]:
        """The titles of all issues, sorted."""
        return sorted(self.title_of(issue) for issue in self.issues.values())

    @property
    def comment_count(self) -> int:
        """The number of all comments."""
        return sum(len(comments) for comments in self.comments.values())

    # ---- How it answers

    def next_number(self, repository: str = "") -> int:
        self.created[repository] += 1
        return self.created[repository]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if self.token_path and request.path == self.token_path:
            self.token_requests.append(request.body)
            return self.token_answers.pop(0)
        self.requests.append(request)
        self.check(request)
        for position, (method, path, answer) in enumerate(self.scripted):
            if method == request.method and re.search(path, self.subject(request)):
                del self.scripted[position]
                return answer() if callable(answer) else answer
        return self.authorize(request) or self.route(request)

    def check(self, request: Request) -> None:
        """Check a request against the vendor's description."""
        spec = load_spec(self.spec_name)
        if spec is not None and spec.find(request.method, request.path)[0] is None:
            self.complaints += self.check_undescribed(request)
        elif spec is not None:
            self.complaints += spec.check(
                request.method, request.path, request.query, request.headers, request.body
            )

    def check_undescribed(self, request: Request) -> list[str]:
        """Check the query of an operation that the description leaves out."""
        for pattern, known in self.undescribed.items():
            if request.method in ("GET", "DELETE") and re.search(pattern, request.path):
                return [f"query {name}: unknown at {request.path}" for name in request.query.keys() - known]
        return [f"{request.method} {request.path}: no such operation"]

    def subject(self, request: Request) -> str:
        """Return what scripted answers are matched with."""
        return request.path

    def page(self, request: Request, rows: list[Any]) -> Answer:
        """Answer with a page, and a Link header to the next one."""
        size = min(self.page_size, int(request.query.get("per_page", 30)))
        number = int(request.query.get("page", 1))
        headers = {}
        if number * size < len(rows):
            headers["Link"] = (
                f'<{self.url}{self.next_target(request, number, size)}>; rel="next", <x>; rel="last"'
            )
        return 200, headers, rows[(number - 1) * size :][:size]

    def next_target(self, request: Request, number: int, size: int) -> str:
        """Return path and query of the next page."""
        query = {**request.query, "page": number + 1}
        return request.path + "?" + "&".join(f"{name}={value}" for name, value in query.items())

    def dispatch(
        self, request: Request, path: str, routes: Mapping[str, Callable[..., Answer]]
    ) -> Answer | None:
        """Call the first route whose pattern matches the whole path, with the request and the pattern's groups."""
        for pattern, handler in routes.items():
            if found := re.fullmatch(pattern, path):
                return handler(request, *found.groups())
        return None

    @abstractmethod
    def authorize(self, request: Request) -> Answer | None:
        """Return the answer to a request with wrong credentials, else None."""

    @abstractmethod
    def route(self, request: Request) -> Answer:
        """Answer an authorized request."""

    @abstractmethod
    def write(self, number: Any, changes: dict[str, Any]) -> dict[str, Any]:
        """Change an issue."""

    def title_of(self, issue: dict[str, Any]) -> str:
        """Return the title of an issue."""
        return str(issue["title"])

    def is_closed(self, issue: dict[str, Any]) -> bool:
        return bool(issue["state"] == "closed")

    def delete_comment(self, request: Request, number: str) -> Answer:
        """Delete a comment by its id, which no other ticket's comment has."""
        for comments in self.comments.values():
            comments[:] = [comment for comment in comments if str(comment["id"]) != number]
        return 204, {}, b""

    def delete(self, number: Any) -> None:
        """Delete an issue as a person at the vendor."""
        del self.issues[number]


@contextmanager
def serve[Fake: FakeTracker](fake: Fake) -> Iterator[Fake]:
    """Serve a tracker; at the end, no request may have violated the vendor's description."""
    with listen(fake.answer) as fake.url:
        yield fake
    assert fake.complaints == []
