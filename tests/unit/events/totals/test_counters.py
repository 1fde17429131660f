"""The counters that triggers maintain: they always match the rows, and no writer waits for another."""

from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from events.models import Counter
from events.totals import counters
from events.totals.definitions import declared_counters
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest
from tests import factories
from tests.factories import Scenario
from tests.races.threads import errors_at_once


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("check_counters", *arguments, stdout=out)
    return out.getvalue().strip()


def used_project(scenario: Scenario) -> Scenario:
    factories.verification(scenario, checks="passed", open_regressions=1)
    factories.verification(scenario, checks="failed")
    scenario.client.call("post", "findings/bulk-update", {"all": True, "set": {"severity": "low"}})
    scenario.client.call("post", "reports/export", {"format": "json"})
    return scenario


@pytest.mark.django_db
def test_the_declared_triggers_are_installed():
    installed = {
        f"{model._meta.label}:{trigger.name}": trigger.get_installation_status(model)
        for model, trigger in pgtrigger.registered()
    }

    assert set(installed.values()) == {("INSTALLED", True)}
    assert {name for name in installed if not name.split(":")[1].startswith("count_")} == {
        "events.CounterChange:append_only",
        "events.Event:append_only",
        "remediation.Evidence:append_only",
        "remediation.Evidence:continue_chain",
        "remediation.EvidenceChain:follow_links",
    }


def test_every_counter_is_declared_once():
    names = [definition.name for _, definition in declared_counters()]

    assert sorted(names) == [
        "due", "finding", "owner", "regression", "report", "risk", "scan", "share", "task", "verification",
    ]  # fmt: skip


def test_counters_match_the_rows_after_every_kind_of_change(scenario: Scenario):
    used_project(scenario)

    assert run() == "Every counter matches its rows."


def test_a_wrong_counter_is_named_and_corrected(scenario: Scenario):
    used_project(scenario)
    Counter.objects.filter(name__in=["task", "risk"]).delete()

    with pytest.raises(CommandError, match=r"2 counters differ"):
        run()
    lines = run("--rebuild").splitlines()

    assert [line.split("  ", 1)[1] for line in lines[:-1]] == [
        "risk  severity=low: 0 (score 0) stored, 2 (score 16) counted",
        "task  priority=medium status=ready_verify: 0 (score 0) stored, 2 (score 0) counted",
    ]
    assert lines[-1] == "2 counters corrected."
    assert run() == "Every counter matches its rows."


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_counters_match_while_they_are_aggregated_corrected_and_written():
    scenario = factories.scenario()

    def write() -> None:
        for number in range(15):
            ingest(scenario.project, [FindingReport("seo", f"{number} of {id(write)}")], by=scenario.actor)

    def aggregate() -> None:
        for _ in range(15):
            counters.aggregate_all(at_least=2)

    def correct() -> None:
        for _ in range(5):
            run("--rebuild")

    assert errors_at_once(write, aggregate, correct) == []
    assert (run(), counters.count(scenario.project.pk, "finding")) == (
        "Every counter matches its rows.",
        15,
    )


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_project_do_not_wait_for_each_other():
    scenario = factories.scenario()
    first, second = factories.finding(scenario), factories.finding(scenario)

    def change(finding: Finding) -> Any:
        return lambda: Finding.objects.filter(pk=finding.pk).update(severity="low", status="triaged")

    def change_without_waiting() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        change(second)()

    with transaction.atomic():  # the first writer has changed a finding and the totals and has not committed
        change(first)()
        errors = errors_at_once(change_without_waiting)

    assert errors == []
    assert counters.count(scenario.project.pk, "finding", {"severity": ["low"]}) == 2
