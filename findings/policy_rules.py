"""The rules for findings and checks in the config of a project's policy."""

from collections.abc import Callable
from typing import Any

from accounts.models import Project
from findings.models import Severity
from scanner import registry

type Config = dict[str, Any]
MAX_THRESHOLD = 1e15  # larger thresholds are ignored
MIN_REQUESTS_PER_SECOND, MAX_REQUESTS_PER_SECOND = 1, 200  # other ceilings are ignored
# The policy belongs to the `remediation` app, which registers its reader at start.
_read_config: Callable[[Project], Config] = lambda project: {}  # noqa: E731  set by `register_config_reader`


def register_config_reader(read_config: Callable[[Project], Config]) -> None:
    global _read_config
    _read_config = read_config


def config_of(project: Project) -> Config:
    """Return the config of the project's active policy, as `remediation.services.policies.config_of` does."""
    return _read_config(project)


def section_of(config: Config, name: str) -> dict[str, Any]:
    """Return a section of a config; empty if it is not an object."""
    # The config is free-form JSON: an invalid part has no effect.
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def ignored(path: str, *, in_part: object) -> str:
    """Return the start of the sentence that a part of a config is ignored, completely or `in_part`."""
    return f"{path} is ignored in part" if in_part else f"{path} is ignored"


def severity_rules(config: Config) -> dict[str, str]:
    """Return the valid part of `severity_rules`: domain → severity."""
    return {
        domain: severity
        for domain, severity in section_of(config, "severity_rules").items()
        if isinstance(severity, str) and severity in Severity.values
    }


def thresholds(config: Config) -> dict[str, float]:
    """Return the overridden thresholds: check key → number, in the unit of the metric."""
    overrides = {key: rule.get("threshold") for key, rule in _check_rules(config).items()}
    return {
        key: float(value)
        for key, value in overrides.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_THRESHOLD
    }


def disabled_checks(config: Config) -> set[str]:
    return {key for key, rule in _check_rules(config).items() if rule.get("enabled") is False}


def max_requests_per_second(config: Config) -> float | None:
    """Return the valid ceiling of the adaptive request rate (`scan.max_requests_per_second`)."""
    rate = section_of(config, "scan").get("max_requests_per_second")
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        return None
    return rate if MIN_REQUESTS_PER_SECOND <= rate <= MAX_REQUESTS_PER_SECOND else None


def _check_rules(config: Config) -> dict[str, dict[str, Any]]:
    return {
        # Policies may use the former name of a check.
        registry.ALIASES.get(str(key), str(key)): rule
        for key, rule in section_of(config, "checks").items()
        if isinstance(rule, dict)
    }
