from collections.abc import Iterator, Mapping
from typing import Any

from findings.imports import zap
from findings.imports.json_access import nested, number, objects, text
from findings.imports.problem import Problem, checks_of, urls_in
from findings.models import Domain
from scanner import registry

VERSION = "2.1.0"
LEVELS = {"error": "high", "warning": "medium", "note": "low"}
# GitHub's ranges of `security-severity`, a CVSS score.
SCORES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"))

type Rules = Mapping[str, dict[str, Any]]


def problems(document: Any) -> Iterator[Problem]:
    """Yield failed results that are neither suppressed nor absent. Raises ValueError."""
    if not isinstance(nested(document, "runs"), list) or text(document, "version") != VERSION:
        raise ValueError(f"This is not SARIF {VERSION}: it needs the version {VERSION} and a list runs.")
    for run in objects(document, "runs"):
        listed = [*objects(run, "tool", "driver", "rules")]
        for extension in objects(run, "tool", "extensions"):
            listed += objects(extension, "rules")
        rules = {text(rule, "id"): rule for rule in listed}
        for result in objects(run, "results"):
            if _is_problem(result):
                problem = _problem(text(run, "tool", "driver", "name"), listed, rules, result)
                if problem:
                    yield problem


def _is_problem(result: dict[str, Any]) -> bool:
    # A suppression that was rejected does not suppress.
    suppressed = any(
        text(suppression, "status") in ("", "accepted") for suppression in objects(result, "suppressions")
    )
    kind, state = text(result, "kind") or "fail", text(result, "baselineState")
    return kind == "fail" and state != "absent" and not suppressed


def _problem(tool: str, listed: list[dict[str, Any]], rules: Rules, result: dict[str, Any]) -> Problem | None:
    name = text(result, "ruleId") or text(result, "rule", "id")
    index = number(result, "ruleIndex")
    if not name and index is not None and 0 <= index < len(listed):
        name = text(listed[int(index)], "id")
    rule = rules.get(name) or rules.get(name.split("/")[0]) or {}
    level = text(result, "level") or text(rule, "defaultConfiguration", "level") or "warning"
    message = text(result, "message", "text") or text(result, "message", "markdown")
    title = _title(rule, name) or message
    if level == "none" or not title:
        return None
    locations = list(_locations(result))
    help_text = text(rule, "help", "text")
    return Problem(
        tool=tool or "SARIF",
        rule=name,
        title=title,
        domain=_domain(rule),
        severity=_severity(rule, level),
        description=text(rule, "fullDescription", "text") or message,
        fix=help_text,
        references=(text(rule, "helpUri"), *urls_in(help_text)),
        assets=tuple(locations),
        details=({"message": message[:500], "places": [value[:500] for _, value in locations[:20]]},),
        check=_check(tool.lower(), name),
    )


def _title(rule: dict[str, Any], rule_id: str) -> str:
    # Several rules may have the same name: Bandit calls ten of them `blacklist`.
    name = text(rule, "name")
    named = f"{name} ({rule_id})" if name and rule_id and name != rule_id else name or rule_id
    return text(rule, "shortDescription", "text") or named


def _locations(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for location in objects(result, "locations"):
        uri = text(location, "physicalLocation", "artifactLocation", "uri")
        line = text(location, "physicalLocation", "region", "startLine")
        if uri.startswith(("http://", "https://")):
            yield "url", uri
        elif uri:
            yield "file", f"{uri}:{line}" if line else uri


def _domain(rule: dict[str, Any]) -> str:
    tags = nested(rule, "properties", "tags")
    names = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return next((tag for tag in names if tag in Domain.values), "security")


def _severity(rule: dict[str, Any], level: str) -> str:
    score = number(rule, "properties", "security-severity")
    if score is None:
        return LEVELS.get(level, "medium")
    return next((severity for lowest, severity in SCORES if score >= lowest), "low")


def _check(tool: str, rule: str) -> str | None:
    if registry.get(rule):
        return rule
    if "zap" in tool:
        return zap.check_of(rule, rule.split("-")[0])
    return next((checks_of(name).get(rule) for name in ("axe", "lighthouse") if name in tool), None)
