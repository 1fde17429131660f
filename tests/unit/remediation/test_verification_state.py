"""The state of a verification says what it waits for."""

from typing import Any

import pytest

from remediation.models import Verification
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def state(scenario: Scenario, pk: Any) -> str:
    response = scenario.client.call("get", f"verifications/{pk}?include=state")
    return str(response.json()["data"]["state"])


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        (["running", "passed"], "running"),
        (["passed", "passed"], "ready"),
        (["passed", "failed"], "blocked"),
        (["inconclusive", "passed"], "blocked"),
    ],
)
def test_state_follows_the_checks(scenario: Scenario, checks: list[str], expected: str):
    finding = factories.finding(scenario, checks=["security_header_csp", "lcp"])
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding), checks=checks)

    assert state(scenario, verification.pk) == expected


def test_a_verification_without_automatic_checks_is_ready_for_a_person(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))

    made = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)}).json()["data"]

    assert made["checks"][0]["key"] == "manual_review"
    assert state(scenario, made["id"]) == "ready"


@pytest.mark.parametrize("verdict", ["approve", "reopen"])
def test_a_verdict_decides(scenario: Scenario, verdict: str):
    verification = factories.verification(scenario, checks="passed")

    scenario.client.call("post", f"verifications/{verification.pk}/{verdict}")

    assert state(scenario, verification.pk) == "decided"


def test_a_newer_verification_supersedes_and_changes_the_etag(scenario: Scenario, enqueued: list[Any]):
    first = factories.verification(scenario, checks="failed")
    etag = scenario.client.call("get", f"verifications/{first.pk}?include=state")["etag"]

    second = scenario.client.call("post", "verifications/run", {"task_id": str(first.task_id)}).json()["data"]

    assert (state(scenario, first.pk), state(scenario, second["id"])) == ("superseded", "running")
    assert scenario.client.call("get", f"verifications/{first.pk}?include=state")["etag"] != etag


def test_lists_filter_by_state_and_show_it(scenario: Scenario):
    factories.verification(scenario, checks="passed")
    blocked = factories.verification(scenario, checks="failed")

    body = scenario.client.call("get", "verifications?state=blocked").json()
    plain = scenario.client.call("get", "verifications?result=pending").json()

    assert [(row["id"], row["state"]) for row in body["data"]] == [(str(blocked.pk), "blocked")]
    assert body["meta"]["total"] == 1
    assert (len(plain["data"]), plain["meta"]["total"], "state" in plain["data"][0]) == (2, 2, False)


def test_lists_filter_by_why_a_verification_is_blocked(scenario: Scenario):
    ids = {
        checks: str(factories.verification(scenario, checks=checks).pk)
        for checks in ("failed", "inconclusive", "passed")
    }

    bodies = {
        cause: scenario.client.call("get", f"verifications?blocked_by={cause}").json()
        for cause in ("failed", "inconclusive")
    }

    assert {
        cause: ([row["id"] for row in body["data"]], body["meta"]["total"]) for cause, body in bodies.items()
    } == {"failed": ([ids["failed"]], 1), "inconclusive": ([ids["inconclusive"]], 1)}


def test_wait_ends_at_once_for_a_verification_that_awaits_its_verdict(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    verification = factories.verification(scenario, checks="passed")
    monkeypatch.setattr("krafter_audit.api.long_polling.time.sleep", lambda seconds: pytest.fail("It waits."))

    response = scenario.client.call("get", f"verifications/{verification.pk}?wait=30&include=state")

    assert response.json()["data"]["state"] == "ready"


def test_wait_lasts_while_a_check_is_running(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    verification = factories.verification(scenario, checks="running")
    checks = [{**verification.checks[0], "after": "passed", "status": "passed"}]

    def finish(seconds: float) -> None:
        Verification.objects.filter(pk=verification.pk).update(running=False, checks=checks)

    monkeypatch.setattr("krafter_audit.api.long_polling.time.sleep", finish)

    response = scenario.client.call("get", f"verifications/{verification.pk}?wait=30&include=state")

    assert response.json()["data"]["state"] == "ready"
