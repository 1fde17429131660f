"""Tools that change tasks and verifications."""

from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from krafter_client.mcp_server.api import Api
from krafter_client.mcp_server.approval import ApprovalTokens
from krafter_client.mcp_server.read_tools import Id, Project, Rows, Severity, TaskStatus

WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
DECIDES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)


def add_write_tools(server: MCPServer[Any], api: Api, tokens: ApprovalTokens) -> None:
    """Add the tools that need the scope audit:write."""
    _add_task_tools(server, api)
    _add_verification_tools(server, api, tokens)


def _add_task_tools(server: MCPServer[Any], api: Api) -> None:
    @server.tool(annotations=WRITES)
    def create_task(
        finding_id: Id, title: str, priority: Severity = "medium", owner_id: str = "", project: Project = ""
    ) -> Rows:
        """Create a task that fixes a finding; the policy sets its due date."""
        body = {"finding_id": finding_id, "title": title, "priority": priority}
        body |= {"owner_id": owner_id} if owner_id else {}
        created: Rows = api.send("POST", "tasks", project, body)
        return created

    @server.tool(annotations=WRITES)
    def update_task(
        task_id: Id,
        status: Annotated[TaskStatus | None, Field(description="Never done: approve a verification.")] = None,
        priority: Severity | None = None,
        owner_id: str = "",
        title: str = "",
        pr_url: str = "",
        project: Project = "",
    ) -> Rows:
        """Change the fields of a task that are given."""
        fields = {
            "status": status, "priority": priority, "owner_id": owner_id, "title": title, "pr_url": pr_url
        }  # fmt: skip
        body = {name: value for name, value in fields.items() if value}
        changed: Rows = api.send("PATCH", f"tasks/{task_id}", project, body)
        return changed

    @server.tool(annotations=WRITES)
    def comment_on_task(task_id: Id, body: str, project: Project = "") -> Rows:
        """Add a comment to a task, as the user of the API key."""
        added: Rows = api.send("POST", f"tasks/{task_id}/comments", project, {"body": body})
        return added


def _add_verification_tools(server: MCPServer[Any], api: Api, tokens: ApprovalTokens) -> None:
    @server.tool(annotations=WRITES)
    def run_verification(task_id: Id, project: Project = "") -> Rows:
        """Run the checks of a task's finding again on the live site; costs one unit of quota."""
        started: Rows = api.send("POST", "verifications/run", project, {"task_id": task_id})
        return started

    @server.tool(annotations=DECIDES)
    def approve_verification(
        verification_id: Id,
        approval_token: Annotated[str, Field(description="From read_evidence, after you have read it.")],
        override_reason: Annotated[
            str, Field(description="Why to approve although a check did not pass. Ask a person first.")
        ] = "",
        project: Project = "",
    ) -> Rows:
        """Confirm the fix: close the task and the finding. Read the evidence first."""
        path = f"verifications/{verification_id}"
        error = tokens.error(approval_token, verification_id, api.get(f"{path}/evidence", project))
        if error:
            raise ToolError(error)
        body = {"override": True, "reason": override_reason} if override_reason else {}
        approved: Rows = api.send("POST", f"{path}/approve", project, body)
        return approved

    @server.tool(annotations=DECIDES)
    def reopen_verification(verification_id: Id, project: Project = "") -> Rows:
        """Say that the issue persists: task and finding are in progress again, with a regression."""
        reopened: Rows = api.send("POST", f"verifications/{verification_id}/reopen", project)
        return reopened
