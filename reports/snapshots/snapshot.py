from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from findings.models import Domain, Severity

SEVERITIES, DOMAINS = tuple(Severity.values), tuple(Domain.values)
# Keys of the exports in JSON. A copied row also has `dismissal`: `{reason, comment, accepted_until}` or None.
FINDING_KEYS = (
    "id", "org_id", "project_id", "domain", "title", "description", "severity", "status", "confidence",
    "priority", "owner_id", "affected_assets", "evidence", "recommended_fix", "created_at", "updated_at",
)  # fmt: skip
TASK_KEYS = (
    "id", "finding_id", "title", "status", "priority", "owner_id", "sla_due_at", "external_ticket_key",
    "pr_url", "created_at", "updated_at",
)  # fmt: skip
VERIFICATION_KEYS = (
    "id", "task_id", "finding_id", "title", "result", "checks", "verified_by_id", "verified_at", "created_at",
    "updated_at",
)  # fmt: skip
REGRESSION_KEYS = (
    "id", "finding_id", "title", "verification_id", "trigger", "status", "opened_at", "closed_at", "created_at",
    "updated_at",
)  # fmt: skip

# Numbers of changes in a period, and the open risk score at its end.
ACTIVITY = ("new_findings", "fixed", "regressions", "open_risk_score")

type Item = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """A project at the time of the export. The lists of items can be iterated more than once."""

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
    # `open_by_severity`, `open_by_domain`, `findings_by_status` and `tasks_by_status`: numbers.
    # `worst_open_by_domain`: `[severity, number]` of each known domain, None if nothing is open.
    # `fixed` and `overdue`: the number of `all`, and of those `in_period`.
    # `accepted`: the number of `all` accepted risks, and those `listed`, the first to end first.
    # `activity` and `previous_activity`: as in `ACTIVITY`.
    # `trends`: the open risk score of each day by severity and by domain.
    breakdown: Mapping[str, Mapping[str, Any]]
    findings: Iterable[Item]
    tasks: Iterable[Item]
    verifications: Iterable[Item]
    regressions: Iterable[Item]
    # The last fixed findings and the longest overdue tasks, at most 100 each.
    fixed: Iterable[Item]
    overdue: Iterable[Item]
    first_day: date | None
    share_url: str
    # The active campaigns, as `{id, name, due_date, total, done, percent, overdue, past_due}`, the next due first.
    campaigns: Sequence[Item] = ()
    # As the API has it, at the time of the export.
    forecast: Mapping[str, Any] | None = None

    @property
    def burn_down(self) -> list[Mapping[str, Any]]:
        """Return the period's days from the first scan on, at least the last one."""
        days, first = list(self.summary["risk_burn_down"]), str(self.first_day or "")
        return [day for day in days if day["date"] >= first] or days[-1:]

    def trend(self, facet: str, key: str) -> list[int]:
        """Return the open risk score of a severity or domain on the days of the burn-down."""
        scores = self.breakdown.get("trends", {}).get(facet, {}).get(key, [])
        return list(scores[-len(self.burn_down) :])
