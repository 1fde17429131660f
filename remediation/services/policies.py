"""The project's rules: one active policy, replaced whole, every earlier version kept."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from events import tallies
from events.record import record
from findings.models import Severity
from krafter_audit.api.etag import refuse_unless_current
from remediation.models import Policy, PolicyVersion

DEFAULT_NAME = "Default Audit Policy"
DEFAULT_CONFIG: dict[str, Any] = {
    "severity_rules": {
        "security": "critical",
        "performance": "high",
        "accessibility": "medium",
        "seo": "low",
    },
    "sla_hours": {"critical": 24, "high": 72, "medium": 168, "low": 336},
    "alert_routing": {"critical": ["slack", "email"], "high": ["slack"]},
}
LONGEST_SLA = 24 * 366 * 10  # hours; a longer one is not read


def current(project: Project) -> Policy:
    """Return the active policy; the first read creates the default, two first reads at once make one."""
    policy = Policy.objects.filter(project=project, active=True).first()
    if policy is None:
        made = Policy(project=project, name=DEFAULT_NAME, config=DEFAULT_CONFIG)
        Policy.objects.bulk_create([made], ignore_conflicts=True)
        policy = Policy.objects.get(project=project, active=True)
        if policy.pk == made.pk:
            policy.project = project
            record("policy.created", policy, by=SYSTEM)
    policy.project = project
    return policy


@transaction.atomic
def replace(
    project: Project, *, config: dict[str, Any], name: str | None, by: Actor, if_match: str | None = None
) -> Policy:
    """Replace the config wholesale, and the name where one is given; the earlier version is kept."""
    pk = current(project).pk
    policy = Policy.objects.select_for_update().get(pk=pk)
    policy.project = project
    refuse_unless_current(if_match, policy)
    PolicyVersion.objects.create(
        policy=policy,
        version=policy.version,
        name=policy.name,
        config=policy.config,
        replaced_by_id=by.user_id,
    )
    policy.name, policy.config, policy.version = name or policy.name, config, policy.version + 1
    policy.save()
    record("policy.replaced", policy, by=by, version=policy.version)
    return policy


def config_of(project: Project) -> dict[str, Any]:
    """Return the active policy's config; an empty one where it is not an object."""
    config = current(project).config
    return config if isinstance(config, dict) else {}


def due_at(config: dict[str, Any], severity: str, start: datetime) -> datetime | None:
    """Return when work on a finding of that severity is due; None where the config gives no readable hours."""
    table = config.get("sla_hours")
    hours = table.get(severity) if isinstance(table, dict) else None
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= LONGEST_SLA:
        return None
    return start + timedelta(hours=hours)


def test(project: Project, config: dict[str, Any]) -> dict[str, Any]:
    """Return the guide's what-if: all findings, those now critical, and the config as it was sent."""
    counts = tallies.totals(project.pk, "finding")
    return {
        "simulated_findings": sum(rows for _, rows, _ in counts),
        "escalated_to_critical": sum(
            rows for facets, rows, _ in counts if facets["severity"] == Severity.CRITICAL
        ),
        "config_preview": config,
    }


def sla_for(project: Project, severity: str) -> datetime | None:
    """Return when a task made now for a finding of that severity is due."""
    return due_at(config_of(project), severity, timezone.now())
