"""A fake GitLab: issues by number, merge requests of issues, vulnerability findings."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.fakes.specs import load_spec
from tests.fakes.tracker import FakeTracker
from tests.fakes.vendor_server import Answer, Request

TOKEN = "glpat-Zm9yLXRlc3RzLW9ubHk0NzEx"
PROJECT = "acme/shop/web-app"
PAGE_PARAMETERS = frozenset({"page", "per_page"})
QUICK_ACTION = re.compile(r"^/close$", re.MULTILINE)


def format_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.123Z")


def example(schema: str) -> dict[str, Any]:
    """Return an object made of the examples that the description gives for a schema's members."""
    members = load_spec("gitlab.json").d["components"]["schemas"][schema]["properties"]
    return {name: _example(member) for name, member in members.items()}


def _example(member: dict[str, Any]) -> Any:
    if "$ref" in member:
        return example(member["$ref"].rpartition("/")[2])
    return member.get("example")


def labels_after(present: list[str], added: list[str]) -> list[str]:
    """Return the labels of an issue after others were added to it.

    A comma separates two labels, HTML is removed from their names, and those with the same text before their last `::`
    replace each other. Source: GitLab, "Labels", scoped labels; `app/models/label.rb`.
    """
    for part in ",".join(added).split(",") if added else ():
        label = html.unescape(re.sub(r"<[A-Za-z/!?][^>]*>?", "", part)).strip()[:255]
        scope = label.rpartition("::")[0]
        present = [
            other
            for other in present
            if other != label and not (scope and other.rpartition("::")[0] == scope)
        ]
        present = [*present, label]
    return present


@dataclass
class FakeGitLab(FakeTracker):
    """One project."""

    provider = "gitlab"
    spec_name = "gitlab.json"
    token_path = "/oauth/token"
    api_path = "/api/v4"
    credentials = {"token": TOKEN, "project": PROJECT}
    moves = {
        "close": {"state": "closed"},
        "drop": {"state": "closed", "add_labels": ["krafter:dismissed"]},
        "start": {"add_labels": ["Doing"]},
        "reopen": {"state": "opened"},
    }
    undescribed = {
        r"/deployments$": PAGE_PARAMETERS
        | {"order_by", "sort", "updated_after", "updated_before", "finished_after", "environment", "status"},
        r"/repository/merge_base$": frozenset({"refs[]"}),
        r"/notes/\d+$": frozenset(),
        r"/releases$": PAGE_PARAMETERS | {"order_by", "sort", "include_html_description"},
    }

    project: str = PROJECT
    number: int = 42
    token: str = TOKEN
    features: dict[str, Any] = field(default_factory=lambda: {"issues_enabled": True})
    merge_requests: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    findings: list[dict[str, Any]] | int = 403
    linked_targets: set[str] = field(default_factory=set)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    merged: dict[int, str] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)  # of the target branch, the oldest commit first

    def deploy(self, sha: str, *states: str, environment: str = "production") -> int:
        """Create a deployment; return its id."""
        number = len(self.deployments) + 1
        environment_body = {"id": 9, "name": environment, "external_url": None}
        self.deployments.append(
            {"id": number, "sha": sha, "created_at": format_time(self.now), "environment": environment_body}
        )
        for state in states or ("running", "success"):
            self.set_status(number, state)
        return number

    def set_status(self, number: int, state: str) -> None:
        """Set the status of a deployment, a minute later."""
        self.now += timedelta(minutes=1)
        job = {"finished_at": format_time(self.now) if state in ("success", "failed") else None}
        self.deployments[number - 1].update(status=state, updated_at=format_time(self.now), deployable=job)

    def deploy_event(self, number: int) -> dict[str, Any]:
        """Return the webhook event of the latest status of a deployment."""
        row = self.deployments[number - 1]
        return {
            "object_kind": "deployment",
            "status": row["status"],
            "status_changed_at": row["updated_at"],
            "deployment_id": number,
            "environment": row["environment"]["name"],
            "environment_external_url": row["environment"]["external_url"],
            "short_sha": row["sha"][:8],
            "commit_url": f"https://gitlab.example/{self.project}/-/commit/{row['sha']}",
            "project": {"id": self.number, "path_with_namespace": self.project},
        }

    def release(self, tag: str, sha: str, **fields: Any) -> dict[str, Any]:
        """Publish a release; return its webhook event."""
        row = {
            "tag_name": tag,
            # Not the present second: a release whose time is to come is not final.
            "released_at": format_time(self.now - timedelta(seconds=10)),
            "upcoming_release": False,
            "commit": {"id": sha},
        }
        self.releases.insert(0, {**row, **fields})
        return {"object_kind": "release", "action": "create", "tag": tag, "commit": {"id": sha}}

    def merge(self, issue: int, iid: int, *, project: str = PROJECT, **more: Any) -> None:
        """Let a merge request of a project close an issue, or refer to it."""
        relation = more.pop("relation", "closed_by")
        merge_request = {
            "iid": iid,
            "project_id": self.number if project == self.project else 7,
            "state": "opened",
            "references": {"full": f"{project}!{iid}"},
            "web_url": f"https://gitlab.example/{project}/-/merge_requests/{iid}",
        }
        self.merge_requests.setdefault((relation, issue), []).append({**merge_request, **more})

    def check(self, request: Request) -> None:
        """The description omits the pages of merge requests: a page that we have linked to is not checked."""
        is_omitted = request.path.endswith(("/closed_by", "/related_merge_requests"))
        if not (is_omitted and request.target in self.linked_targets):
            super().check(request)

    def next_target(self, request: Request, number: int, size: int) -> str:
        query = {**request.query, "page": number + 1, "per_page": size}
        target = request.path + "?" + "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
        self.linked_targets.add(target)
        return target

    def authorize(self, request: Request) -> Answer | None:
        if request.headers.get("authorization") == f"Bearer {self.token}":
            return None
        return 401, {}, {"message": "401 Unauthorized"}

    def route(self, request: Request) -> Answer:
        found = re.fullmatch(r"/api/v4/projects/([^/]+)(/.*)?", request.path)
        if not found or found[1] not in (quote(self.project, safe=""), str(self.number)):
            return 404, {}, {"message": "404 Project Not Found"}
        routes = {
            r"": self._project,
            r"/issues": self._create_or_list,
            r"/vulnerability_findings": self._findings,
            r"/deployments": self._deployments,
            r"/merge_requests/(\d+)": self._merge_request,
            r"/repository/merge_base": self._merge_base,
            r"/releases": lambda request: self.page(request, self.releases),
            r"/issues/(\d+)": self._issue,
            r"/issues/(\d+)/notes": self._comments,
            r"/issues/\d+/notes/(\d+)": self.delete_comment,
            r"/issues/(\d+)/(closed_by|related_merge_requests)": self._merge_requests,
        }
        return self.dispatch(request, found[2] or "", routes) or (404, {}, {"error": "404 Not Found"})

    def _project(self, request: Request) -> Answer:
        return 200, {}, {"id": self.number, "path_with_namespace": self.project, **self.features}

    def _findings(self, request: Request) -> Answer:
        if isinstance(self.findings, int):
            return self.findings, {}, {"message": "403 Forbidden"}
        return self.page(request, self.findings)

    def pull_request_url(self, number: int) -> str:
        return f"https://gitlab.example/{self.project}/-/merge_requests/{number}"

    def _merge_request(self, request: Request, number: str) -> Answer:
        sha = self.merged.get(int(number))
        return 200, {}, {"state": "merged" if sha else "opened", "merge_commit_sha": sha}

    def _merge_base(self, request: Request) -> Answer:
        refs = [value for name, value in parse_qsl(urlsplit(request.target).query) if name == "refs[]"]
        return 200, {}, {"id": min(refs, key=self.history.index)}

    def _deployments(self, request: Request) -> Answer:
        if "updated_after" in request.query and request.query.get("order_by") != "updated_at":
            return 400, {}, {"message": "`updated_at` filter requires `updated_at` sort"}
        since, status = request.query["updated_after"], request.query["status"]
        changed = [row for row in self.deployments if row["updated_at"] >= since and row["status"] == status]
        changed.sort(key=lambda row: row["updated_at"], reverse=request.query["sort"] == "desc")
        return self.page(request, changed)

    def _merge_requests(self, request: Request, iid: str, relation: str) -> Answer:
        return self.page(request, self.merge_requests.get((relation, int(iid)), []))

    def _comments(self, request: Request, iid: str) -> Answer:
        comments = self.comments.setdefault(int(iid), [])
        if request.method == "GET":
            return self.page(request, comments)
        comments.append({"id": self.next_number("comments"), **request.body})
        return 201, {}, comments[-1]

    def _create_or_list(self, request: Request) -> Answer:
        if request.method == "POST":
            return self.create(request.body)
        since = request.query["updated_after"]
        changed = [issue for issue in self.issues.values() if issue["updated_at"] >= since]
        changed.sort(key=lambda issue: (issue["updated_at"], issue["iid"]), reverse=True)
        return self.page(request, changed)

    def create(self, body: dict[str, Any]) -> Answer:
        """Create an issue."""
        iid = self.next_number()
        self.issues[iid] = {"iid": iid, "project_id": self.number, "state": "opened", "labels": []}
        self.write(iid, body)
        return 201, {}, self.issues[iid]

    def _issue(self, request: Request, number: str) -> Answer:
        iid = int(number)
        if iid not in self.issues:
            return 404, {}, {"message": "404 Issue Not Found"}
        if request.method == "PUT":
            self.write(iid, request.body)
        return 200, {}, self.issues[iid]

    def write(self, iid: int, changes: dict[str, Any]) -> dict[str, Any]:
        """Write as GitLab does: labels are added and removed, an event changes the state, quick actions run."""
        changes, issue = dict(changes), self.issues[iid]
        given = changes.pop("labels", None)
        labels = issue["labels"] if given is None else labels_after([], given)
        labels = labels_after(labels, changes.pop("add_labels", []))
        issue["labels"] = sorted(set(labels) - set(changes.pop("remove_labels", [])))
        event = changes.pop("state_event", None)
        if event:
            issue["state"] = {"close": "closed", "reopen": "opened"}[event]
        issue.update(changes)
        if QUICK_ACTION.search(issue["description"]):
            issue["state"] = "closed"
        issue["web_url"] = f"https://gitlab.example/{self.project}/-/issues/{iid}"
        issue["updated_at"] = format_time(self.now)
        return issue
