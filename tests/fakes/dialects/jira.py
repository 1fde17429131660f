"""The far end: a small Jira Cloud site on loopback that holds every request against Jira's own description."""

import base64
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.dialects.github import SPECS, Answer, Request, handler
from tests.serving import running

EMAIL, API_TOKEN, TOKEN = "mia@acme.example", "ATATT3xFfGF0-Zm9yLXRlc3Rz", "eyJraWQiOiJ0ZXN0cyJ9.Zm9y"
CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
BASIC = base64.b64encode(f"{EMAIL}:{API_TOKEN}".encode()).decode()
HOST = "acme.atlassian.net"
CREDENTIALS = {"email": EMAIL, "api_token": API_TOKEN, "site": HOST, "project_key": "SHOP"}
SIGNED_IN = {"token": TOKEN, "project_key": "SHOP"}
API = re.compile(rf"^(/ex/jira/{CLOUD_ID})?/rest/api/3(/.*)$")
JQL = re.compile(r'project = "([A-Z]+)" AND updated >= "-(\d+)m" ORDER BY updated DESC')


def description() -> Any:
    """Return the checker of Jira's own description, or None where it does not lie beside this checkout."""
    if not (SPECS / "jira.json").exists():
        return None
    if str(SPECS) not in sys.path:
        sys.path.insert(0, str(SPECS))
    from speccheck import Spec

    return Spec(str(SPECS / "jira.json"))


DESCRIPTION = description()


def status(number: str, name: str, category: str) -> dict[str, Any]:
    return {"id": number, "name": name, "statusCategory": {"key": category}}


TO_DO, IN_PROGRESS = status("1", "To Do", "new"), status("3", "In Progress", "indeterminate")
IN_REVIEW, BLOCKED = status("5", "In Review", "indeterminate"), status("6", "Blocked", "indeterminate")
WONT_DO, DONE = status("9", "Won\u2019t do", "done"), status("10", "Done", "done")
STATUSES = [WONT_DO, IN_REVIEW, TO_DO, BLOCKED, IN_PROGRESS, DONE]
RESOLUTIONS = [{"id": "10001", "name": "Won't Do"}, {"id": "10000", "name": "Done"}]
PRIORITIES = [
    {"id": str(number), "name": name}
    for number, name in enumerate(["Highest", "High", "Medium", "Low", "Lowest"], start=1)
]
FORM = {
    "summary": {"required": True},
    "description": {"required": False},
    "duedate": {"required": False},
    "priority": {"required": False, "allowedValues": PRIORITIES},
}


def screen(way: dict[str, Any]) -> dict[str, Any]:
    """The fields of a transition: Jira asks how it was resolved where it ends."""
    ends = way["statusCategory"]["key"] == "done"
    resolution = {
        "required": True,
        "hasDefaultValue": False,
        "name": "Resolution",
        "allowedValues": RESOLUTIONS,
    }
    return {"resolution": resolution} if ends else {}


@dataclass
class FakeJira:
    """Issues by number, a workflow, web links, and answers that a test puts in front."""

    url: str = ""
    page_size: int = 100
    form: dict[str, Any] = field(default_factory=lambda: dict(FORM))
    kinds: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"id": "10003", "name": "Sub-task", "subtask": True},
            {"id": "10001", "name": "Bug", "subtask": False},
            {"id": "10002", "name": "Task", "subtask": False},
        ]
    )
    sites: list[dict[str, Any]] = field(
        default_factory=lambda: [{"id": CLOUD_ID, "url": f"https://{HOST}", "name": "acme"}]
    )
    ways: dict[str, list[str]] = field(default_factory=dict)  # status → statuses; all where it is not named
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    links: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    token_requests: list[Any] = field(default_factory=list)
    scripted: list[tuple[str, str, Answer | Callable[[], Answer]]] = field(default_factory=list)

    def next_answer(self, method: str, path: str, answer: Answer | Callable[[], Answer]) -> None:
        """Answer the next request of that method whose path matches with this and nothing else."""
        self.scripted.append((method, path, answer))

    def asked(self, method: str, path: str = "") -> list[Request]:
        """Return the requests of a method whose path ends with `path`."""
        return [seen for seen in self.requests if seen.method == method and seen.path.endswith(path)]

    def touch(self, number: int, **changes: Any) -> dict[str, Any]:
        """Change an issue as a person does at Jira, a minute later."""
        self.now += timedelta(minutes=1)
        return self._write(number, changes)

    def status(self, number: int = 10001) -> str:
        """Return the name of the status that an issue has."""
        return str(self.issues[number]["fields"]["status"]["name"])

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path == "/oauth/token":
            self.token_requests.append(request.body)
            return 200, {}, {"access_token": TOKEN, "refresh_token": "rotates-1", "expires_in": 3600}
        self.requests.append(request)
        under = API.match(request.path)
        if under:
            self._hold_against_the_description(request, f"/rest/api/3{under[2]}")
        for place, (method, path, answer) in enumerate(self.scripted):
            if method == request.method and re.search(path, request.path):
                del self.scripted[place]
                return answer() if callable(answer) else answer
        if request.path == "/oauth/token/accessible-resources":
            return 200, {}, self.sites
        if not under:
            return 404, {}, b"<html>Your Atlassian Cloud site is currently unavailable.</html>"
        expected = f"Bearer {TOKEN}" if under[1] else f"Basic {BASIC}"
        if request.headers.get("authorization") != expected:
            return 401, {}, b"Client must be authenticated to access this resource."
        return self._route(request, under[2])

    def _hold_against_the_description(self, request: Request, path: str) -> None:
        if DESCRIPTION is not None:
            self.complaints += DESCRIPTION.check(
                request.method, path, request.query, request.headers, request.body
            )

    def _route(self, request: Request, path: str) -> Answer:
        if path == "/myself":
            return 200, {}, {"accountId": "5b10a2844c20165700ede21g", "timeZone": "Australia/Sydney"}
        if path == "/project/SHOP":
            return 200, {}, {"id": "10000", "key": "SHOP"}
        if path == "/issue/createmeta/SHOP/issuetypes":
            return self._listed(request, "issueTypes", self.kinds)
        if found := re.fullmatch(r"/issue/createmeta/SHOP/issuetypes/(\d+)", path):
            return self._listed(
                request, "fields", [{"fieldId": name, **meta} for name, meta in self.form.items()]
            )
        if path == "/search/jql":
            return self._search(request.body)
        if path == "/issue":
            return self._create(request.body)
        if found := re.fullmatch(r"/issue/(\d+)(/transitions|/remotelink|/comment|)", path):
            return self._issue(request, int(found[1]), found[2])
        return 404, {}, {"errorMessages": ["No project could be found with key."], "errors": {}}

    def _issue(self, request: Request, number: int, part: str) -> Answer:
        if number not in self.issues:
            return (
                404,
                {},
                {"errorMessages": ["Issue does not exist or you do not have permission to see it."]},
            )
        answers = {
            ("GET", ""): lambda: (200, {}, self._shown(number, "expand" in request.query)),
            ("PUT", ""): lambda: self._edit(number, request.body["fields"]),
            ("GET", "/transitions"): lambda: (200, {}, {"transitions": self._ways(number)}),
            ("POST", "/transitions"): lambda: self._move(number, request.body),
            ("GET", "/remotelink"): lambda: (200, {}, self.links.get(number, [])),
            ("POST", "/remotelink"): lambda: self._link(number, request.body),
            ("GET", "/comment"): lambda: (200, {}, {"comments": self.comments.get(number, [])}),
            ("POST", "/comment"): lambda: self._comment(number, request.body),
        }
        return answers[request.method, part]()

    def _comment(self, number: int, body: dict[str, Any]) -> Answer:
        self.comments.setdefault(number, []).append(body)
        return 201, {}, body

    def _shown(self, number: int, has_form: bool = False) -> dict[str, Any]:
        return {**self.issues[number], **({"editmeta": {"fields": self.form}} if has_form else {})}

    def _create(self, body: dict[str, Any]) -> Answer:
        fields = dict(body["fields"])
        if fields.pop("project") != {"key": "SHOP"} or "id" not in fields.pop("issuetype"):
            return 400, {}, {"errors": {"project": "valid project is required"}}
        wrong = self._wrong(fields)
        if wrong:
            return 400, {}, {"errorMessages": [], "errors": wrong}
        number = max(self.issues, default=10000) + 1
        self.issues[number] = {
            "id": str(number),
            "key": f"SHOP-{number - 10000}",
            "fields": {"status": TO_DO, "resolution": None, "description": None},
            "properties": {each["key"]: each["value"] for each in body.get("properties", [])},
        }
        self._write(number, fields)
        return 201, {}, {"id": str(number), "key": f"SHOP-{number - 10000}", "self": f"{self.url}/{number}"}

    def _edit(self, number: int, fields: dict[str, Any]) -> Answer:
        wrong = self._wrong(fields)
        if wrong:
            return 400, {}, {"errorMessages": [], "errors": wrong}
        self._write(number, fields)
        return 204, {}, b""

    def _wrong(self, fields: dict[str, Any]) -> dict[str, str]:
        wrong = {name: f"Field '{name}' cannot be set." for name in fields if name not in self.form}
        if len(fields.get("summary", "")) > 255 or "\n" in fields.get("summary", ""):
            wrong["summary"] = "Summary can't exceed 255 characters."
        if "description" in fields and fields["description"].get("type") != "doc":
            wrong["description"] = "Operation value must be an Atlassian Document"
        return wrong

    def _ways(self, number: int) -> list[dict[str, Any]]:
        at = self.issues[number]["fields"]["status"]["name"]
        reached = [
            to for to in STATUSES if to["name"] in self.ways.get(at, [each["name"] for each in STATUSES])
        ]
        return [
            {"id": f"{to['id']}1", "name": f"To {to['name']}", "to": to, "fields": screen(to)}
            for to in reached
            if to["name"] != at
        ]

    def _move(self, number: int, body: dict[str, Any]) -> Answer:
        way = next((each for each in self._ways(number) if each["id"] == body["transition"]["id"]), None)
        given = body.get("fields", {})
        if way is None or set(given) != set(way["fields"]):
            return (
                400,
                {},
                {"errorMessages": ["It is not on the appropriate screen, or unknown."], "errors": {}},
            )
        chosen = given.get("resolution", {}).get("id")
        resolution = next((each for each in RESOLUTIONS if each["id"] == chosen), None)
        self._write(number, {"status": way["to"], "resolution": resolution})
        return 204, {}, b""

    def _link(self, number: int, body: dict[str, Any]) -> Answer:
        kept = self.links.setdefault(number, [])
        for link in kept:
            if link.get("globalId") == body["globalId"]:
                link.update(body)
                return 200, {}, {"id": link["id"]}
        kept.append({"id": 10000 + len(kept), **body})
        return 201, {}, {"id": kept[-1]["id"]}

    def _write(self, number: int, changes: dict[str, Any]) -> dict[str, Any]:
        fields = self.issues[number]["fields"]
        fields.update(changes)
        fields["updated"] = self.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return self.issues[number]

    def _search(self, body: dict[str, Any]) -> Answer:
        asked = JQL.fullmatch(body["jql"])
        if not asked:
            return 400, {}, {"errorMessages": ["Unbounded JQL queries are not allowed here."], "errors": {}}
        since = datetime.now(UTC) - timedelta(minutes=int(asked[2]))
        rows = [issue for issue in self.issues.values() if self._changed_at(issue) >= since]
        rows.sort(key=lambda issue: (issue["fields"]["updated"], issue["id"]), reverse=True)
        start = int(body.get("nextPageToken", "page-0").removeprefix("page-"))
        size = min(self.page_size, body["maxResults"])
        is_last = start + size >= len(rows)
        following = {} if is_last else {"nextPageToken": f"page-{start + size}"}
        return 200, {}, {"issues": rows[start:][:size], "isLast": is_last, **following}

    @staticmethod
    def _changed_at(issue: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(issue["fields"]["updated"])

    def _listed(self, request: Request, name: str, rows: list[Any]) -> Answer:
        start, size = int(request.query["startAt"]), min(self.page_size, int(request.query["maxResults"]))
        page = {name: rows[start:][:size], "startAt": start, "maxResults": size, "total": len(rows)}
        return 200, {}, page


def serve() -> Iterator[FakeJira]:
    """Serve a fresh site on loopback."""
    far_end = FakeJira()
    answering: Any = handler(far_end)  # type: ignore[arg-type]
    kind: type[BaseHTTPRequestHandler] = type("Handler", (answering,), {"do_PUT": answering.do_GET})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    far_end.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield far_end
