"""Simulate a policy config, and apply exactly the changes of a simulation, by its token."""

import hashlib
import json
from collections import Counter
from typing import Any

from django.core import signing

from accounts.actors import Actor
from accounts.models import Project
from events.totals import counters
from findings.models import OPEN_STATUSES, Severity
from findings.policy_rules import severity_rules
from remediation.alert_routing import routes_of
from remediation.errors import PlanOutdated
from remediation.models import Policy
from remediation.policy_simulation import impact
from remediation.policy_simulation.impact import PolicyImpact, SeverityChanges
from remediation.services import recalculations
from remediation.sla.policy import has_clock

PLAN_SALT = "krafter.policy.plan"
PLAN_MAX_AGE_SECONDS = 24 * 3600


def test(project: Project, config: dict[str, Any]) -> dict[str, Any]:
    """Return the number of findings, how many are critical, and the config as it was sent."""
    counts = counters.totals(project.pk, "finding")
    critical = Severity.CRITICAL.value
    return {
        "simulated_findings": sum(rows for _, rows, _ in counts),
        "escalated_to_critical": sum(rows for facets, rows, _ in counts if facets["severity"] == critical),
        "config_preview": config,
    }


def simulate(policy: Policy, config: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that the config would make, and a token that applies exactly those within a day.

    `severities` = `[{from, to, findings}]` of open findings; `tasks` = how many SLA dates of open tasks move, are
    added, are removed and are overdue at once; `alerts` = the open findings for each channel.
    """
    dates_in_plan = not _has_clock(policy, config)
    changes = impact.preview(policy.project, config, dates_in_plan=dates_in_plan)
    dates = changes.dates if dates_in_plan else recalculations.simulate(policy.project, config)
    simulation = {
        "severities": _severities_in(changes),
        "tasks": dates,
        "alerts": _count_alerts(config, _count_open_findings(policy.project, config)),
    }
    token = signing.dumps([*_identify(policy, config), changes.checksum], salt=PLAN_SALT)
    return {"simulation": simulation, "plan_token": token}


def simulate_present(policy: Policy) -> dict[str, Any]:
    """Return the `severities` and `tasks` that the present config would change without an edit."""
    # The dates of an SLA clock always follow the present config.
    changes = impact.preview(policy.project, policy.config, dates_in_plan=not has_clock(policy.config))
    return {"severities": _severities_in(changes), "tasks": changes.dates}


def _severities_in(changes: PolicyImpact) -> list[dict[str, Any]]:
    return [
        {"from": before, "to": after, "findings": rows}
        for (before, after), rows in sorted(changes.severities.items())
    ]


def apply(plan_token: str, policy: Policy, config: dict[str, Any], *, by: Actor) -> None:
    """Make the changes of a plan, before the policy is replaced. The policy must be locked.

    Raises PlanOutdated if the config or the policy is another one, or if other rows would change than those listed.
    """
    try:
        planned = signing.loads(plan_token, salt=PLAN_SALT, max_age=PLAN_MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise PlanOutdated from None
    if planned[:-1] != _identify(policy, config):
        raise PlanOutdated
    # The changes are made and then compared: a mismatch rolls the transaction back.
    applied = impact.apply(
        policy.project,
        config,
        dates_in_plan=not _has_clock(policy, config),
        version=policy.version + 1,
        by=by,
    )
    if applied != planned[-1]:
        raise PlanOutdated


def _has_clock(policy: Policy, config: dict[str, Any]) -> bool:
    return has_clock(policy.config) or has_clock(config)


def _identify(policy: Policy, config: dict[str, Any]) -> list[Any]:
    # The keys are not sorted: their order is part of a config.
    digest = hashlib.sha256(json.dumps(config, ensure_ascii=False).encode()).hexdigest()
    return [str(policy.pk), policy.version, digest]


def _count_open_findings(project: Project, config: dict[str, Any]) -> SeverityChanges:
    rules = severity_rules(config)
    counts_by_change: SeverityChanges = Counter()
    for facets, rows, _ in counters.totals(project.pk, "finding"):
        if facets["status"] in OPEN_STATUSES:
            counts_by_change[facets["severity"], rules.get(facets["domain"], facets["severity"])] += rows
    return counts_by_change


def _count_alerts(config: dict[str, Any], counts_by_change: SeverityChanges) -> dict[str, int]:
    counts = {
        channel: sum(rows for (_, after), rows in counts_by_change.items() if after in severities)
        for channel, severities in routes_of(config).items()
    }
    return {channel: rows for channel, rows in counts.items() if rows}
