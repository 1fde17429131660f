"""Deploys and guard windows in the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assurance.models import Deploy
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.unit.assurance.conftest import opened, run_due

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DEPLOY = {"sha": "ABC1234", "environment": "production"}


def test_deploy_is_reported_continued_and_read(scenario: Scenario) -> None:
    created = scenario.client.call("post", "deploys", DEPLOY)
    continued = scenario.client.call("post", "deploys", {**DEPLOY, "finished_at": "2026-01-01T00:00:00Z"})
    read = scenario.client.call("get", f"deploys/{created.json()['data']['id']}")

    assert (created.status_code, continued.status_code) == (201, 200)
    assert created.json()["data"]["sha"] == "abc1234"
    assert read.json()["data"] == continued.json()["data"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**DEPLOY, "sha": "main"}, "sha"),
        ({"sha": "abc1234"}, "environment"),
        ({**DEPLOY, "url": "ftp://example.com"}, "url"),
        (
            {**DEPLOY, "started_at": "2026-01-02T00:00:00Z", "finished_at": "2026-01-01T00:00:00Z"},
            "finished_at",
        ),
        # Every later deploy of the environment would be older than this one.
        ({**DEPLOY, "finished_at": "2190-01-01T00:00:00Z"}, "finished_at"),
        ({**DEPLOY, "started_at": "2190-01-01T00:00:00Z"}, "started_at"),
        ({**DEPLOY, "source": "github"}, "source"),
    ],
)
def test_invalid_deploy_is_rejected(scenario: Scenario, body: dict[str, Any], field: str) -> None:
    response = scenario.client.call("post", "deploys", body)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert not Deploy.objects.exists()


def test_deploys_are_listed_by_environment_and_commit(scenario: Scenario) -> None:
    for environment in ("production", "staging"):
        scenario.client.call("post", "deploys", {**DEPLOY, "environment": environment})

    listed = scenario.client.call("get", "deploys?environment=staging&sha=abc1234").json()

    assert [row["environment"] for row in listed["data"]] == ["staging"]
    assert listed["meta"]["total"] == 1


def test_guard_window_is_listed_read_and_cancelled(scenario: Scenario) -> None:
    window = opened(scenario)

    listed = scenario.client.call("get", f"guard-windows?status=open&finding_id={window.finding_id}").json()
    read = scenario.client.call("get", f"guard-windows/{window.pk}").json()["data"]
    cancelled = scenario.client.call("post", f"guard-windows/{window.pk}/cancel")
    again = scenario.client.call("post", f"guard-windows/{window.pk}/cancel")

    assert [row["id"] for row in listed["data"]] == [str(window.pk)]
    assert [run["status"] for run in read["runs"]] == ["pending"] * 3
    assert cancelled.json()["data"]["status"] == "cancelled"
    assert (again.status_code, again.json()["error"]["code"]) == (409, "guard_window_ended")


def test_etag_of_a_guard_window_changes_with_its_runs(scenario: Scenario) -> None:
    window = opened(scenario)
    path = f"guard-windows/{window.pk}"
    etag = scenario.client.call("get", path)["etag"]

    unchanged = scenario.client.call("get", path, if_none_match=etag)
    window.runs.update(due_at=window.ends_at)
    changed = scenario.client.call("get", path, if_none_match=etag)

    assert (unchanged.status_code, unchanged["etag"]) == (304, etag)
    assert (changed.status_code, changed["etag"] == etag) == (200, False)


def test_finding_embeds_its_newest_guard_window(scenario: Scenario) -> None:
    window = opened(scenario)
    factories.finding(scenario, score=0)

    listed = scenario.client.call("get", "findings?include=guard").json()["data"]
    read = scenario.client.call("get", f"findings/{window.finding_id}?include=guard")

    guards = {row["id"]: row["guard"] for row in listed}
    shown = guards.pop(str(window.finding_id))
    assert (shown["id"], shown["status"], shown["runs_passed"], shown["runs_total"]) == (
        str(window.pk), "open", 0, 3,
    )  # fmt: skip
    assert list(guards.values()) == [None]
    assert (read.json()["data"]["guard"], read.has_header("etag")) == (shown, False)


def test_regression_names_the_deploys_since_the_last_pass(
    scenario: Scenario, site: FaultySite, time_machine: Any
) -> None:
    opened(scenario)
    finished_at = timezone.now().isoformat()
    deploy = scenario.client.call("post", "deploys", {**DEPLOY, "finished_at": finished_at}).json()["data"]
    del site.headers["Content-Security-Policy"]
    time_machine.shift(timedelta(hours=1))
    run_due()

    [regression] = scenario.client.call("get", "regressions?include=deploys").json()["data"]

    assert (regression["trigger"], regression["deploy_ids"]) == ("guard_failed", [deploy["id"]])
