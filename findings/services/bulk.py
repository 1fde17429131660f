"""Many findings in one request."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from accounts.actors import Actor
from accounts.models import Project
from events import counters
from findings.models import Finding
from findings.serializers import CreateFindingRequestSerializer
from findings.services import triage
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.api.exceptions import validation_details


def report(
    project: Project, items: list[Any], *, partial: bool, context: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """Ingest the items, all or nothing; with `partial` the valid ones, with an answer for each."""
    answers: list[dict[str, Any]] = []
    sightings: list[FindingReport] = []
    # One serializer for all the items: its context remembers the owners that were looked up.
    serializer = CreateFindingRequestSerializer(context=dict(context))
    for index, item in enumerate(items):
        answer: dict[str, Any] = {"index": index, "status": "valid", "id": None, "details": None}
        try:
            sightings.append(FindingReport(**serializer.run_validation(item)))
        except ValidationError as error:
            answer |= {"status": "invalid", "details": validation_details(error.detail)}
        answers.append(answer)
    invalid = [answer for answer in answers if answer["status"] == "invalid"]
    if invalid and not partial:
        raise InvalidParams(details=_named(invalid))
    valid = [answer for answer in answers if answer["status"] == "valid"]
    _fill_in(valid, project, sightings, by)
    counts = {
        word: sum(answer["status"] == word for answer in answers)
        for word in ("created", "updated", "invalid")
    }
    return {**counts, "items": answers}


def _named(invalid: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"findings.{answer['index']}.{name}": lines
        for answer in invalid
        for name, lines in answer["details"].items()
    }


def _fill_in(
    valid: list[dict[str, Any]], project: Project, sightings: list[FindingReport], by: Actor
) -> None:
    if not sightings:
        return
    outcome = ingest(project, sightings, by=by)
    unseen = set(outcome.created)
    for answer, pk in zip(valid, outcome.ids, strict=True):
        answer["id"] = pk
        answer["status"] = "created" if pk in unseen else "updated"
        unseen.discard(pk)  # the same title twice in one batch: made once, then updated


def update(project: Project, asked: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """Apply one change to many findings, all or nothing; `dry_run` changes nothing and says how many match."""
    rows = _matching(project, asked)
    if asked["dry_run"]:
        return {"matched": _count(project, asked), "updated": 0, "dry_run": True}
    changed = triage.update_many(project, rows, changes=asked["set"], by=by)
    return {"matched": changed, "updated": changed, "dry_run": False}


def _count(project: Project, asked: Mapping[str, Any]) -> int:
    if "ids" in asked:
        return len(set(asked["ids"]))
    return counters.count(project.pk, "finding", asked["filter"])


def _matching(project: Project, asked: Mapping[str, Any]) -> QuerySet[Finding]:
    rows = Finding.objects.filter(project=project)
    if "ids" not in asked:
        filters = {f"{name}__in": values for name, values in asked["filter"].items() if values}
        return rows.filter(**filters)
    wanted = set(asked["ids"])
    found = set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    if found != wanted:
        missing = sorted(str(pk) for pk in wanted - found)
        raise NotFound("Some of these findings are not in this project.", details={"ids": missing})
    return rows.filter(pk__in=wanted)
