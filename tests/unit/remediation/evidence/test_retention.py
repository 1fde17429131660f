"""Retention drops whole months of evidence, and the rest of the chain stays valid."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from events.partitions import create_partitions, install_functions, month, partitions_of, rotate_partitions
from remediation.evidence import chain, export
from remediation.evidence.retention import EVIDENCE
from remediation.models import Evidence, Verification
from scanner.evidence_bundle.verification import verify
from tests import database_role, factories
from tests.factories import Scenario

pytestmark = pytest.mark.slow


@pytest.fixture
def first_month(scenario: Scenario) -> date:
    """Create the partitions of the last four months; return the first day of the first one."""
    firsts = [month(date.today(), after) for after in range(-4, 0)]
    for first_day in firsts:
        with connection.cursor() as cursor:
            cursor.execute("SELECT remediation_evidence_create_month(%s)", [first_day])
    return firsts[0]


def keep_months(settings: Settings, number: int) -> None:
    """Set the retention, as an operator does: `migrate` hands it to the functions of the owner."""
    settings.KRAFTER_EVIDENCE_KEEP_MONTHS = number
    with database_role.as_owner():
        install_functions(EVIDENCE)


def day(first: date, after: int, number: int) -> str:
    """Return noon of a day, this many months after the first one."""
    return f"{month(first, after).replace(day=number)}T12:00:00Z"


def append_evidence(
    scenario: Scenario, time_machine: Any, at: str, *, of: Verification | None = None
) -> Evidence:
    """Append a link of a new verification at this time."""
    time_machine.move_to(at, tick=False)
    link = chain.append(of or factories.verification(scenario), "security_header_csp", {"status": "passed"})
    connection.check_constraints()  # as COMMIT does: pending checks prevent dropping a partition
    return Evidence.objects.get(project=scenario.project, sequence=link.sequence)


def sequence_numbers(scenario: Scenario) -> list[int]:
    return list(
        Evidence.objects.filter(project=scenario.project)
        .order_by("sequence")
        .values_list("sequence", flat=True)
    )


def months() -> list[str]:
    return [name.removeprefix("remediation_evidence_") for name in partitions_of(EVIDENCE.table)]


def part_of(link: Evidence) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM remediation_evidence WHERE id = %s", [link.pk])
        return str(cursor.fetchone()[0]).removeprefix("remediation_evidence_")


def verification_words(verification: Verification) -> set[str]:
    raw = export.bundle(Verification.objects.get(pk=verification.pk))
    return {line.word for line in verify(raw, list(chain.keyring().public.values()))}


def test_evidence_is_kept_permanently_by_default(scenario: Scenario, time_machine: Any, first_month: date):
    append_evidence(scenario, time_machine, "2026-01-15T00:00:00Z")
    time_machine.move_to(day(first_month, 5, 1), tick=False)

    rotate_partitions(EVIDENCE)

    assert (sequence_numbers(scenario), f"{first_month:%Y_%m}" in months()) == ([1], True)


def test_expired_months_are_dropped_and_the_chain_continues(
    scenario: Scenario, time_machine: Any, settings: Settings, first_month: date
):
    keep_months(settings, 2)
    names = [f"{month(first_month, after):%Y_%m}" for after in range(8)]
    oldest = append_evidence(scenario, time_machine, day(first_month, 0, 15))
    last = append_evidence(scenario, time_machine, day(first_month, 1, 28))
    kept = append_evidence(scenario, time_machine, day(first_month, 2, 1))
    assert [part_of(link) for link in (oldest, last, kept)] == names[:3]
    time_machine.move_to(day(first_month, 4, 10), tick=False)

    rotate_partitions(EVIDENCE)
    after = append_evidence(scenario, time_machine, day(first_month, 4, 11))

    assert months() == [*names[2:], "default"]
    assert sequence_numbers(scenario) == [3, 4]
    assert (kept.previous_hash, after.previous_hash) == (last.hash, kept.hash)
    assert all(chain.is_intact(link) for link in Evidence.objects.filter(project=scenario.project))


def test_bundle_is_valid_when_the_previous_month_is_dropped(
    scenario: Scenario, time_machine: Any, settings: Settings, first_month: date
):
    keep_months(settings, 1)
    append_evidence(scenario, time_machine, day(first_month, 0, 15))
    kept = append_evidence(scenario, time_machine, day(first_month, 1, 15)).verification
    time_machine.move_to(day(first_month, 2, 15), tick=False)
    before = verification_words(kept)

    rotate_partitions(EVIDENCE)

    assert sequence_numbers(scenario) == [2]
    assert "invalid" not in before | verification_words(kept)


def test_clock_set_back_does_not_write_links_into_an_earlier_month(
    scenario: Scenario, time_machine: Any, settings: Settings, first_month: date
):
    keep_months(settings, 1)
    ahead = append_evidence(scenario, time_machine, day(first_month, 2, 20))
    behind = append_evidence(scenario, time_machine, day(first_month, 1, 1))
    assert (behind.recorded_at, part_of(behind)) == (ahead.recorded_at, part_of(ahead))
    time_machine.move_to(day(first_month, 3, 10), tick=False)

    rotate_partitions(EVIDENCE)

    assert sequence_numbers(scenario) == [1, 2]


def test_link_is_never_older_than_its_verification(scenario: Scenario, time_machine: Any, first_month: date):
    time_machine.move_to(day(first_month, 1, 20), tick=False)
    verification = factories.verification(scenario)

    link = append_evidence(scenario, time_machine, day(first_month, 0, 1), of=verification)

    assert link.recorded_at == verification.created_at
    assert list(chain.links_of(verification)) == [link]


def test_rows_without_partition_move_into_their_month(
    scenario: Scenario, time_machine: Any, first_month: date
):
    name = f"{month(first_month, 10):%Y_%m}"
    one = append_evidence(scenario, time_machine, day(first_month, 10, 20))
    landed = part_of(one)

    made = create_partitions(EVIDENCE)
    another = append_evidence(scenario, time_machine, day(first_month, 10, 21))

    assert (landed, part_of(one), part_of(another)) == ("default", name, name)
    assert made[-1] == f"remediation_evidence_{month(first_month, 13):%Y_%m}"
    assert (sequence_numbers(scenario), another.previous_hash) == ([1, 2], one.hash)


def test_links_cannot_be_deleted_after_retention_in_the_same_transaction(
    scenario: Scenario, time_machine: Any, settings: Settings, first_month: date
):
    keep_months(settings, 1)
    append_evidence(scenario, time_machine, day(first_month, 0, 1))
    link = append_evidence(scenario, time_machine, day(first_month, 3, 10))

    rotate_partitions(EVIDENCE)

    assert sequence_numbers(scenario) == [2]
    with (
        database_role.as_owner(),
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
    ):
        link.delete()
