from typing import Any

from accounts.models import Project
from findings import policy_rules
from remediation.checks import reliability
from remediation.services.policies import config_of
from scanner import registry
from scanner.registry import Check

PUBLIC_KINDS = {"markup": "http", "lab": "browser"}  # kind → its name in the API


def catalogue(project: Project) -> list[dict[str, Any]]:
    config = config_of(project)
    disabled = policy_rules.disabled_checks(config)
    thresholds = policy_rules.thresholds(config)
    measured = reliability.by_check(project)
    registry.load()
    return [
        {
            "key": check.key,
            "domain": check.domain,
            "kind": PUBLIC_KINDS.get(check.kind, check.kind),
            "title": check.title,
            "rule": check.rule,
            "severity": check.severity,
            "version": check.version,
            "enabled": check.key not in disabled,
            "threshold": _threshold(check, thresholds),
            "reliability": measured.get(check.key),
        }
        for check in registry.REGISTRY.values()
    ]


def _threshold(check: Check, thresholds: dict[str, float]) -> dict[str, Any] | None:
    metric = check.metric
    if metric is None:
        return None
    value = thresholds.get(check.key, metric.threshold)
    return {"value": value, "default": metric.threshold, "unit": metric.unit, "direction": metric.direction}
