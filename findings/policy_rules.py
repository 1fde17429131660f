"""What the project's policy says about findings. The policy belongs to a higher room, which moves in here at start."""

from collections.abc import Callable
from typing import Any

from accounts.models import Project
from findings.models import Severity
from scanner import registry

Config = dict[str, Any]
LARGEST = 1e15  # a threshold beyond it is none
_config_of: Callable[[Project], Config] = lambda project: {}  # noqa: E731  replaced by `provide`


def provide(config_of: Callable[[Project], Config]) -> None:
    """Say how a project's policy config is read."""
    global _config_of
    _config_of = config_of


def config_of(project: Project) -> Config:
    """Return the project's policy config."""
    return _config_of(project)


def severity_rules(config: Config) -> dict[str, str]:
    """Return the readable part of `severity_rules`: domain → severity. What cannot be read is ignored."""
    rules = config.get("severity_rules")
    if not isinstance(rules, dict):
        return {}
    return {
        domain: word for domain, word in rules.items() if isinstance(word, str) and word in Severity.values
    }


def thresholds(config: Config) -> dict[str, float]:
    """Return the thresholds that the policy moves: key of a check → number, in the unit of its metric."""
    moved = {key: rule.get("threshold") for key, rule in _check_rules(config).items()}
    return {
        key: float(value)
        for key, value in moved.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
    }


def switched_off(config: Config) -> set[str]:
    """Return the keys of the checks that the policy switches off."""
    return {key for key, rule in _check_rules(config).items() if rule.get("enabled") is False}


def _check_rules(config: Config) -> dict[str, dict[str, Any]]:
    rules = config.get("checks")
    if not isinstance(rules, dict):
        return {}
    return {
        registry.ALIASES.get(str(key), str(key)): rule
        for key, rule in rules.items()
        if isinstance(rule, dict)
    }
