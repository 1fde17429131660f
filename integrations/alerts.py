"""Alerts that a provider knows of come in as findings; those whose fix was approved are settled there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from findings.models import Finding, FindingStatus
from findings.services.ingestion import FindingReport, ingest
from findings.weight import WEIGHT
from integrations.providers.base import Expired, Refused, RemoteFinding, Source
from integrations.providers.plain import without_nul
from integrations.running import BY_INTEGRATION, Run

LONGEST_TITLE = 300
SETTLED = "settled_there_at"
MOST_SETTLED = 200  # a run; each costs a request or two


def pull(run: Run) -> None:
    """Read every source; one that the provider does not offer here is noted, and the others go on.

    What is resolved here is settled there first. An alert of this run's settling is not read in it: the
    vendor's list may be behind, and one that it refused to settle did not come back.
    """
    left_out = settle(run)
    for source in run.provider.sources():
        try:
            _read(run, source, left_out)
        except Expired:
            raise  # it is not the one feature that is closed to us
        except Refused as refusal:
            run.note(f"The {source.name} are not available: {refusal}")
        run.take_notes()


def settle(run: Run) -> set[str]:
    """Tell the vendor of each finding whose fix was approved here, once; return the ids that were due."""
    if not run.provider.settled_prefix:
        return set()
    due = list(_to_settle(run).values_list("pk", "evidence__source", "updated_at").order_by("-updated_at"))
    for pk, source, seen_at in due[:MOST_SETTLED]:
        run.keep()
        try:
            run.provider.settle(source)
        except Expired:
            raise
        except Refused as refusal:
            run.refuse(source, str(refusal))
            continue
        run.log.pushed += 1
        _remember(run, pk, seen_at)
    return {source for _, source, _ in due}


def _to_settle(run: Run) -> QuerySet[Finding]:
    return Finding.objects.filter(
        project=run.row.project,
        status=FindingStatus.RESOLVED,
        evidence__source__startswith=run.provider.settled_prefix,
    ).exclude(evidence__has_key=SETTLED)


def _remember(run: Run, pk: Any, seen_at: Any) -> None:
    """Note it in the evidence, which the next sighting replaces: a fix of a regression is told anew."""
    now = timezone.now()
    for finding in Finding.objects.filter(pk=pk, updated_at=seen_at, status=FindingStatus.RESOLVED):
        evidence = {**finding.evidence, SETTLED: now.isoformat()}
        Finding.objects.filter(pk=pk, updated_at=seen_at).update(evidence=evidence, updated_at=now)


def _read(run: Run, source: Source, left_out: Collection[str]) -> None:
    run.keep()
    for page in source.pages():
        passed_over = {*left_out, *_seen_before_the_fix(run, page)}
        fresh = _changed(run, [found for found in page if found.external_id not in passed_over])
        if fresh:
            ingest(run.row.project, fresh, by=BY_INTEGRATION)
        run.log.pulled += len(fresh)
        run.keep()


def _seen_before_the_fix(run: Run, page: Sequence[RemoteFinding]) -> set[str]:
    """Return what the provider saw before the fix was approved here: it has not come back."""
    seen = {found.external_id: found.seen_at for found in page if found.seen_at}
    if not seen:
        return set()
    resolved = Finding.objects.filter(
        project=run.row.project, status=FindingStatus.RESOLVED, evidence__source__in=list(seen)
    )
    approved = resolved.values_list("evidence__source", "updated_at")
    return {source for source, at in approved if seen[source] <= at}


def _changed(run: Run, page: Sequence[RemoteFinding]) -> list[FindingReport]:
    """Leave out what is known and unchanged: a severity that a person set is not set back every time."""
    seen = {(sighting.domain, sighting.title): sighting for sighting in _as_known(run, page)}
    known = Finding.objects.filter(project=run.row.project, title__in=[title for _, title in seen]).exclude(
        status=FindingStatus.RESOLVED
    )
    for domain, title, evidence in known.values_list("domain", "title", "evidence"):
        sighting = seen.get((domain, title))
        said = {name: value for name, value in evidence.items() if name != WEIGHT}
        if sighting and said == sighting.evidence:
            del seen[domain, title]
    return list(seen.values())


def _as_known(run: Run, page: Sequence[RemoteFinding]) -> list[FindingReport]:
    """Return the sightings under the name that their finding has here: vendors and people reword titles."""
    ids = [found.external_id for found in page]
    known = Finding.objects.filter(project=run.row.project, evidence__source__in=ids).order_by("-created_at")
    names = {
        source: (domain, title)
        for source, domain, title in known.values_list("evidence__source", "domain", "title")
    }
    sightings = []
    for found in page:
        sighting = sighting_of(found)
        domain, title = names.get(found.external_id, sighting.identity)
        sightings.append(replace(sighting, domain=domain, title=title))
    return sightings


def sighting_of(found: RemoteFinding) -> FindingReport:
    """Return a provider's finding as the ingestion takes it, with its id and address there as evidence."""
    evidence = {
        "source": found.external_id,
        "url": found.url,
        "severity": found.severity,
        **found.evidence,
    }
    return FindingReport(
        domain=found.domain,
        title=without_nul(found.title)[:LONGEST_TITLE],
        severity=found.severity,
        description=without_nul(found.description),
        affected_assets=[{"type": kind, "value": without_nul(value)} for kind, value in found.assets],
        evidence=without_nul(evidence),
        recommended_fix=without_nul(dict(found.fix)) if found.fix else None,
    )
