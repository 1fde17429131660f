"""The snapshot that every file and page of a report shows, as plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

SEVERITIES = ("critical", "high", "medium", "low")
DOMAINS = ("security", "performance", "accessibility", "seo")
FINDING_STATUSES = ("new", "triaged", "in_progress", "ready_verify", "resolved", "dismissed")
TASK_STATUSES = ("backlog", "in_progress", "blocked", "ready_verify", "done")
OPEN_STATUSES = frozenset(FINDING_STATUSES[:4])

FINDING_KEYS = (
    "id", "org_id", "project_id", "domain", "title", "description", "severity", "status", "confidence",
    "priority", "owner_id", "affected_assets", "evidence", "recommended_fix", "created_at", "updated_at",
)  # fmt: skip
TASK_KEYS = (
    "id", "finding_id", "title", "status", "priority", "owner_id", "sla_due_at", "external_ticket_key",
    "pr_url", "created_at", "updated_at",
)  # fmt: skip

NESTED_KEYS = {
    "priority": ("impact", "effort", "risk", "score"),
    "recommended_fix": ("summary", "steps", "references"),
}

Item = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """A project at the time of the export. `findings` and `tasks` can be iterated more than once."""

    report_id: str
    org_id: str
    organization: str
    project_id: str
    project: str
    site_url: str
    period_start: date
    period_end: date
    taken_at: datetime
    summary: Mapping[str, Any]
    # {"open_by_severity": {…}, "open_by_domain": {…}, "findings_by_status": {…}, "tasks_by_status": {…}}
    breakdown: Mapping[str, Mapping[str, int]]
    findings: Iterable[Item]
    tasks: Iterable[Item]

    @property
    def burn_down(self) -> list[Mapping[str, Any]]:
        return list(self.summary["risk_burn_down"])


def order_keys(item: Mapping[str, Any], keys: tuple[str, ...]) -> Item:
    # In the API's order, which a jsonb column does not keep.
    return {key: _order_nested(key, item.get(key)) for key in keys}


def _order_nested(key: str, value: Any) -> Any:
    if key in NESTED_KEYS and isinstance(value, dict):
        return {name: value.get(name) for name in NESTED_KEYS[key]}
    if key == "affected_assets" and isinstance(value, list):
        return [{"type": asset.get("type"), "value": asset.get("value")} for asset in value]
    return value
