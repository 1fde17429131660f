"""Verifications in the API: a client waits for the end of the checks, and sees that a newer one supersedes."""

from typing import Any

import pytest

from remediation.models import Verification
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_newer_verification_changes_the_state_and_the_etag_of_the_older(
    scenario: Scenario, enqueued: list[Any]
):
    older = factories.verification(scenario, checks="failed")
    path = f"verifications/{older.pk}?include=state"
    before = scenario.client.call("get", path)

    scenario.client.call("post", "verifications/run", {"task_id": str(older.task_id)})

    after = scenario.client.call("get", path)
    assert [response.json()["data"]["state"] for response in (before, after)] == ["blocked", "superseded"]
    assert after["etag"] != before["etag"]


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
