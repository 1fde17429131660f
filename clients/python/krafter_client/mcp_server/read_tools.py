"""Tools that read."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from krafter_client.mcp_server.api import Api
from krafter_client.mcp_server.approval import ApprovalTokens

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
MAX_ROWS = 100
# Ids are parts of URLs: an id with a `/` or `#` would change the called URL.
Id = Annotated[str, Field(pattern=r"^[\w-]+$")]
Project = Annotated[
    str, Field(pattern=r"^[\w-]*$", description="The id of a project; by default that of the login.")
]
Limit = Annotated[int, Field(ge=1, le=MAX_ROWS, description="The number of rows.")]
Words = Annotated[str, Field(description="Words that must occur, at least three characters.")]
Wait = Annotated[int, Field(ge=0, le=25, description="Seconds to wait at most.")]
Severity = Literal["critical", "high", "medium", "low"]
FindingStatus = Literal["new", "triaged", "in_progress", "ready_verify", "resolved", "dismissed"]
Domain = Literal["security", "performance", "accessibility", "seo"]
TaskStatus = Literal["backlog", "in_progress", "blocked", "ready_verify", "done"]
State = Literal["running", "ready", "blocked", "decided", "superseded"]
Rows = dict[str, Any]


def add_read_tools(server: MCPServer[Any], api: Api, tokens: ApprovalTokens) -> None:
    """Add the tools that need the scope audit:read."""
    _add_finding_tools(server, api)
    _add_task_tools(server, api)
    _add_verification_tools(server, api, tokens)


def _add_finding_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=READS)
    def list_projects() -> Rows:
        """List the newest 100 projects of the organisation that the API key may read."""
        return {"projects": api.organization("projects", limit=MAX_ROWS)}

    @server.tool(annotations=READS)
    def list_findings(
        severity: list[Severity] | None = None,
        status: list[FindingStatus] | None = None,
        domain: list[Domain] | None = None,
        check: Annotated[str, Field(description="The key of a check.")] = "",
        host: str = "",
        words: Words = "",
        limit: Limit = 25,
        project: Project = "",
    ) -> Rows:
        """List findings, highest score first."""
        filters = {"severity": severity, "status": status, "domain": domain, "check": check, "host": host}
        return {"findings": api.get("findings", project, **filters, q=words, limit=limit)}

    @server.tool(annotations=READS)
    def get_finding(finding_id: Id, project: Project = "") -> Rows:
        """Read a finding with its recommended fix, its evidence and its tasks."""
        found: Rows = api.get(f"findings/{finding_id}", project, include="tasks")
        return found

    @server.tool(annotations=READS)
    def get_summary(project: Project = "") -> Rows:
        """Read the key figures of a project: open findings by severity and domain, overdue tasks, burn-down."""
        return {
            "report": api.get("reports/summary", project),
            "command_center": api.get("command-center", project),
        }


def _add_task_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=READS)
    def list_tasks(
        status: list[TaskStatus] | None = None,
        owner: Annotated[str, Field(description="The id of a user, or me.")] = "",
        label: str = "",
        overdue: bool = False,
        words: Words = "",
        limit: Limit = 25,
        project: Project = "",
    ) -> Rows:
        """List tasks by due date."""
        filters = {"status": status, "owner_id": owner, "label": label, "overdue": "true" if overdue else ""}
        return {"tasks": api.get("tasks", project, **filters, q=words, sort="sla_due_at", limit=limit)}

    @server.tool(annotations=READS)
    def get_task(task_id: Id, project: Project = "") -> Rows:
        """Read a task with its finding and the newest 100 of its comments and of its history."""
        return {
            "task": api.get(f"tasks/{task_id}", project, include="finding"),
            "comments": api.get(f"tasks/{task_id}/comments", project, limit=MAX_ROWS),
            "history": api.get(f"tasks/{task_id}/history", project, limit=MAX_ROWS),
        }


def _add_verification_tools(server: MCPServer[Any], api: Api, tokens: ApprovalTokens) -> None:
    @server.tool(annotations=READS)
    def list_verifications(
        state: list[State] | None = None, task_id: str = "", limit: Limit = 25, project: Project = ""
    ) -> Rows:
        """List verifications, newest first, with their state: what each waits for."""
        filters = {"state": state, "task_id": task_id, "include": "state"}
        return {"verifications": api.get("verifications", project, **filters, limit=limit)}

    @server.tool(annotations=READS)
    def get_verification(verification_id: Id, wait_seconds: Wait = 0, project: Project = "") -> Rows:
        """Read a verification and its state; wait while checks are running."""
        wait = wait_seconds or None
        found: Rows = api.get(f"verifications/{verification_id}", project, include="state", wait=wait)
        return found

    @server.tool(annotations=READS)
    def read_evidence(verification_id: Id, project: Project = "") -> Rows:
        """Read what each check of a verification saw, and get the token that approve_verification needs."""
        evidence = api.get(f"verifications/{verification_id}/evidence", project)
        return {"evidence": evidence, "approval_token": tokens.issue(verification_id, evidence)}
