"""A fake Jira Cloud: issues by number, a workflow, web links."""

import base64
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.tracker import FakeTracker
from tests.fakes.vendor_server import Answer, Request

EMAIL, API_TOKEN, TOKEN = "mia@acme.example", "ATATT3xFfGF0-Zm9yLXRlc3Rz", "eyJraWQiOiJ0ZXN0cyJ9.Zm9y"
CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
BASIC = base64.b64encode(f"{EMAIL}:{API_TOKEN}".encode()).decode()
HOST = "acme.atlassian.net"
CREDENTIALS = {"email": EMAIL, "api_token": API_TOKEN, "site": HOST, "project_key": "SHOP"}
SIGNED_IN = {"token": TOKEN, "project_key": "SHOP"}
API = re.compile(rf"^(/ex/jira/{CLOUD_ID})?/rest/api/3(/.*)$")
JQL = re.compile(r'project = "([A-Z]+)" AND updated >= "-(\d+)m" ORDER BY updated DESC')


def status(number: str, name: str, category: str) -> dict[str, Any]:
    """Return the JSON of a status."""
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


def screen(status: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a transition: Jira requires a resolution when an issue is closed."""
    ends = status["statusCategory"]["key"] == "done"
    resolution = {
        "required": True,
        "hasDefaultValue": False,
        "name": "Resolution",
        "allowedValues": RESOLUTIONS,
    }
    return {"resolution": resolution} if ends else {}


@dataclass
class FakeJira(FakeTracker):
    """One site with one project."""

    provider = "jira"
    spec_name = "jira.json"
    token_path = "/oauth/token"
    credentials = CREDENTIALS
    title_field = "summary"
    moves = {
        "close": {"status": DONE, "resolution": RESOLUTIONS[1]},
        "drop": {"status": WONT_DO, "resolution": RESOLUTIONS[0]},
        "start": {"status": IN_PROGRESS, "resolution": None},
        "reopen": {"status": TO_DO, "resolution": None},
    }

    undescribed = {r"/comment/\d+$": frozenset()}

    form: dict[str, Any] = field(default_factory=lambda: dict(FORM))
    issue_types: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"id": "10003", "name": "Sub-task", "subtask": True},
            {"id": "10001", "name": "Bug", "subtask": False},
            {"id": "10002", "name": "Task", "subtask": False},
        ]
    )
    sites: list[dict[str, Any]] = field(
        default_factory=lambda: [{"id": CLOUD_ID, "url": f"https://{HOST}", "name": "acme"}]
    )
    transitions: dict[str, list[str]] = field(default_factory=dict)  # by status; all where it is not named
    links: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def status(self, number: int = 10001) -> str:
        """Return the name of an issue's status."""
        return str(self.issues[number]["fields"]["status"]["name"])

    def title_of(self, issue: dict[str, Any]) -> str:
        return str(issue["fields"]["summary"])

    def is_closed(self, issue: dict[str, Any]) -> bool:
        return bool(issue["fields"]["status"]["statusCategory"]["key"] == "done")

    def check(self, request: Request) -> None:
        """Check requests of the API, by their path at the site."""
        if found := API.match(request.path):
            super().check(replace(request, path=f"/rest/api/3{found[2]}"))

    def authorize(self, request: Request) -> Answer | None:
        found = API.match(request.path)
        expected = f"Bearer {TOKEN}" if found and found[1] else f"Basic {BASIC}"
        if not found or request.headers.get("authorization") == expected:
            return None
        return 401, {}, b"Client must be authenticated to access this resource."

    def route(self, request: Request) -> Answer:
        if request.path == "/oauth/token/accessible-resources":
            return 200, {}, self.sites
        found = API.match(request.path)
        if not found:
            return 404, {}, b"<html>Your Atlassian Cloud site is currently unavailable.</html>"
        return self._route(request, found[2])

    def _route(self, request: Request, path: str) -> Answer:
        if path == "/myself":
            return 200, {}, {"accountId": "5b10a2844c20165700ede21g", "timeZone": "Australia/Sydney"}
        if path == "/project/SHOP":
            return 200, {}, {"id": "10000", "key": "SHOP"}
        if path == "/issue/createmeta/SHOP/issuetypes":
            return self._offset_page(request, "issueTypes", self.issue_types)
        if found := re.fullmatch(r"/issue/createmeta/SHOP/issuetypes/(\d+)", path):
            return self._offset_page(
                request, "fields", [{"fieldId": name, **meta} for name, meta in self.form.items()]
            )
        if path == "/search/jql":
            return self._search(request.body)
        if path == "/issue":
            return self.create(request.body)
        if found := re.fullmatch(r"/issue/\d+/comment/(\d+)", path):
            return self.delete_comment(request, found[1])
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
        responses = {
            ("GET", ""): lambda: (200, {}, self._json(number, "expand" in request.query)),
            ("PUT", ""): lambda: self._edit(number, request.body),
            ("GET", "/transitions"): lambda: (200, {}, {"transitions": self._available(number)}),
            ("POST", "/transitions"): lambda: self._move(number, request.body),
            ("GET", "/remotelink"): lambda: (200, {}, self.links.get(number, [])),
            ("POST", "/remotelink"): lambda: self._link(number, request.body),
            ("GET", "/comment"): lambda: self._comment_page(request, number),
            ("POST", "/comment"): lambda: self._comment(number, request.body),
        }
        return responses[request.method, part]()

    def _comment_page(self, request: Request, number: int) -> Answer:
        # Jira's description promises no properties in the list.
        comments = [
            {"id": comment["id"], "body": comment["body"]} for comment in self.comments.get(number, [])
        ]
        if request.query.get("orderBy") == "-created":
            comments.reverse()
        return self._offset_page(request, "comments", comments)

    def _comment(self, number: int, body: dict[str, Any]) -> Answer:
        comments = self.comments.setdefault(number, [])
        comments.append({"id": str(10000 + self.next_number("comments")), **body})
        return 201, {}, comments[-1]

    def _json(self, number: int, has_form: bool = False) -> dict[str, Any]:
        return {**self.issues[number], **({"editmeta": {"fields": self.form}} if has_form else {})}

    def create(self, body: dict[str, Any]) -> Answer:
        """Create an issue."""
        fields = dict(body["fields"])
        if fields.pop("project") != {"key": "SHOP"} or "id" not in fields.pop("issuetype"):
            return 400, {}, {"errors": {"project": "valid project is required"}}
        errors = self._errors(fields)
        if errors:
            return 400, {}, {"errorMessages": [], "errors": errors}
        number = 10000 + self.next_number()
        self.issues[number] = {
            "id": str(number),
            "key": f"SHOP-{number - 10000}",
            "fields": {"status": TO_DO, "resolution": None, "description": None},
            "properties": {item["key"]: item["value"] for item in body.get("properties", [])},
        }
        self.write(number, fields)
        return 201, {}, {"id": str(number), "key": f"SHOP-{number - 10000}", "self": f"{self.url}/{number}"}

    def _edit(self, number: int, body: dict[str, Any]) -> Answer:
        fields = body.get("fields", {})
        errors = self._errors(fields)
        if errors:
            return 400, {}, {"errorMessages": [], "errors": errors}
        self.issues[number]["properties"] |= {
            item["key"]: item["value"] for item in body.get("properties", [])
        }
        self.write(number, fields)
        return 204, {}, b""

    def _errors(self, fields: dict[str, Any]) -> dict[str, str]:
        errors = {name: f"Field '{name}' cannot be set." for name in fields if name not in self.form}
        # Java counts a character outside the Basic Multilingual Plane as two.
        if len(fields.get("summary", "").encode("utf-16-le")) > 2 * 255 or "\n" in fields.get("summary", ""):
            errors["summary"] = "Summary can't exceed 255 characters."
        if "description" in fields and fields["description"].get("type") != "doc":
            errors["description"] = "Operation value must be an Atlassian Document"
        return errors

    def _available(self, number: int) -> list[dict[str, Any]]:
        at = self.issues[number]["fields"]["status"]["name"]
        reached = [
            to
            for to in STATUSES
            if to["name"] in self.transitions.get(at, [known["name"] for known in STATUSES])
        ]
        return [
            {"id": f"{to['id']}1", "name": f"To {to['name']}", "to": to, "fields": screen(to)}
            for to in reached
            if to["name"] != at
        ]

    def _move(self, number: int, body: dict[str, Any]) -> Answer:
        transition = next(
            (
                available
                for available in self._available(number)
                if available["id"] == body["transition"]["id"]
            ),
            None,
        )
        given = body.get("fields", {})
        if transition is None or set(given) != set(transition["fields"]):
            return (
                400,
                {},
                {"errorMessages": ["It is not on the appropriate screen, or unknown."], "errors": {}},
            )
        chosen = given.get("resolution", {}).get("id")
        resolution = next((resolution for resolution in RESOLUTIONS if resolution["id"] == chosen), None)
        self.write(number, {"status": transition["to"], "resolution": resolution})
        return 204, {}, b""

    def _link(self, number: int, body: dict[str, Any]) -> Answer:
        links = self.links.setdefault(number, [])
        for link in links:
            if link.get("globalId") == body["globalId"]:
                link.update(body)
                return 200, {}, {"id": link["id"]}
        links.append({"id": 10000 + len(links), **body})
        return 201, {}, {"id": links[-1]["id"]}

    def write(self, number: int, changes: dict[str, Any]) -> dict[str, Any]:
        fields = self.issues[number]["fields"]
        fields.update(changes)
        fields["updated"] = self.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return self.issues[number]

    def _search(self, body: dict[str, Any]) -> Answer:
        found = JQL.fullmatch(body["jql"])
        if not found:
            return 400, {}, {"errorMessages": ["Unbounded JQL queries are not allowed here."], "errors": {}}
        since = datetime.now(UTC) - timedelta(minutes=int(found[2]))
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

    def _offset_page(self, request: Request, name: str, rows: list[Any]) -> Answer:
        start, size = (
            int(request.query.get("startAt", 0)),
            min(self.page_size, int(request.query["maxResults"])),
        )
        page = {name: rows[start:][:size], "startAt": start, "maxResults": size, "total": len(rows)}
        return 200, {}, page
