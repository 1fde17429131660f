"""The checks of this installation, as a project's policy has them, with how far each can be believed."""

from typing import Any

from accounts.models import Project
from findings import policy_rules
from remediation.checks import reliability
from remediation.models import CheckReliability
from remediation.services.policies import config_of
from scanner import registry
from scanner.registry import Check

METERS = ("looks", "compared", "flips", "flip_rate", "fixes", "back_in_7_days", "back_in_30_days")


def of(project: Project) -> list[dict[str, Any]]:
    """Return one entry for each check, in the order in which the checks are written."""
    config = config_of(project)
    every = {key: registry.REGISTRY[key] for key in registry.keys()}  # noqa: SIM118 - a module, no dict
    off, moved, measured = (
        policy_rules.switched_off(config),
        policy_rules.thresholds(config),
        reliability.of(project),
    )
    return [
        {
            "key": key,
            "domain": known.domain,
            "kind": known.kind,
            "title": known.title,
            "rule": known.rule,
            "severity": known.severity,
            "version": known.version,
            "enabled": key not in off,
            "threshold": _threshold(known, moved),
            "meter": _meter(measured.get(key)),
        }
        for key, known in every.items()
    ]


def _threshold(known: Check, moved: dict[str, float]) -> dict[str, Any] | None:
    metric = known.metric
    if metric is None:
        return None
    value = moved.get(known.key, metric.threshold)
    return {"value": value, "default": metric.threshold, "unit": metric.unit, "direction": metric.direction}


def _meter(row: CheckReliability | None) -> dict[str, Any] | None:
    if row is None:
        return None
    counts = {name: getattr(row, name) for name in METERS}
    return {**counts, "median_hours_to_fix": row.median_hours, "measured_at": row.measured_at}
