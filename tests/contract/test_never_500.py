"""No JSON body and no query string causes a server error."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.contract.routes import ROUTES, fill
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

WRITE_ROUTES = [
    (route, method) for route, method, _ in ROUTES if method in ("post", "put", "patch", "delete")
]
ROWS = {"tasks": "task", "verifications": "verification", "findings": "finding", "reports": "report"}

WORDS = [
    "critical", "high", "security", "seo", "new", "triaged", "resolved", "dismissed", "in_progress",
    "ready_verify", "done", "blocked", "json", "csv", "pdf", "link", "email", "slack", "manual", "all", "partial",
    "https://example.com/", "http://[", "ada@example.com", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "security_header_csp", "", " ", "\x00", "ÿ" * 400, "https://hooks.slack.com/services/T/B/x",
]  # fmt: skip
FIELDS = [
    "finding_id", "task_id", "title", "status", "priority", "owner_id", "sla_due_at", "external_ticket_key",
    "pr_url", "domain", "severity", "description", "confidence", "affected_assets", "evidence", "checks", "ids",
    "recommended_fix", "findings", "mode", "filter", "set", "dry_run", "url", "trigger", "override", "reason",
    "name", "config", "plan_token", "format", "channel", "recipients", "webhook_url", "expires_in",
    "credentials", "auth_code", "redirect_uri", "type", "value", "impact", "score", "steps", "summary",
    "events", "projects", "overlap_seconds", "created_after", "include_delivered",
]  # fmt: skip
IDS = ["finding", "task", "verification", "owner", "absent"]

scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 50, 3600, 2**31, 2**63, 10**30, 0.5, -1e308])
    | st.sampled_from(WORDS)
    | st.sampled_from(IDS).map(lambda row: f"id of {row}")
    | st.text(max_size=20)
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
PLAUSIBLE: dict[str, list[dict[str, Any]]] = {
    "findings": [{"domain": "seo", "title": "No title"}],
    "findings/bulk": [{"findings": [{"domain": "seo", "title": "No title"}], "mode": "partial"}],
    "findings/import": [
        {"format": "sarif", "document": {"version": "2.1.0", "runs": [{}]}},
        {"format": "lighthouse", "document": {"audits": {}, "categories": {}}},
        {"format": "axe", "document": {"violations": [{}]}},
        {"format": "zap", "document": {"site": [{"alerts": [{"riskcode": "3"}]}]}},
    ],
    "findings/bulk-update": [{"filter": {}, "set": {"severity": "low"}}, {"ids": [], "set": {}}],
    "tasks": [{"finding_id": "id of finding", "title": "Fix it"}],
    "verifications/run": [{"task_id": "id of task"}],
    "policies/current": [{"config": {}}],
    "policies/test": [{"config": {}}],
    "reports/export": [{"format": "json"}],
    "reports/share": [{"channel": "link"}, {"channel": "email", "recipients": ["ada@example.com"]}],
    "integrations/<str:provider>/connect": [{"credentials": {"token": "abc"}}],
    "api/v1/orgs/<str:org_id>/webhooks": [{"url": "https://example.com/", "events": ["finding.*"]}],
}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Generate a route with a body, either arbitrary or almost valid."""
    route, method = draw(st.sampled_from(WRITE_ROUTES))
    plausible = PLAUSIBLE.get(route.split("audit/")[-1], [{}])
    arbitrary = draw(st.dictionaries(st.sampled_from(FIELDS), values, max_size=3))
    return route, method, draw(st.just({**draw(st.sampled_from(plausible)), **arbitrary}) | values)


@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(sent=requests())
def test_no_body_causes_a_server_error(sent: tuple[str, str, Any], fuzz_rows: dict[str, Any]):
    route, method, body = sent
    scenario: Scenario = fuzz_rows["scenario"]
    kind = route.split("audit/")[-1].split("/")[0]
    address = fill(route, scenario, fuzz_rows.get(ROWS.get(kind, ""), fuzz_rows["absent"]))
    text = json.dumps(body)
    for name in IDS:
        text = text.replace(f"id of {name}", fuzz_rows[name])

    response = scenario.client.generic(method.upper(), address, text)

    assert response.status_code < 500, (method, address, text, response.content)
    assert set(response.json()) == {"data", "meta", "error"}


GET_ROUTES = [route for route, method, _ in ROUTES if method == "get"]
PARAMETERS = [
    "limit", "offset", "cursor", "status", "severity", "domain", "priority", "owner_id", "finding_id", "overdue",
    "date_from", "date_to", "simulate", "x", "type", "subject", "sort", "created_after",
]  # fmt: skip
VALUES = [
    "", "0", "5", "-1", "1e3", "٣", "9" * 30, "true", "new", "done", "high", "2026-02-30", "2026-01-01",
    "0000-00-00", "bm8", "W10", "e30", "\x00", "é", "018f0000-0000-7000-8000-000000000000",
]  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    route=st.sampled_from(GET_ROUTES),
    query=st.lists(
        st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(VALUES) | st.text(max_size=8)), max_size=3
    ),
)
def test_no_query_causes_a_server_error(route: str, query: list[tuple[str, str]], fuzz_rows: dict[str, Any]):
    kind = route.split("audit/")[-1].split("/")[0]
    row = fuzz_rows.get(ROWS.get(kind, ""), fuzz_rows["absent"])
    text = urlencode(query, errors="replace")

    response = fuzz_rows["scenario"].client.get(f"{fill(route, fuzz_rows['scenario'], row)}?{text}")

    assert response.status_code < 500, (route, text, response.content)


@pytest.fixture
def fuzz_rows(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the ids of a row of each kind. Host names are not resolved and jobs are not enqueued."""
    monkeypatch.setattr("socket.getaddrinfo", fail_to_resolve)
    verification = factories.verification(scenario)
    return {
        "scenario": scenario,
        "finding": str(verification.task.finding_id),
        "task": str(verification.task_id),
        "verification": str(verification.pk),
        "owner": str(scenario.owner.pk),
        "absent": "018f0000-0000-7000-8000-000000000000",
    }


def fail_to_resolve(*args: Any, **kwargs: Any) -> Any:
    """Fail to resolve every host."""
    raise OSError("no such host")


@pytest.mark.slow
@pytest.mark.parametrize("value", ["a%00b", "%ED%A0%80", "%F0%9F%98%80"])
def test_no_value_in_a_path_causes_a_server_error(scenario: Scenario, value: str):
    # A NUL, half a character of UTF-16, and one beyond the basic plane.
    row, errors = str(scenario.owner.pk), []

    for route, method, _ in ROUTES:
        for name in re.findall(r"<\w+:\w+>", route):
            url = fill(route.replace(name, value), scenario, row)
            status = scenario.client.call(
                method, url, None if method in ("get", "delete") else {}
            ).status_code
            errors += [f"{status} {method} {url}"] if status >= 500 else []

    assert errors == []
