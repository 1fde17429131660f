"""What refuses a request has its own code and its numbers, and changes nothing; a repeated verdict is no refusal."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiKey
from findings.models import FindingStatus
from remediation.models import Task, Verification
from remediation.services import verdicts
from reports.models import Report
from scans.models import Scan
from tests import factories
from tests.factories import Scenario, remediation_state

pytestmark = pytest.mark.django_db


def running(scenario: Scenario) -> Verification:
    return factories.verification(scenario, checks="running")


def inconclusive(scenario: Scenario) -> Verification:
    return factories.verification(scenario, checks="inconclusive")


def reopened(scenario: Scenario) -> Verification:
    return verdicts.reopen(factories.verification(scenario).pk, by=scenario.actor)


def superseded(scenario: Scenario) -> Verification:
    earlier = factories.verification(scenario)
    factories.verification(scenario, of=Task.objects.get(pk=earlier.task_id))
    return earlier


def of_a_dismissed_finding(scenario: Scenario) -> Verification:
    finding = factories.finding(scenario, status=FindingStatus.DISMISSED)
    return factories.verification(scenario, of=factories.task(scenario, of=finding, status="ready_verify"))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (running, "verification_running"),
        (inconclusive, "checks_not_passed"),
        (reopened, "verification_failed"),
        (superseded, "verification_superseded"),
        (of_a_dismissed_finding, "finding_dismissed"),
    ],
)
def test_approval_is_refused_with_the_reason(
    scenario: Scenario, make: Callable[[Scenario], Verification], code: str
):
    verification = make(scenario)
    before = remediation_state(verification)

    response = scenario.client.call("post", f"verifications/{verification.pk}/approve")

    assert (response.status_code, response.json()["error"]["code"]) == (409, code)
    assert remediation_state(verification) == before


@pytest.mark.parametrize("verdict", ["approve", "reopen"])
def test_repeated_verdict_answers_with_the_row_as_it_stands(scenario: Scenario, verdict: str):
    path = f"verifications/{factories.verification(scenario).pk}/{verdict}"

    first, again = scenario.client.call("post", path), scenario.client.call("post", path)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json()["data"], again["etag"]) == (first.json()["data"], first["etag"])


def test_config_of_a_policy_is_echoed_as_it_was_sent(scenario: Scenario):
    sent = (
        '{"z": 1, "sla_hours": {"low": 9, "critical": 4}, "a": [1.5, null, "é"], "M": {"b": true, "a": {}}}'
    )
    url = f"{scenario.client.base}policies/current"

    changed = scenario.client.put(url, f'{{"config": {sent}}}', content_type="application/json")
    read = scenario.client.call("get", "policies/current")

    compact = sent.replace(": ", ":").replace(", ", ",")
    assert [f'"config":{compact}' in response.content.decode() for response in (changed, read)] == [
        True,
        True,
    ]


def test_exhausted_quota_says_when_it_returns_and_creates_nothing():
    scenario = factories.scenario(ai_quota=0)
    task = factories.task(scenario)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("scans/run", {"url": "https://www.example.com/", "trigger": "manual"}),
        ("verifications/run", {"task_id": str(task.pk)}),
        ("reports/export", {"format": "json"}),
    ]

    refused = [scenario.client.call("post", path, body) for path, body in requests]

    assert [response.json()["error"]["code"] for response in refused] == ["quota_exceeded"] * 3
    for response in refused:
        resets_at = datetime.fromisoformat(response.json()["error"]["details"]["resets_at"])
        left = (resets_at - timezone.now()).total_seconds()
        assert (response.status_code, abs(int(response["retry-after"]) - left) < 30) == (429, True)
    assert [model.objects.count() for model in (Scan, Verification, Report)] == [0, 0, 0]


@pytest.mark.usefixtures("mid_minute_clock")
def test_limit_of_a_key_answers_with_its_own_numbers(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_DEFAULT = 50
    ApiKey.objects.filter(name="tests").update(rate_limit=1)
    scenario.client.call("get", "tasks")

    refused = scenario.client.call("get", "tasks")

    assert (refused.status_code, refused.json()["error"]["details"]["limit"]) == (429, 1)
    assert (refused["x-ratelimit-limit"], refused["x-ratelimit-remaining"]) == ("1", "0")
