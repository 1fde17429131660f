"""What the terminal says once the system answers."""

import json
from typing import Any


def render_banner(facts: dict[str, Any]) -> str:
    """The addresses, the logins and three requests to paste; `facts` is what `--ready` writes."""
    audit = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
    key = f"-H 'Authorization: Bearer {facts['api_key']}'"
    body = json.dumps({"url": f"{facts['demo_site'] or 'https://example.com'}/", "trigger": "manual"})
    lines = [
        "",
        f"  URL       {facts['url']}",
        f"  Admin     {facts['url']}/admin/   {facts['admin']['email']}   {facts['admin']['password']}",
        f"  API key   {facts['api_key']}",
        f"  org_id    {facts['org_id']}",
        f"  project   {facts['project_id']}",
        *([f"  Demo site {facts['demo_site']}"] if facts["demo_site"] else []),
        "",
        "Scan a site, list its findings, see the project's policy:",
        "",
        f"  curl -X POST {key} -H 'Content-Type: application/json' -d '{body}' {audit}/scans/run",
        "",
        f"  curl {key} '{audit}/findings?limit=5'",
        "",
        f"  curl {key} {audit}/policies/current",
        "",
        *(["The whole story, told step by step: ./krafter demo"] if facts["demo_site"] else []),
        "Ctrl-C stops everything.",
    ]
    return "\n".join(lines)
