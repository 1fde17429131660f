"""What a policy config would change, and the token by which exactly that plan is applied."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils import timezone

from accounts.models import Project
from events import tallies
from findings.models import OPEN_STATUSES, Severity
from findings.rules import severity_rules
from remediation.errors import PlanOutdated
from remediation.models import Policy, Task
from remediation.sla import due_at

SALT = "krafter.policy.plan"
VALID_FOR = 24 * 3600  # seconds
Moves = Counter[tuple[str, str]]


def test(project: Project, config: dict[str, Any]) -> dict[str, Any]:
    """Return the guide's what-if: all findings, those now critical, and the config as it was sent."""
    counts = tallies.totals(project.pk, "finding")
    critical = Severity.CRITICAL.value
    return {
        "simulated_findings": sum(rows for _, rows, _ in counts),
        "escalated_to_critical": sum(rows for facets, rows, _ in counts if facets["severity"] == critical),
        "config_preview": config,
    }


def simulate(policy: Policy, config: dict[str, Any]) -> dict[str, Any]:
    """Return what would change if the config were applied to the open findings and tasks of the project.

    `severities` = `[{from, to, findings}]`; `tasks` = how many SLA dates move, appear, disappear and are overdue
    at once; `alerts` = how many open critical and high findings each channel would be told of.
    """
    rules = severity_rules(config)
    moves: Moves = Counter()
    for facets, rows, _ in tallies.totals(policy.project_id, "finding"):
        if facets["status"] in OPEN_STATUSES:
            moves[facets["severity"], rules.get(facets["domain"], facets["severity"])] += rows
    return {
        "severities": [
            {"from": before, "to": after, "findings": rows}
            for (before, after), rows in sorted(moves.items())
            if before != after
        ],
        "tasks": _dates(policy.project_id, config, rules),
        "alerts": _alerts(config, moves),
    }


def token(policy: Policy, config: dict[str, Any]) -> str:
    """Return the token of this config on this version of the policy; it is good for a day."""
    return signing.dumps(_plan(policy, config), salt=SALT)


def refuse_unless_planned(plan_token: str, policy: Policy, config: dict[str, Any]) -> None:
    """Raise PlanOutdated unless the token is of this config on the policy as it stands. Call it with the row locked."""
    try:
        planned = signing.loads(plan_token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        raise PlanOutdated from None
    if planned != _plan(policy, config):
        raise PlanOutdated


def _plan(policy: Policy, config: dict[str, Any]) -> list[Any]:
    digest = hashlib.sha256(json.dumps(config, ensure_ascii=False).encode()).hexdigest()
    return [str(policy.pk), policy.version, digest]


def _dates(project_id: Any, config: dict[str, Any], rules: dict[str, str]) -> dict[str, int]:
    now, counts = timezone.now(), Counter[str]()
    undone = Task.objects.filter(project_id=project_id, status__in=Task.OPEN)
    rows: Iterable[tuple[datetime, datetime | None, str, str]] = undone.values_list(
        "created_at", "sla_due_at", "finding__severity", "finding__domain"
    ).iterator(chunk_size=2000)
    for created, due, severity, domain in rows:
        planned = due_at(config, rules.get(domain, severity), created)
        if planned != due:
            counts["given" if due is None else "lifted" if planned is None else "moved"] += 1
        if planned is not None and planned < now and not (due is not None and due < now):
            counts["overdue_at_once"] += 1
    return {word: counts[word] for word in ("moved", "given", "lifted", "overdue_at_once")}


def _alerts(config: dict[str, Any], moves: Moves) -> dict[str, int]:
    routing = config.get("alert_routing")
    counts: Counter[str] = Counter()
    for (_, after), rows in moves.items():
        channels = routing.get(after) if isinstance(routing, dict) else None
        for channel in channels if isinstance(channels, list) else []:
            if channel in ("slack", "email"):
                counts[channel] += rows
    return dict(counts)
