"""Findings are weighed by how much of the site's traffic their pages have."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.record import record_many
from findings import priority
from findings.models import OPEN_STATUSES, Domain, Finding
from findings.priority import Priority
from findings.weight import DIGITS, WEIGHT, carried, told, weighed, without
from krafter_audit.db.advisory_locks import wait_for_turn
from krafter_audit.db.statements import Text

LOT = 1000
Place = tuple[str, str]
Share = Callable[[Sequence[Any]], float | None]
COLUMNS = ("pk", "impact", "effort", "risk", "score", "severity", "affected_assets", "evidence")
BEGINNING: Place = ("", "")

WRITE = Text(
    f"""
    UPDATE findings_finding AS f
    SET impact = r.impact, risk = r.risk, score = r.score, updated_at = %(now)s,
        evidence = CASE WHEN r.weight IS NULL THEN f.evidence - '{WEIGHT}'
                        ELSE f.evidence || jsonb_build_object('{WEIGHT}', r.weight) END
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS r(id uuid, impact smallint, risk smallint, score smallint, weight jsonb)
    WHERE f.id = r.id
    """,  # noqa: S608 - names of our own
    Finding,
)


def weigh(
    project: Project, share: Share, about: Mapping[str, Any], *, by: Actor, after: Place = BEGINNING
) -> Place | None:
    """Weigh the next thousand open findings; return where the following ones begin, None when all are done.

    `share` says which part of all views, 0 to 1, the pages among a finding's assets have; None where it names no page.
    `about` says where the numbers are from. Repeated with the same shares it changes nothing.
    """
    found = _next(project, after)
    if not found:
        return None
    with transaction.atomic():
        # As a batch of findings that come in does, so that the two never wait for each other's rows.
        wait_for_turn(f"ingest:{project.pk}")
        rows = Finding.objects.select_for_update().filter(pk__in=[pk for pk, _, _ in found])
        locked = rows.filter(status__in=OPEN_STATUSES).order_by("id").values(*COLUMNS)
        _write(project, (_changed(row, share, about) for row in locked), by)
    _, domain, title = found[-1]
    return (domain, title)


def _next(project: Project, after: Place) -> list[tuple[UUID, str, str]]:
    """Read the next lot by the index that keeps titles apart: weighing does not move its order."""
    rows = Finding.objects.filter(project=project, status__in=OPEN_STATUSES)
    found: list[tuple[UUID, str, str]] = []
    for domain in sorted(Domain.values):
        if domain < after[0] or len(found) >= LOT:
            continue
        here = rows.filter(domain=domain, title__gt=after[1] if domain == after[0] else "")
        listed = here.order_by("title").values_list("pk", "domain", "title")
        found += listed[: LOT - len(found)]
    return found


def _changed(row: Mapping[str, Any], share: Share, about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a finding is to be, None where it is so already."""
    now, kept = _numbers(row), row["evidence"].get(WEIGHT)
    bare, part = without(now, row["evidence"]), share(row["affected_assets"])
    if part is None:
        return None if kept is None else _row(row, bare, None)
    part = round(part, DIGITS)
    then = weighed(bare, part)
    same_source = isinstance(kept, dict) and all(kept.get(n) == about.get(n) for n in ("source", "property"))
    if then == now and same_source:
        return None
    return _row(row, then, {**about, **told(bare, then, part)})


def _numbers(row: Mapping[str, Any]) -> Priority:
    return Priority(row["impact"], row["effort"], row["risk"], row["score"])


def _row(row: Mapping[str, Any], then: Priority, weight: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": str(row["pk"]),
        "impact": then.impact,
        "risk": then.risk,
        "score": then.score,
        "weight": weight,
    }


def _write(project: Project, changed: Iterable[dict[str, Any] | None], by: Actor) -> None:
    rows = [row for row in changed if row]
    if not rows:
        return
    WRITE.write(rows=json.dumps(rows), now=timezone.now())
    numbers = [(UUID(row["id"]), {"impact": row["impact"], "score": row["score"]}) for row in rows]
    record_many("finding.weighed", project, numbers, by=by)


def follow_severity(before: Mapping[UUID, str], severity: str) -> None:
    """Let the weighed among these findings (id → old severity) follow a new one where their numbers were usual.

    Call it in the transaction that holds their rows.
    """
    rows = []
    for row in Finding.objects.filter(pk__in=list(before), evidence__has_key=WEIGHT).values(*COLUMNS):
        numbers = _numbers(row)
        bare = without(numbers, row["evidence"])
        if bare is not numbers and bare == priority.usual(before[row["pk"]]):
            then, kept = carried(priority.usual(severity), row["evidence"])
            rows.append(_row(row, then, kept.get(WEIGHT)))
    if rows:
        WRITE.write(rows=json.dumps(rows), now=timezone.now())
