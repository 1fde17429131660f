"""The status of a finding follows its furthest task, and never changes back."""

import pytest

from findings.models import Finding
from findings.services import transitions
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
CASES = pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("new", "in_progress", "in_progress"),
        ("triaged", "in_progress", "in_progress"),
        ("in_progress", "in_progress", "in_progress"),
        ("in_progress", "triaged", "in_progress"),
        ("resolved", "in_progress", "resolved"),
        ("dismissed", "in_progress", "dismissed"),
        ("new", "resolved", "new"),
        ("new", "dismissed", "new"),
    ],
)


@CASES
def test_advance_moves_a_finding_neither_backwards_nor_to_a_final_status(
    scenario: Scenario, before: str, status: str, after: str
) -> None:
    finding = factories.finding(scenario, status=before)
    updated_at = Finding.objects.get().updated_at

    transitions.advance(finding, status)

    row = Finding.objects.get()
    assert (finding.status, row.status) == (after, after)
    assert (row.updated_at == updated_at) == (before == after)


@CASES
def test_advance_all_follows_the_same_rule(scenario: Scenario, before: str, status: str, after: str) -> None:
    finding, other = factories.finding(scenario, status=before), factories.finding(scenario)

    advanced = transitions.advance_all([finding.pk], status)

    assert (advanced, Finding.objects.get(pk=finding.pk).status) == (int(before != after), after)
    assert Finding.objects.get(pk=other.pk).status == "new"
