"""Old evidence goes from the front of its chain, whole months of it, and what is left still holds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from remediation import evidence, retention
from remediation.models import Evidence
from tests import factories
from tests.factories import World


def saw(world: World, time_machine: Any, at: str) -> Evidence:
    time_machine.move_to(at, tick=False)
    verification = factories.verification(world)
    return evidence.append(verification, "security_header_csp", {"status": "passed"})


def places(world: World) -> list[int]:
    return list(
        Evidence.objects.filter(project=world.project).order_by("sequence").values_list("sequence", flat=True)
    )


def test_by_default_evidence_is_kept_for_ever(world: World, time_machine: Any):
    saw(world, time_machine, "2026-01-15T00:00:00Z")
    time_machine.move_to("2036-01-15T00:00:00Z", tick=False)

    assert (retention.forget_old_evidence(), places(world)) == (0, [1])


def test_what_is_past_its_time_goes_and_the_rest_holds_and_goes_on(
    world: World, time_machine: Any, settings: Settings
):
    settings.KRAFTER_EVIDENCE_KEEP_MONTHS = 2
    saw(world, time_machine, "2026-01-15T00:00:00Z")
    last = saw(world, time_machine, "2026-01-31T23:59:00Z")
    first = saw(world, time_machine, "2026-02-01T00:00:00Z")
    time_machine.move_to("2026-04-10T00:00:00Z", tick=False)

    assert retention.forget_old_evidence() == 2
    after = saw(world, time_machine, "2026-04-11T00:00:00Z")

    assert places(world) == [3, 4]
    assert (first.previous_hash, after.previous_hash) == (last.hash, first.hash)
    assert all(evidence.is_intact(link) for link in Evidence.objects.filter(project=world.project))
    assert retention.forget_old_evidence() == 0


def test_an_old_link_behind_a_younger_one_stays_for_only_the_front_goes(
    world: World, time_machine: Any, settings: Settings
):
    settings.KRAFTER_EVIDENCE_KEEP_MONTHS = 1
    saw(world, time_machine, "2026-03-20T00:00:00Z")
    saw(world, time_machine, "2026-01-01T00:00:00Z")  # a clock that was set back
    time_machine.move_to("2026-04-10T00:00:00Z", tick=False)

    assert (retention.forget_old_evidence(), places(world)) == (0, [1, 2])


def test_afterwards_nothing_can_be_deleted_in_the_same_transaction(
    world: World, time_machine: Any, settings: Settings
):
    settings.KRAFTER_EVIDENCE_KEEP_MONTHS = 1
    saw(world, time_machine, datetime(2026, 1, 1, tzinfo=UTC).isoformat())
    link = saw(world, time_machine, "2026-04-10T00:00:00Z")

    assert retention.forget_old_evidence() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        link.delete()
