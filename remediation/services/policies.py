"""The policy of a project: one is active; replacing it stores the earlier version."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.etags import require_match
from remediation.models import Policy, PolicyVersion
from remediation.policy_simulation import plans
from remediation.services import recalculations
from remediation.sla.policy import Terms, changes_clock, has_clock, rules_of, terms_of
from scans.services import schedules

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


def current(project: Project) -> Policy:
    """Return the active policy. The first call creates the default one."""
    policy = Policy.objects.filter(project=project, active=True).first() or _create_default(project)
    policy.project = project
    return policy


def version_at(project: Project, moment: datetime) -> Policy:
    """Return the policy with the name and config that applied before a moment; unsaved."""
    policy = current(project)
    version = policy.versions.filter(replaced_at__gte=moment).order_by("version").first()
    if version is None:
        return policy
    earlier = policy.versions.filter(version__lt=version.version).order_by("-version").first()
    policy.name, policy.config, policy.version = version.name, version.config, version.version
    policy.updated_at = earlier.replaced_at if earlier else policy.created_at
    return policy


@transaction.atomic
def _create_default(project: Project) -> Policy:
    default = Policy(project=project, name=DEFAULT_NAME, config=DEFAULT_CONFIG)
    # Two concurrent first calls create one row: the insert of the second is ignored.
    Policy.objects.bulk_create([default], ignore_conflicts=True)
    policy = Policy.objects.get(project=project, active=True)
    if policy.pk == default.pk:
        log_event("policy.created", default, by=SYSTEM)
    return policy


@transaction.atomic
def replace(
    project: Project,
    *,
    config: dict[str, Any],
    name: str | None,
    by: Actor,
    if_match: str | None = None,
    plan_token: str | None = None,
) -> Policy:
    """Replace the config and, if given, the name; store the earlier version, if anything changes.

    The config applies to new findings and tasks. A `plan_token` also changes existing ones, exactly as its plan lists.
    If the SLA clock changes, due dates are recalculated in the background.
    """
    pk = current(project).pk
    policy = Policy.objects.select_for_update().get(pk=pk)
    policy.project = project
    require_match(if_match, policy)
    if plan_token is None and is_same_config(config, policy.config) and name in (None, policy.name):
        return policy
    if plan_token is not None:
        # With the policy locked, no other replacement comes between the plan and its changes.
        plans.apply(plan_token, policy, config, by=by)
    _store_version(policy, by)
    previous = policy.config
    policy.name, policy.config, policy.version = name or policy.name, config, policy.version + 1
    policy.sla_warns_before = max(rules_of(config).warnings, default=None)
    policy.save()
    schedules.apply_config(project, config)
    # A plan changes severities too, on which due dates depend.
    if changes_clock(previous, config) or (plan_token is not None and has_clock(config)):
        recalculations.start(project, policy_version=policy.version)
    log_event("policy.replaced", policy, by=by, version=policy.version, planned=plan_token is not None)
    return policy


def is_same_config(first: Any, second: Any) -> bool:
    """Return whether two configs are equal, with the order of their keys."""
    # A config is returned as it was sent.
    return json.dumps(first) == json.dumps(second)


def _store_version(policy: Policy, by: Actor) -> None:
    PolicyVersion.objects.create(
        policy=policy,
        version=policy.version,
        name=policy.name,
        config=policy.config,
        replaced_by_id=by.user_id,
    )


def config_of(project: Project) -> dict[str, Any]:
    config: dict[str, Any] = current(project).config
    return config


def current_terms(project: Project) -> Terms:
    policy = current(project)
    return terms_of(policy.config, policy.version)
