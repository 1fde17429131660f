"""Concurrent reports of the same findings, with threads and PostgreSQL."""

import random
from typing import Any

import pytest

from bulk_changes import services as bulk_changes
from findings.models import Finding, Regression
from findings.services import triage
from findings.services.bulk import FINDINGS
from findings.services.ingestion import FindingReport, ingest
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario
from tests.races.threads import errors_in, racers

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def ingest_titles(scenario: Scenario, titles: list[str]) -> Any:
    return lambda: ingest(
        scenario.project, [FindingReport("seo", title) for title in titles], by=scenario.actor
    )


@pytest.mark.slow
def test_overlapping_batches_create_each_finding_once_without_deadlock():
    scenario, chance = factories.scenario(), random.Random(1)
    with racers(4) as race:
        for turn in range(ROUNDS):
            titles = [f"{turn} {index}" for index in range(60)]
            batches = [chance.sample(titles, 40) for _ in range(4)]

            assert errors_in(race(*(ingest_titles(scenario, batch) for batch in batches))) == []

            made = Finding.objects.filter(title__startswith=f"{turn} ").values_list("title", flat=True)
            assert sorted(made) == sorted({title for batch in batches for title in batch})


@pytest.mark.slow
def test_batch_with_concurrent_verdicts_and_bulk_updates_has_no_deadlock():
    scenario, chance = factories.scenario(), random.Random(2)
    titles = [f"Title {index}" for index in range(40)]
    ingest_titles(scenario, titles)()
    rows = Finding.objects.filter(project=scenario.project)

    with racers(4) as race:
        for _ in range(ROUNDS):
            Finding.objects.filter(status="resolved").update(status="in_progress")
            task = factories.task(scenario, of=chance.choice(list(rows)))
            verification = factories.verification(scenario, of=task)
            batch = chance.sample(titles, 30)
            changed = chance.sample(list(rows.values_list("pk", flat=True)), 20)

            results = race(
                ingest_titles(scenario, batch),
                lambda pk=verification.pk: verdicts.approve(pk, by=scenario.actor),
                lambda pks=changed: bulk_changes.change(
                    scenario.project, FINDINGS, pks, changes={"severity": "low"}, by=scenario.actor
                ),
                lambda pk=changed[0]: triage.update(pk, changes={"severity": "high"}, by=scenario.actor),
            )

            assert errors_in(results) == []
            finding = Finding.objects.get(pk=task.finding_id)
            came_back = Regression.objects.filter(finding=finding, status="open").exists()
            assert (finding.status, came_back) in (("resolved", False), ("in_progress", True))
