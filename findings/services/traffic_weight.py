"""Findings are weighed by how much of the site's traffic their pages have."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_events
from findings import priority
from findings.models import OPEN_STATUSES, Domain, Finding
from findings.priority import Priority
from findings.weight import DIGITS, WEIGHT, carried, told, weighed, without
from krafter_audit.db.advisory_locks import wait_for_turn

LOT = 1000
BATCH_SIZE = 200  # rows of one UPDATE
Place = tuple[str, str]
Share = Callable[[Sequence[Any]], float | None]
READ = ("project", "impact", "effort", "risk", "score", "severity", "affected_assets", "evidence")
WRITTEN = ("impact", "risk", "score", "evidence", "updated_at")
BEGINNING: Place = ("", "")


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
        locked = rows.filter(status__in=OPEN_STATUSES).order_by("id").only(*READ)
        changed = [finding for finding in locked if _weigh(finding, share, about)]
        _save(changed)
        numbers = [(row.pk, {"impact": row.impact, "score": row.score}) for row in changed]
        log_events("finding.weighed", project, numbers, by=by)
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


def _weigh(finding: Finding, share: Share, about: Mapping[str, Any]) -> bool:
    """Set a finding's numbers by its share of the traffic; return whether that changed anything."""
    now, known = _numbers(finding), finding.evidence.get(WEIGHT)
    bare, part = without(now, finding.evidence), share(finding.affected_assets)
    if part is None:
        if known is None:
            return False
        _set(finding, bare, None)
        return True
    part = round(part, DIGITS)
    then = weighed(bare, part)
    same_source = isinstance(known, dict) and all(
        known.get(n) == about.get(n) for n in ("source", "property")
    )
    if then == now and same_source:
        return False
    _set(finding, then, {**about, **told(bare, then, part)})
    return True


def _numbers(finding: Finding) -> Priority:
    return Priority(finding.impact, finding.effort, finding.risk, finding.score)


def _set(finding: Finding, then: Priority, weight: dict[str, Any] | None) -> None:
    finding.impact, finding.risk, finding.score = then.impact, then.risk, then.score
    finding.evidence = {name: value for name, value in finding.evidence.items() if name != WEIGHT}
    if weight is not None:
        finding.evidence[WEIGHT] = weight


def _save(findings: Sequence[Finding]) -> None:
    now = timezone.now()
    for finding in findings:
        finding.updated_at = now
    Finding.objects.bulk_update(findings, WRITTEN, batch_size=BATCH_SIZE)


def follow_severity(before: Mapping[UUID, str], severity: str) -> None:
    """Let the weighed among these findings (id → old severity) follow a new one where their numbers were usual.

    Call it in the transaction that holds their rows.
    """
    changed = []
    for finding in Finding.objects.filter(pk__in=list(before), evidence__has_key=WEIGHT).only(*READ):
        numbers = _numbers(finding)
        bare = without(numbers, finding.evidence)
        if bare is not numbers and bare == priority.usual(before[finding.pk]):
            then, weight = carried(priority.usual(severity), finding.evidence)
            _set(finding, then, weight.get(WEIGHT))
            changed.append(finding)
    _save(changed)
