"""Example bodies of requests: written for some operations; the required fields for the others."""

from collections.abc import Mapping
from typing import Any

# A string that is `$NAME` is read from the environment variable NAME.
BODIES: dict[str, Any] = {
    "approve_verification": {},
    "bulk_create_findings": {
        "mode": "partial",
        "findings": [
            {"domain": "security", "title": "Session cookie without Secure", "severity": "high"},
            {"domain": "seo", "title": "Sitemap lists pages that do not exist"},
        ],
    },
    "bulk_update_findings": {"filter": {"severity": ["low"]}, "set": {"status": "triaged"}, "dry_run": True},
    "connect_integration": {"credentials": {"token": "$GITHUB_TOKEN", "repository": "acme/website"}},
    "create_finding": {
        "domain": "security",
        "title": "Content-Security-Policy is missing",
        "severity": "high",
        "affected_assets": [{"type": "url", "value": "https://www.example.com/"}],
        "checks": ["security_header_csp"],
    },
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
    "create_task": {
        "finding_id": "$FINDING_ID",
        "title": "Send the Content-Security-Policy header",
        "priority": "high",
    },
    "create_webhook": {"url": "https://hooks.example.com/audit", "events": ["finding.*", "scan.completed"]},
    "enable_integration_webhook": {},
    "replace_access": {
        "origin": "https://www.example.com",
        "basic": {"username": "scanner", "password": "$SITE_PASSWORD"},
    },
    "replace_current_policy": {"config": {"sla_hours": {"critical": 24, "high": 72}}},
    "replay_webhook": {"created_after": "$REPLAY_FROM"},
    "rotate_secret_webhook": {"overlap_seconds": 3600},
    "run_scan": {"url": "$SITE_URL"},
    "set_alert_destination": {"recipients": ["team@example.com"]},
    "share_report": {"channel": "link", "expires_in": 604800},
    "test_policy": {"config": {"sla_hours": {"critical": 24, "high": 72}}},
    "update_finding": {"severity": "critical", "status": "triaged"},
    "update_member": {"role": "admin"},
    "update_project": {"name": "Website"},
    "update_task": {"status": "ready_verify"},
    "update_webhook": {"description": "Chat bot"},
}
VALUES: dict[str, Any] = {
    "email": "alex@example.com",
    "environment": "production",
    "host": "www.example.com",
    "name": "Pipeline",
    "reason": "The element was removed.",
    "sha": "4f2a9c1d7be0",
    "title": "Send the Content-Security-Policy header",
}
FORMATS: dict[str, Any] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:00:00Z",
    "email": "alex@example.com",
    "uri": "https://www.example.com/",
}
TYPES: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "object": {}}


def example_body(operation_id: str, component: str, schema: Mapping[str, Any]) -> Any:
    """Return an example for a component of the description as the body of an operation."""
    if operation_id in BODIES:
        return BODIES[operation_id]
    components = schema["components"]["schemas"]
    described = components[component]
    names = described.get("required") or list(described.get("properties", {}))[:1]
    return {name: _value(name, described["properties"][name], components) for name in names}


def _value(name: str, described: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    if "$ref" in described:
        nested = components[described["$ref"].rsplit("/", 1)[-1]]
        names = nested.get("required") or list(nested.get("properties", {}))[:1]
        return {each: _value(each, nested["properties"][each], components) for each in names}
    if described.get("format") == "uuid":
        return f"${name.upper()}"
    if "enum" in described:
        return described["enum"][0]
    kind = described.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "array":
        return [_value(name.removesuffix("s"), described.get("items", {}), components)]
    return VALUES.get(name, FORMATS.get(described.get("format", ""), TYPES.get(kind)))
