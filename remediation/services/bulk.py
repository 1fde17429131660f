from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from bulk_changes import services as bulk_changes
from bulk_changes.creations import record_creation
from bulk_changes.decisions import Summary
from bulk_changes.models import BulkChange
from bulk_changes.services import BulkChangeResult
from bulk_changes.subjects import ChangeContext, Row, Subject
from findings.models import OPEN_STATUSES, Finding, FindingStatus
from krafter_audit.api.errors import ApiError, InvalidParams
from remediation.locks import lock_findings, lock_findings_of_tasks
from remediation.models import Task
from remediation.services import dismissed_findings, tasks


def create(
    project: Project,
    items: Mapping[int, Mapping[str, Any]],
    *,
    errors: Mapping[int, Mapping[str, Any]],
    partial: bool,
    dry_run: bool,
    by: Actor,
) -> dict[str, Any]:
    """Create a task for each valid item, all or none unless `partial`; return a result for each.

    `items` and `errors` (by field) are by position.
    """
    errors = {**errors, **_creation_errors(project, items)}
    valid = {index: item for index, item in items.items() if index not in errors}
    if errors and not partial and not dry_run:
        raise InvalidParams(details=bulk_changes.errors_by_field("tasks", errors))
    bulk_change, created = (None, []) if dry_run or not valid else _create(project, list(valid.values()), by)
    ids = dict(zip(valid, (task.pk for task in created), strict=False))
    status = "valid" if dry_run else "created"
    results = [
        {"index": index, "status": "invalid", "id": None, "details": errors[index]}
        if index in errors
        else {"index": index, "status": status, "id": ids.get(index), "details": None}
        for index in sorted({*items, *errors})
    ]
    return {
        "bulk_change_id": bulk_change and bulk_change.pk,
        "created": len(created),
        "invalid": len(errors),
        "dry_run": dry_run,
        "items": results,
    }


@transaction.atomic
def _create(project: Project, items: Sequence[Mapping[str, Any]], by: Actor) -> tuple[BulkChange, list[Task]]:
    created = tasks.create_many(project, items, by=by)
    return record_creation(project, TASKS, created, by=by), created


@transaction.atomic
def create_for_findings(
    project: Project, finding_ids: Collection[UUID], *, owner_id: UUID | None, by: Actor
) -> tuple[BulkChange | None, list[Task]]:
    """Create a task for each open finding that has no open task; return the bulk change, if any, and the tasks.

    A task has the title and the severity of its finding, and the due date of the policy.
    """
    findings = lock_findings(project, finding_ids)
    with_task = set(
        Task.objects.filter(finding__in=findings)
        .exclude(status=Task.Status.DONE)
        .values_list("finding", flat=True)
    )
    items = [
        {
            "finding_id": finding.pk,
            "title": finding.title,
            "priority": finding.severity,
            "owner_id": owner_id,
        }
        for finding in findings.values()
        if finding.status in OPEN_STATUSES and finding.pk not in with_task
    ]
    return _create(project, items, by) if items else (None, [])


def _creation_errors(project: Project, items: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    wanted = {item["finding_id"] for item in items.values()}
    known = set(Finding.objects.filter(project=project, pk__in=wanted).values_list("pk", flat=True))
    found = {index: tasks.creation_error(item, known) for index, item in items.items()}
    return {
        index: error.details or {"status": [error.message]}
        for index, error in found.items()
        if error is not None
    }


def update(
    project: Project,
    pks: Sequence[UUID],
    *,
    changes: Mapping[str, Any],
    all_or_nothing: bool,
    dry_run: bool,
    by: Actor,
) -> BulkChangeResult | Summary:
    """Apply one change to many tasks, or with `dry_run` say what would change."""
    changes = with_due_date(changes)
    if dry_run:
        return bulk_changes.preview(project, TASKS, pks, changes=changes)
    return bulk_changes.change(project, TASKS, pks, changes=changes, by=by, all_or_nothing=all_or_nothing)


def with_due_date(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes; a due date that a person sets is no longer the policy's."""
    return {**changes, **({"sla_from_policy": False} if "sla_due_at" in changes else {})}


def _refusal(row: Row, after: Mapping[str, Any]) -> ApiError | None:
    return tasks.change_error(row["status"], after.get("status"), after)


def _advanced_finding(row: Row, after: Mapping[str, Any]) -> tuple[UUID, str] | None:
    status = tasks.FINDING_STATUS_OF_TASK.get(after.get("status", ""))
    if status is None or row["finding__status"] not in OPEN_STATUSES[: OPEN_STATUSES.index(status)]:
        return None
    before = FindingStatus(row["finding__status"]).label
    return row["finding_id"], f"The finding of a task: {before} → {status.label}"


def _write(rows: Sequence[Row], changes: Mapping[str, Any], context: ChangeContext) -> None:
    pks = [row["pk"] for row in rows]
    removes_date = context.is_undo and "sla_due_at" in changes and changes["sla_due_at"] is None
    ended_pauses = dismissed_findings.pauses_ended_by_due_date_change(pks) if removes_date else []
    unblocked_pauses = dismissed_findings.pauses_at_due_date_change(pks) if removes_date else []
    tasks.write_many(rows, changes, by=context.by)
    if removes_date:
        dismissed_findings.restore_pauses(ended_pauses, by=context.by)
        dismissed_findings.restore_blocked_pauses(pks)
        dismissed_findings.resume_unblocked_clocks(unblocked_pauses, by=context.by)


TASKS = Subject(
    name="task",
    model=Task,
    fields=("status", "priority", "owner_id", "sla_due_at"),
    columns=("sla_from_policy", "finding_id", "finding__status"),
    explained_fields={"sla_from_policy": "sla_due_at"},
    single_row_fields=("title", "external_ticket_key", "pr_url"),
    system_relations=("sla_pauses", "pull_request"),
    refusal=_refusal,
    write=_write,
    lock_parents=lock_findings_of_tasks,
    consequence=_advanced_finding,
)
