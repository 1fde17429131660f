"""Read results of axe-core: the object of `axe.run`, or the list that @axe-core/cli writes."""

from collections.abc import Iterator
from typing import Any

from findings.imports.json_access import nested, objects, text
from findings.imports.problem import Problem, checks_of, without_markup

SEVERITIES = {"critical": "critical", "serious": "high", "moderate": "medium", "minor": "low"}


def problems(document: Any) -> Iterator[Problem]:
    """Yield the violations, not what passed or is incomplete or inapplicable. Raises ValueError."""
    reports = document if isinstance(document, list) else [document]
    if not reports or not all(isinstance(nested(report, "violations"), list) for report in reports):
        raise ValueError("This is not a result of axe-core: it has no list violations.")
    for report in reports:
        url = text(report, "url")
        for violation in objects(report, "violations"):
            yield _problem(url, violation)


def _problem(url: str, violation: dict[str, Any]) -> Problem:
    rule = text(violation, "id")
    nodes = [
        {
            "url": url,
            "target": _selector(node),
            "html": text(node, "html")[:500],
            "summary": text(node, "failureSummary")[:500],
        }
        for node in objects(violation, "nodes")
    ]
    return Problem(
        tool="axe-core",
        rule=rule,
        title=without_markup(text(violation, "help")),
        domain="accessibility",
        severity=SEVERITIES.get(text(violation, "impact"), ""),
        description=text(violation, "description"),
        references=(text(violation, "helpUrl"),),
        assets=(("url", url),) if url else (),
        details=tuple(nodes),
        check=checks_of("axe").get(rule),
    )


def _selector(node: dict[str, Any]) -> str:
    target = nested(node, "target")
    return " ".join(map(str, target))[:500] if isinstance(target, list) else ""
