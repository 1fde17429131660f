"""Example bodies: those of the OpenAPI description, or others that can be sent as they are."""

from typing import Any

from krafter_audit.api.openapi.example_values import ID

# A string that is `$NAME` is read from the environment variable NAME.
BODIES: dict[str, Any] = {
    "approve_verification": {},
    "bulk_update_tasks": {"filter": {"status": ["backlog"]}, "set": {"priority": "low"}, "dry_run": True},
    "connect_integration": {"credentials": {"token": "$GITHUB_TOKEN", "repository": "acme/website"}},
    "create_finding_import": {
        "format": "axe",
        "document": {
            "url": "https://www.example.com/",
            "violations": [
                {
                    "id": "image-alt",
                    "impact": "critical",
                    "help": "Images must have alternative text",
                    "nodes": [{"target": ["img"], "html": "<img src=logo.png>"}],
                }
            ],
        },
    },
    "create_project": {"id": "shop", "name": "Shop", "site_url": "https://shop.example.com/"},
    "enable_integration_webhook": {},
    "extend_due_date": {"hours": 8, "reason": "The vendor delivers the fix on Monday."},
    "replace_access": {
        "origin": "https://www.example.com",
        "basic": {"username": "scanner", "password": "$SITE_PASSWORD"},
    },
    "replay_webhook": {"created_after": "$REPLAY_FROM"},
    "run_scan": {"url": "$SITE_URL"},
    "share_report": {"channel": "link", "expires_in": 604800},
    "update_finding": {"severity": "critical", "status": "triaged"},
    "update_member": {"role": "admin"},
    "update_project": {"name": "Website"},
    "update_task": {"status": "ready_verify"},
}


def example_body(operation_id: str, example: Any) -> Any:
    """Return the body of an operation, or the `example` of its description, with variables for ids."""
    return BODIES.get(operation_id, _with_variables(example))


def _with_variables(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_variables(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_variables(inner, name.removesuffix("s")) for inner in value]
    return f"${name.upper()}" if value == ID and name.endswith("_id") else value
