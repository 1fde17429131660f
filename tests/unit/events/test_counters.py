"""The totals that triggers keep: always what counting gives, and no writer waits for another."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from events import counters
from events.counter_definitions import all_kept
from events.models import Tally
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest
from tests import factories
from tests.factories import Scenario
from tests.races.test_ingestion import at_once


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("check_counters", *arguments, stdout=out)
    return out.getvalue().strip()


def lived_in(scenario: Scenario) -> Scenario:
    factories.verification(scenario, checks="passed", open_regressions=1)
    factories.verification(scenario, checks="failed")
    scenario.client.ask("post", "findings/bulk-update", {"filter": {}, "set": {"severity": "low"}})
    scenario.client.ask("post", "reports/export", {"format": "json"})
    return scenario


def kept_by_triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (regexp_matches(prosrc, 'SELECT project_id, ''(\\w+)''', 'g'))[1]"
            " FROM pg_trigger JOIN pg_proc ON tgfoid = pg_proc.oid WHERE proname LIKE 'tally\\_%'"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_total_that_a_trigger_keeps_can_be_counted_again():
    assert {kept.kind for kept in all_kept()} == kept_by_triggers()


def test_whatever_was_done_the_totals_are_what_counting_gives(scenario: Scenario):
    lived_in(scenario)

    assert run() == "Every total is what counting gives."


def test_a_total_that_is_wrong_is_named_and_mended(scenario: Scenario):
    lived_in(scenario)
    Tally.objects.filter(kind__in=["task", "risk"]).delete()

    with pytest.raises(CommandError, match=r"2 totals differ"):
        run()
    said = run("--rebuild").splitlines()

    assert [line.split("  ", 1)[1] for line in said[:-1]] == [
        "risk  all: 0 (score 0) told, 0 (score 16) counted",
        "task  priority=medium status=ready_verify: 0 (score 0) told, 2 (score 0) counted",
    ]
    assert said[-1] == "2 totals mended."
    assert run() == "Every total is what counting gives."


@pytest.mark.django_db(transaction=True)
def test_totals_are_right_while_they_are_folded_mended_and_written():
    scenario = factories.scenario()

    def write() -> None:
        for number in range(15):
            ingest(scenario.project, [FindingReport("seo", f"{number} of {id(write)}")], by=scenario.actor)

    def fold() -> None:
        for _ in range(15):
            counters.fold_all(at_least=2)

    def mend() -> None:
        for _ in range(5):
            run("--rebuild")

    assert at_once(write, fold, mend) == []
    assert (run(), counters.count(scenario.project.pk, "finding")) == (
        "Every total is what counting gives.",
        15,
    )


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_project_do_not_wait_for_each_other():
    scenario = factories.scenario()
    one, other = factories.finding(scenario), factories.finding(scenario)

    def change(finding: Finding) -> Any:
        return lambda: Finding.objects.filter(pk=finding.pk).update(severity="low", status="triaged")

    def impatient() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        change(other)()

    with transaction.atomic():  # the first writer has changed a finding and the totals, and is not done yet
        change(one)()
        broken = at_once(impatient)

    assert broken == []
    assert counters.count(scenario.project.pk, "finding", {"severity": ["low"]}) == 2
