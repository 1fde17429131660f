"""A pipeline and a provider report one deploy at the same time: it is recorded once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assurance.models import Deploy
from assurance.services import deploys
from events.models import Event
from tests.factories import Scenario
from tests.races.threads import racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.mark.slow
def test_concurrent_reports_of_a_pipeline_and_a_provider_are_one_deploy(scenario: Scenario) -> None:
    start = timezone.now() - timedelta(hours=1)
    of_pipelines = [
        {"started_at": start, "finished_at": start + timedelta(minutes=9)},
        {"finished_at": start + timedelta(minutes=11)},
    ]
    with racers(3) as race:
        for number in range(ROUNDS):
            sha = f"{number:040x}"
            of_provider = {
                "started_at": start - timedelta(minutes=3),
                "finished_at": start + timedelta(minutes=10),
                "external_id": str(number),
                "source": "github",
            }
            of_pipeline = of_pipelines[number % 2]

            race(
                *(
                    lambda fields=fields, sha=sha: deploys.record(
                        scenario.project, sha=sha, environment=f"e{sha}", by=scenario.actor, **fields
                    )
                    for fields in (of_provider, of_pipeline, of_pipeline)
                )
            )

            deploy = Deploy.objects.get(sha=sha)
            assert deploy.external_id == str(number)
            names = Event.objects.filter(subject_id=deploy.pk).order_by("name").values_list("name", flat=True)
            assert list(names) == ["deploy.finished", "deploy.recorded"]


@pytest.mark.slow
def test_concurrent_reports_of_one_pipeline_with_and_without_a_start_are_one_deploy(
    scenario: Scenario,
) -> None:
    start = timezone.now() - timedelta(minutes=5)
    with racers(2) as race:
        for number in range(ROUNDS):
            sha = f"{number:040x}"

            race(
                *(
                    lambda fields=fields, sha=sha: deploys.record(
                        scenario.project, sha=sha, environment="production", by=scenario.actor, **fields
                    )
                    for fields in ({"started_at": start}, {"finished_at": timezone.now()})
                )
            )

            deploy = Deploy.objects.get(sha=sha)
            assert (deploy.started_at, deploy.start_reported) == (start, True)
            assert deploy.finished_at is not None
