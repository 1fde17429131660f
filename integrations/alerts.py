"""Alerts that a provider knows of come in as findings."""

from collections.abc import Sequence
from typing import Any

from findings.models import Finding, FindingStatus
from findings.services.ingestion import Sighting, ingest
from integrations.providers.base import Refused, RemoteFinding, Source
from integrations.running import BY_INTEGRATION, Run

LONGEST_TITLE = 300


def pull(run: Run) -> None:
    """Read every source; one that the provider does not offer here is noted, and the others go on."""
    for source in run.provider.sources():
        try:
            _read(run, source)
        except Refused as refusal:
            run.note(f"The {source.name} are not available: {refusal}")


def _read(run: Run, source: Source) -> None:
    run.keep()
    for page in source.pages():
        fresh = _changed(run, page)
        if fresh:
            ingest(run.row.project, fresh, by=BY_INTEGRATION)
        run.log.pulled += len(fresh)
        run.keep()


def _changed(run: Run, page: Sequence[RemoteFinding]) -> list[Sighting]:
    """Leave out what is known and unchanged: a severity that a person set is not set back every time."""
    seen = {(sighting.domain, sighting.title): sighting for sighting in map(sighting_of, page)}
    known = Finding.objects.filter(project=run.row.project, title__in=[title for _, title in seen]).exclude(
        status=FindingStatus.RESOLVED
    )
    for domain, title, evidence in known.values_list("domain", "title", "evidence"):
        sighting = seen.get((domain, title))
        if sighting and evidence == sighting.evidence:
            del seen[domain, title]
    return list(seen.values())


def sighting_of(found: RemoteFinding) -> Sighting:
    """Return a provider's finding as the ingestion takes it, with its id and address there as evidence."""
    evidence = {
        "source": found.external_id,
        "url": found.url,
        "severity": found.severity,
        **found.evidence,
    }
    return Sighting(
        domain=found.domain,
        title=_plain(found.title)[:LONGEST_TITLE],
        severity=found.severity,
        description=_plain(found.description),
        affected_assets=[{"type": kind, "value": _plain(value)} for kind, value in found.assets],
        evidence=_plain(evidence),
        recommended_fix=_plain(dict(found.fix)) if found.fix else None,
    )


def _plain(value: Any) -> Any:
    """Take NUL characters out, which PostgreSQL does not store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
