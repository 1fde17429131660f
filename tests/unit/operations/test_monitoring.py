"""The dashboard and the alert rules query metrics that exist, with labels that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

from krafter_audit.api import request_metrics
from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.jobs import metrics as job_metrics
from operations import metrics

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "monitoring" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "monitoring" / "dashboard.json"
OF_PROMETHEUS = {"up": {"job", "instance"}}
OF_EVERY_SERIES = {"job", "instance", "le"}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [query.replace("$__rate_interval", "5m") for query in queries] + [rule["expr"] for rule in rules()]


def known_metrics() -> dict[str, set[str]]:
    """Return the names of all series, each with its labels."""
    ours = [
        unchecked_requests.unchecked_total, request_metrics.request_seconds, request_metrics.requests_running,
        job_metrics.job_seconds, job_metrics.job_wait_seconds, job_metrics.jobs_running,
        job_metrics.worker_processes,
    ]  # fmt: skip
    found = {
        name: set(metric._labelnames) for metric in ours for name in REGISTRY._collector_to_names[metric]
    }
    declared = re.findall(
        r'"(krafter_\w+)",.*?(?:labels=\[([^\]]*)\]|\)\n)', Path(metrics.__file__).read_text(), re.S
    )
    found |= {name: set(re.findall(r'"(\w+)"', labels)) for name, labels in declared}
    found |= {"krafter_scans": {"status"}, "krafter_verifications": {"result"}}
    return found | OF_PROMETHEUS


def selectors(node: Any) -> Iterator[Any]:
    """Yield every vector selector of an expression."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        child = getattr(node, name, None)
        if child is not None and not isinstance(child, str):
            yield from selectors(child)
    for argument in getattr(node, "args", None) or []:
        yield from selectors(argument)


@pytest.mark.parametrize("expression", expressions())
def test_expression_selects_metrics_and_groups_by_labels_that_exist(expression: str):
    known, labels = known_metrics(), set(OF_EVERY_SERIES)
    found = list(selectors(promql_parser.parse(expression)))

    assert found
    for selector in found:
        assert selector.name in known
        matched = {matcher.name for matcher in selector.matchers.matchers}
        assert matched <= known[selector.name] | OF_EVERY_SERIES
        labels |= known[selector.name]
    grouped = {
        label.strip() for names in re.findall(r"by \(([^)]*)\)", expression) for label in names.split(",")
    }
    assert grouped <= labels


def test_every_metric_is_on_the_dashboard():
    shown = " ".join(target["expr"] for panel in panels() for target in panel["targets"])

    missing = [
        name
        for name in known_metrics()
        if re.sub(r"_(count|sum|bucket|total|created)$", "", name) not in shown
    ]
    assert missing == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_alert_says_what_to_do(rule: dict[str, Any]):
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), re.M)

    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"].endswith(".")
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_panels_of_the_dashboard_do_not_overlap():
    positions = [
        (panel["gridPos"]["x"] + column, panel["gridPos"]["y"] + row)
        for panel in json.loads(DASHBOARD.read_text())["panels"]
        for column in range(panel["gridPos"]["w"])
        for row in range(panel["gridPos"]["h"])
    ]

    assert len(positions) == len(set(positions))
    assert max(x for x, _ in positions) < 24
