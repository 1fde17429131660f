"""Triggers ensure that a chain has no gaps, duplicates or changes, for every kind of write."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from events.partitions import create_partitions, month, partitions_of
from remediation.evidence import chain
from remediation.evidence.retention import EVIDENCE
from remediation.models import Evidence, EvidenceChain, Verification
from remediation.services import verdicts
from scanner.evidence_bundle.chain import GENESIS
from tests import database_role, factories
from tests.factories import Scenario
from tests.races.threads import at_once

NOW = datetime.now(UTC)
KEY = "security_header_csp"
INSERT = """
    INSERT INTO {table} (project_id, verification_id, sequence, kind, key, body, previous_hash, hash, format, key_id,
        signature, recorded_at)
    VALUES (%(project)s, %(verification)s, %(sequence)s, 'check', %(key)s, '{{}}', %(previous)s, %(hash)s, 2, '', '',
        %(at)s)
"""


def insert(
    verification: Verification, sequence: int, *, table: str = "remediation_evidence", **changes: Any
) -> None:
    """Insert a link by SQL: the link with sequence n has the hash "n" and follows the previous one."""
    columns = {
        "project": verification.project_id,
        "verification": verification.pk,
        "sequence": sequence,
        "key": KEY,
        "previous": str(sequence - 1) if sequence > 1 else GENESIS,
        "hash": str(sequence),
        "at": verification.created_at,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT.format(table=table), columns | changes)


@pytest.fixture
def scenario_with_link(scenario: Scenario) -> Scenario:
    """Return a scenario whose chain has one link."""
    EvidenceChain.objects.create(project=scenario.project, sequence=0, hash=GENESIS)
    insert(factories.verification(scenario), 1)
    return scenario


def end(scenario: Scenario) -> tuple[int, str, int]:
    """Return the sequence and hash of the chain's end, and the number of links."""
    chain = EvidenceChain.objects.get(project=scenario.project)
    return chain.sequence, chain.hash, Evidence.objects.filter(project=scenario.project).count()


def test_valid_link_advances_the_chain(scenario_with_link: Scenario):
    verification = factories.verification(scenario_with_link)

    insert(verification, 2)

    assert end(scenario_with_link) == (2, "2", 2)
    assert (
        EvidenceChain.objects.get(project=scenario_with_link.project).recorded_at == verification.created_at
    )


@pytest.mark.usefixtures("database_owner")  # the application role cannot insert into a partition
@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": 1, "previous": GENESIS},
        {"sequence": 3, "previous": "2"},
        {"previous": GENESIS},
        {"at": NOW - timedelta(days=1)},
    ],
    ids=[
        "its place is taken",
        "it leaves a place out",
        "it follows on another link",
        "it is of an earlier time",
    ],
)
@pytest.mark.parametrize("table", ["remediation_evidence", f"remediation_evidence_{date.today():%Y_%m}"])
def test_link_that_does_not_follow_the_chain_is_rejected(
    scenario_with_link: Scenario, changes: dict[str, Any], table: str
):
    verification = factories.verification(scenario_with_link)

    with pytest.raises(IntegrityError, match="does not follow on the end of the chain") as refused:
        insert(verification, **{"sequence": 2, "table": table} | changes)

    assert refused.value.__cause__.diag.constraint_name == "unique_evidence_sequence"
    assert end(scenario_with_link) == (1, "1", 1)


def test_link_of_another_projects_verification_is_rejected(scenario_with_link: Scenario):
    with pytest.raises(IntegrityError, match="does not follow"):
        insert(factories.verification(factories.scenario()), 2, project=scenario_with_link.project.pk)

    assert end(scenario_with_link) == (1, "1", 1)


@pytest.mark.parametrize("months_later", [0, 1, 2, 9])
def test_second_link_of_a_check_is_rejected_in_any_month(scenario_with_link: Scenario, months_later: int):
    verification = factories.verification(scenario_with_link)
    insert(verification, 2)
    later = month(verification.created_at.date(), months_later)
    at = max(verification.created_at, datetime(later.year, later.month, 15, tzinfo=UTC))

    with pytest.raises(IntegrityError):
        insert(verification, 3, at=at)
    assert end(scenario_with_link) == (2, "2", 2)

    insert(verification, 3, key="another", at=at)
    assert end(scenario_with_link) == (3, "3", 3)


@pytest.mark.parametrize("reset", ["", "RESET ROLE; "], ids=["application", "owner"])
def test_end_of_a_chain_cannot_be_set_back(scenario_with_link: Scenario, reset: str):
    statement = f"{reset}UPDATE remediation_evidencechain SET sequence = 0"

    with pytest.raises(DatabaseError, match="by appending a link only"), transaction.atomic():
        connection.cursor().execute(statement)

    assert end(scenario_with_link) == (1, "1", 1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_concurrent_link_with_the_same_sequence_is_rejected():
    scenario = factories.scenario()
    EvidenceChain.objects.create(project=scenario.project, sequence=0, hash=GENESIS)
    for number in range(1, 11):
        both = [factories.verification(scenario), factories.verification(scenario)]

        answers = at_once(*[lambda about=about: insert(about, number) for about in both])  # noqa: B023

        assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "NoneType"]
        assert end(scenario) == (number, str(number), number)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_concurrent_links_form_one_chain():
    scenario = factories.scenario()
    several = [factories.verification(scenario) for _ in range(8)]

    def add(verification: Verification) -> None:
        with transaction.atomic():
            chain.append(Verification.objects.get(pk=verification.pk), KEY, {"status": "passed"})

    answers = at_once(*[lambda about=about: add(about) for about in several])

    links = list(Evidence.objects.order_by("sequence"))
    assert answers == [None] * 8
    assert [link.sequence for link in links] == list(range(1, 9))
    assert [link.previous_hash for link in links] == [GENESIS, *[link.hash for link in links[:-1]]]
    assert [link.recorded_at for link in links] == sorted(link.recorded_at for link in links)


def test_partitions_before_a_verification_are_not_read(scenario: Scenario, time_machine: Any):
    first = min(end for end in partitions_of(EVIDENCE.table).values() if end)
    time_machine.move_to(month(first, 1), tick=False)
    verification = factories.verification(scenario)

    plan = chain.links_of(verification).explain()

    assert f"remediation_evidence_{month(first, 1):%Y_%m}" in plan
    assert f"remediation_evidence_{month(first, -1):%Y_%m}" not in plan


@pytest.fixture
def dropped_months() -> Iterator[None]:
    """Drop the partitions that the test commits: other tests count them."""
    before = set(partitions_of(EVIDENCE.table))
    yield
    with database_role.as_owner(), connection.cursor() as cursor:
        for name in set(partitions_of(EVIDENCE.table)) - before:
            cursor.execute(f"DROP TABLE {name}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("dropped_months")
def test_new_partition_waits_for_a_running_approval(time_machine: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("events.partitions.LOCK_TIMEOUT", "60s")
    scenario = factories.scenario()
    verification = factories.verification(scenario)
    time_machine.move_to(max(end for end in partitions_of(EVIDENCE.table).values() if end), tick=False)
    made: list[str] = []
    maker = threading.Thread(target=lambda: (made.extend(create_partitions(EVIDENCE)), connection.close()))

    with transaction.atomic():
        Verification.objects.filter(pk=verification.pk).update(running=False)
        maker.start()
        wait_until_a_lock_is_awaited()
        verdicts.approve(verification.pk, by=scenario.actor)
    maker.join(timeout=60)

    assert len(made) == 4
    assert Evidence.objects.get(verification=verification).key == "verdict:approved"


def wait_until_a_lock_is_awaited() -> None:
    ends = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("No transaction waits for a lock.")
