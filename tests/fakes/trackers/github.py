"""A fake GitHub: issues by number, alerts, timelines."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.fakes.tracker import FakeTracker
from tests.fakes.vendor_server import Answer, Request

TOKEN = "ghp_Zm9yLXRlc3RzLW9ubHk0NzEx"
REPOSITORY = "acme/web-app"
PAGE_PARAMETERS = frozenset({"page", "per_page"})


def format_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class FakeGitHub(FakeTracker):
    """One repository."""

    provider = "github"
    spec_name = "github.json"
    token_path = "/login/oauth/access_token"
    credentials = {"token": TOKEN, "repository": REPOSITORY}
    moves = {
        "close": {"state": "closed", "state_reason": "completed"},
        "drop": {"state": "closed", "state_reason": "not_planned"},
        "start": {"labels": ["krafter:in_progress"]},
        "reopen": {"state": "open", "state_reason": "reopened"},
    }
    undescribed = {
        r"/deployments$": PAGE_PARAMETERS | {"sha", "ref", "task", "environment"},
        r"/deployments/\d+/statuses$": PAGE_PARAMETERS,
        r"/releases$": PAGE_PARAMETERS,
        r"/issues/comments/\d+$": frozenset(),
        r"/commits/[^/]+$": PAGE_PARAMETERS,
        r"/compare/": PAGE_PARAMETERS,
    }

    repository: str = REPOSITORY
    number: int = 1296269
    token: str = TOKEN
    keeps_labels: bool = True
    has_issues: bool = True
    timelines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    alerts: dict[str, list[dict[str, Any]] | int] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    releases: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    merged: dict[int, str] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)  # of the target branch, the oldest commit first
    others: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)  # issues of other repositories

    def switch(self, repository: str) -> None:
        """Serve another repository; the issues of both stay."""
        self.others[self.repository] = self.issues
        self.issues, self.repository = self.others.get(repository, {}), repository

    def deploy(self, sha: str, *states: str, environment: str = "production") -> int:
        """Create a deployment; return its id."""
        number, moment = len(self.deployments) + 1, format_time(self.now)
        row = {
            "id": number,
            "sha": sha,
            "environment": environment,
            "created_at": moment,
            "updated_at": moment,
        }
        self.deployments.insert(0, row)
        self.statuses[number] = []
        for state in states or ("in_progress", "success"):
            self.set_status(number, state)
        return number

    def set_status(self, number: int, state: str) -> None:
        """Set the status of a deployment, a minute later."""
        self.now += timedelta(minutes=1)
        self.statuses[number].insert(
            0, {"state": state, "created_at": format_time(self.now), "environment_url": ""}
        )
        self._deployment(number)["updated_at"] = format_time(self.now)

    def deploy_event(self, number: int) -> dict[str, Any]:
        """Return the webhook event of the latest status of a deployment."""
        deployment, status = self._deployment(number), self.statuses[number][0]
        return {
            "action": "created",
            "deployment": deployment,
            "deployment_status": status,
            "repository": {"id": self.number, "full_name": self.repository},
        }

    def release(self, tag: str, sha: str, **fields: Any) -> dict[str, Any]:
        """Publish a release; return its webhook event."""
        self.tags[tag] = sha
        self.releases.insert(0, {
            "id": len(self.releases) + 1, "tag_name": tag, "target_commitish": "main", "draft": False,
            "prerelease": False, "published_at": format_time(self.now), **fields,
        })  # fmt: skip
        return {"action": "published", "release": self.releases[0]}

    def _deployment(self, number: int) -> dict[str, Any]:
        return next(row for row in self.deployments if row["id"] == number)

    def refer(self, number: int, pull_request: str) -> None:
        """Let a pull request refer to an issue."""
        source = {
            "type": "issue",
            "issue": {"html_url": pull_request, "pull_request": {"html_url": pull_request}},
        }
        self.timelines.setdefault(number, []).append({"event": "cross-referenced", "source": source})
        self.touch(number)

    def authorize(self, request: Request) -> Answer | None:
        if request.headers.get("authorization") == f"Bearer {self.token}":
            return None
        return 401, {}, {"message": "Bad credentials"}

    def route(self, request: Request) -> Answer:
        start = f"/repos/{self.repository}"
        if not request.path.startswith(start):
            return 404, {}, {"message": "Not Found"}
        routes = {
            r"": self._repository,
            r"/issues": self._create_or_list,
            r"/issues/(\d+)": self._issue,
            r"/issues/(\d+)/comments": self._comments,
            r"/issues/comments/(\d+)": self.delete_comment,
            r"/issues/(\d+)/timeline": self._timeline,
            r"/(code-scanning|dependabot)/alerts": self._alerts,
            r"/deployments": lambda request: self.page(request, self.deployments),
            r"/deployments/(\d+)/statuses": lambda request, number: self.page(
                request, self.statuses[int(number)]
            ),
            r"/releases": lambda request: self.page(request, self.releases),
            r"/pulls/(\d+)": self._pull_request,
            r"/compare/(.+)\.\.\.(.+)": self._compare,
            r"/commits/tags(?:/|%2F)(.+)": self._tag,
        }
        answer = self.dispatch(request, request.path[len(start) :], routes)
        return answer or (404, {}, {"message": "Not Found"})

    def _repository(self, request: Request) -> Answer:
        return 200, {}, {"id": self.number, "full_name": self.repository, "has_issues": self.has_issues}

    def _timeline(self, request: Request, number: str) -> Answer:
        return self.page(request, self.timelines.get(int(number), []))

    def _alerts(self, request: Request, kind: str) -> Answer:
        alerts = self.alerts.get(kind, 404)
        if isinstance(alerts, int):
            return alerts, {}, {"message": "not available"}
        return self.page(request, alerts)

    def pull_request_url(self, number: int) -> str:
        return f"https://github.com/{self.repository}/pull/{number}"

    def _pull_request(self, request: Request, number: str) -> Answer:
        sha = self.merged.get(int(number))
        state = "closed" if sha else "open"
        return 200, {}, {"state": state, "merged": bool(sha), "merge_commit_sha": sha}

    def _compare(self, request: Request, base: str, head: str) -> Answer:
        ahead = self.history.index(head) - self.history.index(base)
        return 200, {}, {"status": "identical" if not ahead else "ahead" if ahead > 0 else "behind"}

    def _tag(self, request: Request, name: str) -> Answer:
        sha = self.tags.get(unquote(name))
        return (200, {}, {"sha": sha}) if sha else (422, {}, {"message": f"No commit found for SHA: {name}"})

    def _create_or_list(self, request: Request) -> Answer:
        if request.method == "POST":
            return self.create(request.body)
        changed = [issue for issue in self.issues.values() if issue["updated_at"] >= request.query["since"]]
        changed.sort(key=lambda issue: (issue["updated_at"], issue["number"]), reverse=True)
        return self.page(request, changed)

    def create(self, body: dict[str, Any]) -> Answer:
        """Create an issue."""
        number = self.next_number(self.repository)
        labels = body.get("labels", []) if self.keeps_labels else []
        self.issues[number] = {"number": number, "state": "open", "state_reason": None, "labels": []}
        self.write(number, {**body, "labels": labels})
        return 201, {}, self.issues[number]

    def _comments(self, request: Request, number: str) -> Answer:
        comments = self.comments.setdefault(int(number), [])
        if request.method == "GET":
            return self.page(request, comments)
        comments.append({"id": self.next_number("comments"), **request.body})
        return 201, {}, comments[-1]

    def _issue(self, request: Request, named: str) -> Answer:
        number = int(named)
        if number not in self.issues:
            return 404, {}, {"message": "Not Found"}
        if request.method == "PATCH":
            changes = dict(request.body)
            if not self.keeps_labels:
                changes.pop("labels", None)
            self.write(number, changes)
        return 200, {}, self.issues[number]

    def write(self, number: int, changes: dict[str, Any]) -> dict[str, Any]:
        labels = changes.pop("labels", None)
        issue = self.issues[number]
        issue.update(changes)
        if labels is not None:
            known = {
                label["name"].lower(): label["name"]
                for other in self.issues.values()
                for label in other["labels"]
            }
            # GitHub ignores case: the label that the repository has is set.
            names = {name.lower(): known.get(name.lower(), name) for name in labels}
            issue["labels"] = [{"name": name} for name in names.values()]
        issue["html_url"] = f"https://github.com/{self.repository}/issues/{number}"
        issue["updated_at"] = format_time(self.now)
        return issue
