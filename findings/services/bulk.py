from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Project
from bulk_changes import services as bulk_changes
from bulk_changes.decisions import Summary
from bulk_changes.services import BulkChangeResult
from bulk_changes.subjects import Row, Subject
from findings.imports import FORMATS
from findings.imports.problem import reports_of
from findings.models import Finding, FindingStatus
from findings.services import dismissals, triage
from findings.services.dismissals import DismissalValues
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.api.errors import ApiError, InvalidParams

MAX_IMPORTED = 1000  # findings of one document


def report(
    project: Project,
    reports: Sequence[FindingReport],
    *,
    errors: Mapping[int, Mapping[str, Any]],
    partial: bool,
    by: Actor,
) -> dict[str, Any]:
    """Ingest the valid items of a bulk; return a result for each item, also for `errors` (position → details)."""
    # Unless `partial` is set, one invalid item rejects the whole bulk.
    if errors and not partial:
        raise InvalidParams(details=bulk_changes.errors_by_field("findings", errors))
    results: list[dict[str, Any]] = [
        {"index": index, "status": "valid", "id": None, "details": None}
        for index in range(len(reports) + len(errors))
    ]
    for index, details in errors.items():
        results[index] |= {"status": "invalid", "details": details}
    _ingest(project, reports, [result for result in results if result["status"] == "valid"], by)
    counts = {
        status: sum(result["status"] == status for result in results)
        for status in ("created", "updated", "invalid")
    }
    return {**counts, "items": results}


def import_document(project: Project, *, format: str, document: Any, by: Actor) -> dict[str, Any]:
    """Ingest the problems in another tool's report; return a result for each resulting finding."""
    try:
        reports = reports_of(FORMATS[format](document))
    except ValueError as error:
        raise InvalidParams(details={"document": [str(error)]}) from None
    if len(reports) > MAX_IMPORTED:
        raise InvalidParams(
            details={
                "document": [f"It has {len(reports):,} findings; at most {MAX_IMPORTED:,} are accepted."]
            }
        )
    return report(project, reports, errors={}, partial=False, by=by)


def _ingest(
    project: Project, reports: Sequence[FindingReport], results: list[dict[str, Any]], by: Actor
) -> None:
    ingested = ingest(project, reports, by=by)
    created = set(ingested.created)
    for result, pk in zip(results, ingested.ids, strict=True):
        result["id"] = pk
        result["status"] = "created" if pk in created else "updated"
        created.discard(pk)  # a title that is twice in a batch is created once, then updated


def update(project: Project, request: Mapping[str, Any], *, by: Actor) -> BulkChangeResult | Summary:
    """Apply one change to many findings, or with `dry_run` say what would change."""
    details = _details(request)
    pks = _matching(project, request)
    if request["dry_run"]:
        return bulk_changes.preview(project, FINDINGS, pks, changes=request["set"])
    return bulk_changes.change(
        project,
        FINDINGS,
        pks,
        changes=request["set"],
        by=by,
        all_or_nothing=request["mode"] == "all",
        details=details,
    )


def _details(request: Mapping[str, Any]) -> dict[str, Any]:
    if "dismissal" not in request:
        return {}
    values = DismissalValues(**request["dismissal"])
    dismissals.require_valid_date(values.accepted_until, field="dismissal.accepted_until")
    return {"dismissal": values.to_json()}


def _matching(project: Project, request: Mapping[str, Any]) -> list[UUID]:
    rows = Finding.objects.filter(project=project)
    if "ids" in request:
        return bulk_changes.existing_ids(rows, request["ids"], "findings")
    filters = {f"{name}__in": values for name, values in request.get("filter", {}).items()}
    return bulk_changes.matching_ids(rows.filter(**filters))


def _refusal(row: Row, after: Mapping[str, Any]) -> ApiError | None:
    return triage.status_error(row["status"], after.get("status"))


def _undo_obstacles(values: Mapping[UUID, Mapping[str, Any]], since: datetime) -> dict[UUID, str]:
    dismissed = [pk for pk, row in values.items() if row.get("status") == FindingStatus.DISMISSED]
    return dict.fromkeys(dismissals.replaced_since(dismissed, since), "Its dismissal was replaced since.")


FINDINGS = Subject(
    name="finding",
    model=Finding,
    fields=("status", "severity", "owner_id"),
    refusal=_refusal,
    write=triage.write_many,
    undo_obstacles=_undo_obstacles,
)
