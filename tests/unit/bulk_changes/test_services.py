"""Bulk changes: what they change and refuse, and how they are undone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from bulk_changes import services
from bulk_changes.decisions import Summary
from bulk_changes.errors import BulkChangeUndone
from bulk_changes.models import BulkChange, BulkChangeRow
from bulk_changes.services import BulkChangeResult
from bulk_changes.subjects import Subject
from events.models import Event
from findings.errors import FindingResolved
from findings.models import Finding
from findings.services import triage
from findings.services.bulk import FINDINGS
from krafter_audit.api.errors import InvalidParams, NotFound
from remediation.errors import TaskDone
from remediation.models import Task
from remediation.services import tasks
from remediation.services.bulk import TASKS, with_due_date
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def change(scenario: Scenario, subject: Subject, *rows: Any, **changes: Any) -> BulkChangeResult:
    pks = [row.pk for row in rows]
    return services.change(scenario.project, subject, pks, changes=changes, by=scenario.actor)


def undo(scenario: Scenario, done: BulkChangeResult) -> BulkChangeResult:
    return services.undo(done.bulk_change.pk, by=scenario.actor, project=scenario.project)


def counted(summary: Summary) -> tuple[int, int, int, int]:
    return summary.matched, summary.changed, summary.unchanged, summary.refused


def values_of(*rows: Any, name: str = "status") -> list[Any]:
    return [type(row).objects.values_list(name, flat=True).get(pk=row.pk) for row in rows]


def member(scenario: Scenario) -> User:
    user = User.objects.create_user(f"m{next(factories.number)}@example.com")
    Membership.objects.create(organization=scenario.organization, user=user, role="member")
    return user


def test_preview_says_what_a_change_does_and_writes_nothing(scenario: Scenario):
    new, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")
    dismissed = factories.finding(scenario, status="dismissed")
    pks = [new.pk, resolved.pk, dismissed.pk]
    events = Event.objects.count()

    summary = services.preview(scenario.project, FINDINGS, pks, changes={"status": "dismissed"})

    assert counted(summary) == (3, 1, 1, 1)
    assert summary.effects == {("status", "new", "dismissed"): 1}
    assert summary.reasons == {FindingResolved.message: 1}
    assert [decision.title for decision in summary.refusals] == [resolved.title]
    assert (BulkChange.objects.count(), Event.objects.count()) == (0, events)
    assert values_of(new, resolved, dismissed) == ["new", "resolved", "dismissed"]


def test_change_does_what_the_preview_says_and_stores_each_row(scenario: Scenario):
    new, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")
    unchanged = factories.finding(scenario, status="dismissed")

    done = change(scenario, FINDINGS, new, resolved, unchanged, status="dismissed")

    made = done.bulk_change
    assert counted(done.summary) == (3, 1, 1, 1)
    assert (made.matched, made.changed, made.refused, made.created_by) == (3, 1, 1, scenario.owner)
    assert values_of(new, resolved) == ["dismissed", "resolved"]
    assert set(made.rows.values_list("subject_id", "refusal")) == {
        (new.pk, ""),
        (resolved.pk, FindingResolved.message),
    }
    [event] = Event.objects.filter(name="finding.updated")
    assert (event.subject_id, event.data["bulk_change_id"]) == (new.pk, str(made.pk))


def test_refusal_in_a_later_batch_takes_all_batches_back_if_all_or_nothing(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(services, "BATCH_SIZE", 1)
    first, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")
    events = Event.objects.count()

    with pytest.raises(FindingResolved):
        services.change(
            scenario.project,
            FINDINGS,
            [first.pk, resolved.pk],
            changes={"status": "dismissed"},
            by=scenario.actor,
            all_or_nothing=True,
        )

    assert values_of(first, resolved) == ["new", "resolved"]
    assert (BulkChange.objects.count(), Event.objects.count()) == (0, events)


def test_more_rows_than_the_limit_are_rejected(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "MAX_ROWS", 1)
    rows = [factories.finding(scenario) for _ in range(2)]

    with pytest.raises(InvalidParams, match="At most 1 rows"):
        change(scenario, FINDINGS, *rows, severity="low")

    assert set(values_of(*rows, name="severity")) == {"high"}


def test_limit_is_of_what_a_filter_finds_too(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "MAX_ROWS", 2)
    rows = [factories.finding(scenario) for _ in range(2)]

    found = services.matching_ids(Finding.objects.all())
    allowed = change(scenario, FINDINGS, *rows, severity="low")
    too_many = [*found, factories.finding(scenario).pk]

    assert (found, allowed.summary.changed) == (sorted(row.pk for row in rows), 2)
    with pytest.raises(InvalidParams, match="At most 2 rows"):
        services.matching_ids(Finding.objects.all())
    with pytest.raises(InvalidParams, match="At most 2 rows"):
        services.preview(scenario.project, FINDINGS, too_many, changes={"severity": "low"})


def test_row_that_has_the_values_since_the_preview_is_unchanged(scenario: Scenario):
    finding, seen_at = factories.finding(scenario), timezone.now()
    triage.update(finding.pk, changes={"severity": "low"}, by=scenario.actor)

    done = services.change(
        scenario.project,
        FINDINGS,
        [finding.pk],
        changes={"severity": "low"},
        by=scenario.actor,
        unchanged_since=seen_at,
    )

    assert counted(done.summary) == (1, 0, 1, 0)


def test_rows_of_another_project_are_refused(scenario: Scenario):
    theirs = factories.finding(factories.scenario())

    done = change(scenario, FINDINGS, theirs, status="dismissed")

    assert (counted(done.summary), values_of(theirs)) == ((1, 0, 0, 1), ["new"])


def test_row_that_changed_after_the_preview_is_refused(scenario: Scenario):
    same, moved = factories.finding(scenario), factories.finding(scenario)
    seen_at = timezone.now()
    triage.update(moved.pk, changes={"severity": "low"}, by=scenario.actor)

    done = services.change(
        scenario.project,
        FINDINGS,
        [same.pk, moved.pk],
        changes={"status": "dismissed"},
        by=scenario.actor,
        unchanged_since=seen_at,
    )

    assert values_of(same, moved) == ["dismissed", "new"]
    assert done.summary.reasons == {"It has changed since the preview.": 1}


def test_owner_who_is_no_member_is_refused(scenario: Scenario):
    task, other_owner = factories.task(scenario), factories.scenario().owner

    done = change(scenario, TASKS, task, owner_id=other_owner.pk)

    assert done.summary.reasons == {"The owner is not a member of the organisation.": 1}
    assert values_of(task, name="owner_id") == [None]


def test_tasks_advance_their_findings_as_the_preview_says(scenario: Scenario):
    task, done_task = factories.task(scenario), factories.task(scenario, status="done")
    pks, not_chosen = [task.pk, done_task.pk], factories.task(scenario)

    seen = services.preview(scenario.project, TASKS, pks, changes={"status": "in_progress"})
    done = change(scenario, TASKS, task, done_task, status="in_progress")

    assert seen.consequences == {task.finding_id: "The finding of a task: New → In progress"}
    assert seen.reasons == done.summary.reasons == {TaskDone.message: 1}
    assert values_of(task, task.finding) == ["in_progress", "in_progress"]
    assert values_of(not_chosen, not_chosen.finding, done_task.finding) == ["backlog", "new", "new"]


def test_event_has_the_details_where_the_status_changes(scenario: Scenario):
    new = factories.finding(scenario, severity="high")
    triaged = factories.finding(scenario, severity="high", status="triaged")

    services.change(
        scenario.project,
        FINDINGS,
        [new.pk, triaged.pk],
        changes={"status": "triaged", "severity": "low"},
        by=scenario.actor,
        details={"reason": "Seen by hand"},
    )

    events = Event.objects.filter(name="finding.updated").values_list("subject_id", "data__reason")
    assert dict(events) == {new.pk: "Seen by hand", triaged.pk: None}


def test_undo_restores_each_row_and_is_recorded(scenario: Scenario):
    first, second = factories.task(scenario), factories.task(scenario, status="blocked")
    owner, due = member(scenario), datetime(2030, 1, 1, tzinfo=UTC)
    Task.objects.filter(pk=second.pk).update(owner=scenario.owner)
    names = ("status", "owner_id", "sla_due_at", "sla_from_policy")
    before = [values_of(first, second, name=name) for name in names]
    changes = with_due_date({"status": "in_progress", "owner_id": owner.pk, "sla_due_at": due})
    done = change(scenario, TASKS, first, second, **changes)

    undone = undo(scenario, done)

    assert [values_of(first, second, name=name) for name in names] == before
    assert counted(undone.summary) == (2, 2, 0, 0)
    assert (undone.bulk_change.undoes, undone.bulk_change.created_by) == (done.bulk_change, scenario.owner)
    events = Event.objects.filter(name="task.updated", data__bulk_change_id=str(undone.bulk_change.pk))
    assert events.count() == 2


def test_undo_of_a_severity_restores_the_default_score(scenario: Scenario):
    finding = factories.finding(scenario, severity="low")
    score = finding.score
    done = change(scenario, FINDINGS, finding, severity="critical")

    undo(scenario, done)

    assert values_of(finding, name="score") == [score]


def test_undo_refuses_rows_that_changed_since_with_the_reason(scenario: Scenario):
    same, moved, gone = (factories.task(scenario) for _ in range(3))
    done = change(scenario, TASKS, same, moved, gone, status="in_progress")
    tasks.update(moved.pk, changes={"status": "blocked"}, by=scenario.actor)
    Task.objects.filter(pk=gone.pk).delete()

    undone = undo(scenario, done)

    assert values_of(same, moved) == ["backlog", "blocked"]
    assert undone.summary.reasons == {"Its status has changed since.": 1, "Not found.": 1}


def test_undo_keeps_other_changes_made_since(scenario: Scenario):
    task = factories.task(scenario)
    done = change(scenario, TASKS, task, status="in_progress")
    tasks.update(task.pk, changes={"title": "Another title"}, by=scenario.actor)

    undo(scenario, done)

    assert (values_of(task), values_of(task, name="title")) == (["backlog"], ["Another title"])


def test_undo_refuses_an_owner_who_has_left(scenario: Scenario):
    owner = member(scenario)
    task = factories.task(scenario, owner_id=owner.pk)
    done = change(scenario, TASKS, task, owner_id=scenario.owner.pk)
    owner.memberships.all().delete()

    undone = undo(scenario, done)

    assert undone.summary.reasons == {"The owner is not a member of the organisation.": 1}
    assert values_of(task, name="owner_id") == [scenario.owner.pk]


def test_bulk_change_is_undone_once_and_the_undo_can_be_undone(scenario: Scenario):
    finding = factories.finding(scenario)
    done = change(scenario, FINDINGS, finding, status="dismissed")
    undone = undo(scenario, done)

    with pytest.raises(BulkChangeUndone):
        undo(scenario, done)
    before_redo = values_of(finding)
    undo(scenario, undone)

    assert (before_redo, values_of(finding)) == (["new"], ["dismissed"])


def test_undo_of_a_running_change_ends_it_and_leaves_no_row_changed(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(services, "BATCH_SIZE", 1)
    findings = [factories.finding(scenario) for _ in range(3)]
    add, undone = Summary.add, []

    def undo_after_the_first_batch(summary: Summary, *args: Any) -> None:
        add(summary, *args)
        if not undone:
            undone.append(BulkChange.objects.get())
            services.undo(undone[0].pk, by=scenario.actor)

    monkeypatch.setattr(Summary, "add", undo_after_the_first_batch)

    done = change(scenario, FINDINGS, *findings, severity="low")

    assert values_of(*findings, name="severity") == ["high"] * 3
    assert (done.bulk_change.changed, done.bulk_change.is_undone) == (1, True)


@pytest.mark.parametrize("case", ["absent", "of another project"])
def test_undo_of_an_unknown_bulk_change_is_not_found(scenario: Scenario, case: str):
    other = factories.scenario()
    theirs = change(other, FINDINGS, factories.finding(other), status="dismissed").bulk_change.pk

    with pytest.raises(NotFound):
        services.undo(
            theirs if case != "absent" else UUID(int=1), by=scenario.actor, project=scenario.project
        )

    assert set(Finding.objects.values_list("status", flat=True)) == {"dismissed"}


def test_old_bulk_changes_are_deleted(scenario: Scenario):
    old = change(scenario, FINDINGS, factories.finding(scenario), status="dismissed").bulk_change
    change(scenario, FINDINGS, factories.finding(scenario), status="dismissed")
    BulkChange.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))

    services.delete_old()

    assert (BulkChange.objects.count(), BulkChangeRow.objects.count()) == (1, 1)


def test_undo_is_not_deleted_with_an_old_bulk_change_and_can_be_undone(scenario: Scenario):
    finding = factories.finding(scenario)
    done = change(scenario, FINDINGS, finding, status="dismissed")
    undone = undo(scenario, done)
    BulkChange.objects.filter(pk=done.bulk_change.pk).update(created_at=timezone.now() - timedelta(days=31))

    services.delete_old()

    undo(scenario, undone)
    assert (values_of(finding), BulkChange.objects.count()) == (["dismissed"], 3)


def test_chain_of_old_undos_is_deleted(scenario: Scenario):
    undo(
        scenario, undo(scenario, change(scenario, FINDINGS, factories.finding(scenario), status="dismissed"))
    )
    BulkChange.objects.update(created_at=timezone.now() - timedelta(days=31))

    counts = []
    for _ in range(3):
        services.delete_old()
        counts.append((BulkChange.objects.count(), BulkChangeRow.objects.count()))

    assert counts == [(2, 2), (1, 1), (0, 0)]


def test_old_bulk_change_that_is_about_to_be_deleted_cannot_be_undone(scenario: Scenario):
    finding = factories.finding(scenario)
    done = change(scenario, FINDINGS, finding, status="dismissed")
    BulkChange.objects.update(created_at=timezone.now() - timedelta(days=31))

    with pytest.raises(NotFound):
        undo(scenario, done)

    assert (values_of(finding), BulkChange.objects.count()) == (["dismissed"], 1)
