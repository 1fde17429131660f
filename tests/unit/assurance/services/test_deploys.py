"""Deploys: recorded once, and guarded findings are checked again after each."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assurance.models import Deploy
from assurance.services import deploys
from events.models import Event
from tests.factories import Scenario
from tests.unit.assurance.conftest import opened, run_due

pytestmark = pytest.mark.django_db


def record(scenario: Scenario, **fields: Any) -> tuple[Deploy, bool]:
    values = {"sha": "abc1234", "environment": "production", **fields}
    return deploys.record(scenario.project, by=scenario.actor, **values)


def events_of(deploy: Deploy) -> list[str]:
    return list(Event.objects.filter(subject_id=deploy.pk).order_by("id").values_list("name", flat=True))


def test_start_and_end_are_one_deploy(scenario: Scenario) -> None:
    started, is_new = record(scenario)

    finished, is_new_again = record(scenario, finished_at=timezone.now(), url="https://example.com/")

    assert (finished.pk, is_new, is_new_again) == (started.pk, True, False)
    assert finished.url == "https://example.com/"
    assert events_of(finished) == ["deploy.recorded", "deploy.finished"]


def test_repeated_report_changes_nothing(scenario: Scenario) -> None:
    moment = timezone.now()
    first, _ = record(scenario, started_at=moment, finished_at=moment)

    second, is_new = record(scenario, started_at=moment, finished_at=moment)

    assert (second.pk, second.updated_at, is_new) == (first.pk, first.updated_at, False)
    assert events_of(first) == ["deploy.recorded", "deploy.finished"]


@pytest.mark.parametrize(
    "other",
    [{"sha": "def5678"}, {"environment": "staging"}, {"started_at": timezone.now() - timedelta(days=1)}],
)
def test_other_commit_environment_or_start_is_another_deploy(
    scenario: Scenario, other: dict[str, Any]
) -> None:
    first, _ = record(scenario)

    second, is_new = record(scenario, **other)

    assert is_new
    assert second.pk != first.pk


def test_finished_deploy_checks_guarded_findings_again(scenario: Scenario) -> None:
    window = opened(scenario)

    deploy, _ = record(scenario, finished_at=timezone.now())
    run_due()
    run_due()

    run = window.runs.get(reason="deploy")
    assert (run.deploy_id, run.status) == (deploy.pk, "passed")


def test_each_deploy_adds_one_run_to_a_window(scenario: Scenario) -> None:
    window = opened(scenario)
    deploy, _ = record(scenario, finished_at=timezone.now())

    added = [deploys.check_guarded_findings(deploy) for _ in range(2)]

    assert added == [1, 0]
    assert window.runs.filter(reason="deploy").count() == 1
