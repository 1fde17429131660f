"""Each way of dismissing a finding begins one record, and each way of opening it again ends that."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bulk_changes import services as bulk_changes
from events.models import Event
from findings.models import Dismissal, Finding
from findings.services import dismissals, triage
from findings.services.bulk import FINDINGS
from findings.services.dismissals import DismissalValues
from krafter_audit.api.errors import InvalidParams
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
UNTIL = dismissals.today() + timedelta(days=30)
ACCEPTED = DismissalValues("accepted_risk", "Behind a firewall", UNTIL)


def dismiss(scenario: Scenario, finding: Finding, values: DismissalValues = ACCEPTED) -> Finding:
    return triage.dismiss(finding.pk, by=scenario.actor, **vars(values))


def change_in_bulk(scenario: Scenario, *findings: Finding, status: str, **details: Any) -> Any:
    pks = [finding.pk for finding in findings]
    changes = {"status": status}
    return bulk_changes.change(
        scenario.project, FINDINGS, pks, changes=changes, details=details, by=scenario.actor
    ).bulk_change


def records(finding: Finding) -> list[tuple[str, str, str | None]]:
    """Return the records of a finding: reason, status before, and why it ended."""
    rows = Dismissal.objects.filter(finding=finding).order_by("created_at", "id")
    return list(rows.values_list("reason", "status_before", "end_reason"))


def test_dismiss_sets_the_status_and_records_who_why_and_until_when(scenario: Scenario):
    finding = factories.finding(scenario, status="in_progress")

    dismissed = dismiss(scenario, finding)

    [row] = Dismissal.objects.all()
    assert (dismissed.status, row.finding, row.status_before) == ("dismissed", finding, "in_progress")
    assert (row.reason, row.comment, row.accepted_until) == tuple(vars(ACCEPTED).values())
    assert (row.dismissed_by, row.ended_at) == (scenario.owner, None)
    assert Event.objects.get(name="finding.updated").data == {
        "before": {"status": "in_progress"},
        "after": {"status": "dismissed"},
        "dismissal": {
            "reason": "accepted_risk", "comment": "Behind a firewall", "accepted_until": str(UNTIL),
        },
    }  # fmt: skip


def test_dismissing_again_replaces_the_record_and_keeps_the_status_before(scenario: Scenario):
    finding = dismiss(scenario, factories.finding(scenario, status="triaged"))

    dismiss(scenario, finding, DismissalValues("wont_fix"))

    assert records(finding) == [("accepted_risk", "triaged", "replaced"), ("wont_fix", "triaged", None)]


def test_dismissed_finding_without_a_record_gets_one(scenario: Scenario):
    finding = factories.finding(scenario, status="dismissed")

    dismiss(scenario, finding)

    assert records(finding) == [("accepted_risk", "triaged", None)]


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2999, 1, 1)])
def test_day_that_has_passed_or_is_far_ahead_is_rejected(scenario: Scenario, day: date):
    finding = factories.finding(scenario)

    with pytest.raises(InvalidParams) as raised:
        dismiss(scenario, finding, DismissalValues("accepted_risk", "", day))

    finding.refresh_from_db()
    assert (list(raised.value.details or {}), finding.status, records(finding)) == (
        ["accepted_until"],
        "new",
        [],
    )


@pytest.mark.parametrize("ahead", [timedelta(0), dismissals.MAX_AHEAD])
def test_today_is_the_first_day_that_is_allowed_and_the_last_is_in_ten_years(
    scenario: Scenario, ahead: timedelta
):
    finding = factories.finding(scenario)

    dismiss(scenario, finding, DismissalValues("accepted_risk", "", dismissals.today() + ahead))

    assert records(finding) == [("accepted_risk", "new", None)]


def by_status(scenario: Scenario, finding: Finding) -> None:
    triage.update(finding.pk, changes={"status": "dismissed"}, by=scenario.actor)


def in_bulk(scenario: Scenario, finding: Finding) -> None:
    change_in_bulk(scenario, finding, status="dismissed")


@pytest.mark.parametrize("way", [by_status, in_bulk])
def test_dismissal_without_a_reason_is_recorded_once(scenario: Scenario, way: Callable[..., None]):
    finding = factories.finding(scenario, status="triaged")

    way(scenario, finding)
    by_status(scenario, finding)  # the same status again

    assert records(finding) == [("not_given", "triaged", None)]


def status_changed(scenario: Scenario, finding: Finding) -> None:
    triage.update(finding.pk, changes={"status": "new"}, by=scenario.actor)


def status_changed_in_bulk(scenario: Scenario, finding: Finding) -> None:
    change_in_bulk(scenario, finding, status="triaged")


def verification_reopened(scenario: Scenario, finding: Finding) -> None:
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    verdicts.reopen(verification.pk, by=scenario.actor)


@pytest.mark.parametrize("way", [status_changed, status_changed_in_bulk, verification_reopened])
def test_opening_the_finding_ends_the_record(scenario: Scenario, way: Callable[..., None]):
    finding = dismiss(scenario, factories.finding(scenario))

    way(scenario, finding)

    [row] = Dismissal.objects.all()
    assert (row.end_reason, row.ended_by, row.ended_at is None) == ("reopened", scenario.owner, False)


def test_change_of_other_fields_keeps_the_record_open(scenario: Scenario):
    finding = dismiss(scenario, factories.finding(scenario))

    triage.update(finding.pk, changes={"severity": "low", "status": "dismissed"}, by=scenario.actor)

    assert records(finding) == [("accepted_risk", "new", None)]


def test_bulk_change_has_the_reason_and_its_undo_ends_and_restores_the_records(scenario: Scenario):
    finding, already = factories.finding(scenario), dismiss(scenario, factories.finding(scenario))
    values = DismissalValues("false_positive", "By design").to_json()

    made = change_in_bulk(scenario, finding, already, status="dismissed", dismissal=values)
    undone = bulk_changes.undo(made.pk, by=scenario.actor).bulk_change
    after_undo, still_open = records(finding), dismissals.current([finding.pk, already.pk])
    bulk_changes.undo(undone.pk, by=scenario.actor)

    event = Event.objects.filter(subject_id=finding.pk, name="finding.updated").earliest("id")
    assert (made.changes, event.data["dismissal"]) == ({"status": "dismissed", "dismissal": values}, values)
    assert after_undo == [("false_positive", "new", "reopened")]
    assert set(still_open) == {already.pk}
    assert records(finding) == [("false_positive", "new", "reopened"), ("false_positive", "new", None)]
    assert records(already) == [("accepted_risk", "new", None)]


def test_undo_refuses_findings_whose_dismissal_was_replaced_since(scenario: Scenario):
    replaced, kept = factories.finding(scenario), factories.finding(scenario)
    for _ in range(2):  # replaced before, and not since
        dismiss(scenario, kept)
    triage.update(kept.pk, changes={"status": "new"}, by=scenario.actor)
    made = change_in_bulk(scenario, replaced, kept, status="dismissed")
    dismiss(scenario, replaced)

    undone = bulk_changes.undo(made.pk, by=scenario.actor)

    assert dict(undone.summary.reasons) == {"Its dismissal was replaced since.": 1}
    assert records(replaced)[-1] == ("accepted_risk", "new", None)
    assert Finding.objects.get(pk=kept.pk).status == "new"


def test_undo_of_triage_restores_the_dismissal(scenario: Scenario):
    finding = dismiss(scenario, factories.finding(scenario), DismissalValues("false_positive"))
    triage.update(finding.pk, changes={"status": "new"}, by=scenario.actor)
    dismiss(scenario, finding)
    made = change_in_bulk(scenario, finding, status="triaged")

    bulk_changes.undo(made.pk, by=scenario.actor)

    row = Dismissal.objects.get(ended_at=None)
    assert DismissalValues(row.reason, row.comment, row.accepted_until) == ACCEPTED
