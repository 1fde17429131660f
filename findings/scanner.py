"""The engine of a scan: find the pages, look at them in all four domains side by side, tell what failed."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM, Actor
from events.record import record
from findings import rules
from findings.checks import discovery, engine, registry
from findings.checks.facts import Facts
from findings.checks.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Outcome
from findings.models import Domain, Scan
from findings.services.ingestion import Ingested, Sighting, ingest
from krafter_audit.api.serializers import written
from krafter_audit.lib import claims
from krafter_audit.lib.http import Client

logger = logging.getLogger(__name__)

LEASE = 30  # seconds; kept alive while the look goes on
MOST_ATTEMPTS = 3
MOST_SECONDS = 600  # no further page is begun after that


@dataclass(frozen=True)
class Seen:
    """What one check said about one page."""

    url: str
    key: str
    outcome: Outcome


def carry_out(scan_id: UUID) -> None:
    """Scan and write down what is found. Delivered twice, it works once: sightings are upserts."""
    scan = claims.claim(Scan, scan_id, seconds=LEASE, status__in=[Scan.Status.QUEUED, Scan.Status.RUNNING])
    if scan is None:
        return
    if scan.attempts > MOST_ATTEMPTS:
        finish(scan, [], error="The worker ended before the scan was done, several times.")
        return
    begin(scan)
    with claims.kept(scan, seconds=LEASE):
        seen, broken = look_around(scan)
    finish(scan, seen, broken=broken)


def begin(scan: Scan) -> None:
    """Say that the scan runs."""
    now = timezone.now()
    started = scan.started_at or now
    claims.write(scan, status=Scan.Status.RUNNING, started_at=started, updated_at=now)
    scan.status, scan.started_at = Scan.Status.RUNNING, started


def look_around(scan: Scan) -> tuple[list[Seen], list[str]]:
    """Return what was seen, and the domains whose look broke off."""
    config = rules.config_of(scan.project)
    off = rules.switched_off(config)
    look = Look(rules.thresholds(config), set(registry.keys()) - off, [], set())
    ends = time.monotonic() + MOST_SECONDS
    with Client() as client, ThreadPoolExecutor(max_workers=len(Domain)) as pool:
        start = Facts(scan.url, client)
        for url in discovery.discover(scan.url, client, facts=start):
            if time.monotonic() > ends:
                break
            # A page's facts are made when its turn comes: their budget of seconds begins then.
            look.at(start if url == start.url else start.neighbour(url), pool, is_start=url == start.url)
    return look.seen, sorted(look.broken)


@dataclass
class Look:
    """One look around a site: the four domains side by side; one that breaks off does not stop the others."""

    thresholds: Mapping[str, float]
    keys: set[str]
    seen: list[Seen]
    broken: set[str]

    def at(self, facts: Facts, pool: ThreadPoolExecutor, *, is_start: bool) -> None:
        """Look at one page in all domains; what is about the whole site is looked at on the first page alone."""
        answers = {domain: pool.submit(self.ask, domain, facts, is_start) for domain in Domain.values}
        for domain, answer in answers.items():
            error = answer.exception()
            if error is None:
                self.seen.extend(answer.result())
            else:
                logger.error("the %s look at %s broke off", domain, facts.url, exc_info=error)
                self.broken.add(domain)

    def ask(self, domain: Any, facts: Facts, is_start: bool) -> list[Seen]:
        """Ask the checks of one domain about one page."""
        keys = [
            key
            for key in registry.keys(domain)
            if key in self.keys and (is_start or registry.REGISTRY[key].scope == "page")
        ]
        found = engine.look(facts.url, keys, thresholds=self.thresholds, facts=facts)
        return [Seen(facts.url, key, outcome) for key, outcome in found]


def finish(scan: Scan, seen: list[Seen], *, broken: Iterable[str] = (), error: str | None = None) -> None:
    """Ingest what failed and close the scan, in one transaction; nothing is written when the lease was lost."""
    looked = [one for one in seen if one.outcome.status in (PASSED, FAILED)]
    if not looked and error is None:
        stuck = (one.outcome for one in seen if one.outcome.status == INCONCLUSIVE)
        reason = next((outcome.evidence.get("detail") for outcome in stuck), None)
        error = f"Nothing could be looked at. {reason or ''}".strip()
    status = Scan.Status.FAILED if error else Scan.Status.COMPLETED
    with transaction.atomic():
        now = timezone.now()
        closed = claims.write(scan, status=status, finished_at=now, updated_at=now, lease_until=None)
        if not closed:
            return
        by = Actor("scanner", scan.requested_by_id)
        found = ingest(scan.project, sightings(scan, seen), by=by) if looked else Ingested([], set(), set())
        Scan.objects.filter(pk=scan.pk).update(summary=summary(seen, found, broken, error))
        record(f"scan.{status.value}", scan, by=SYSTEM, findings=len(found.findings))
        if error:
            quota.give_back(scan.project.organization_id, spent_at=scan.created_at)


def sightings(scan: Scan, seen: Iterable[Seen]) -> list[Sighting]:
    """Return one sighting for each check that failed, with all the pages on which it did."""
    failures: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        if one.outcome.status == FAILED:
            failures[one.key].append(one)
    return [_sighting(scan, key, found) for key, found in failures.items()]


def _sighting(scan: Scan, key: str, found: list[Seen]) -> Sighting:
    known = registry.REGISTRY[key]
    template = registry.finding_template(known)
    values = [one.outcome.value for one in found if isinstance(one.outcome.value, int | float)]
    return Sighting(
        domain=template["domain"],
        title=template["title"],
        first_severity=template["severity"],
        description=template["description"],
        recommended_fix=template["recommended_fix"],
        confidence=1,
        affected_assets=[{"type": "url", "value": one.url} for one in found],
        checks=[key],
        evidence={
            "scan_id": str(scan.pk),
            "seen_at": written(timezone.now()),
            "values": {key: known.metric.worst(values)} if known.metric and values else {},
            "pages": [{"url": one.url, "key": key, "outcome": one.outcome.to_json()} for one in found],
        },
    )


def summary(seen: list[Seen], found: Ingested, broken: Iterable[str], error: str | None) -> dict[str, Any]:
    """Return the counts that a scan shows."""
    counts: dict[str, Any] = {
        "pages": len({one.url for one in seen}),
        "checks": len({one.key for one in seen}),
        "findings_created": len(found.created),
        "findings_updated": len({finding.pk for finding in found.findings} - found.created),
        "regressions": len(found.regressed),
        "domains": {domain: _counts(domain, seen) for domain in Domain.values},
    }
    for domain in broken:
        counts["domains"][domain]["error"] = "The look broke off; the other domains are complete."
    return {**counts, "error": error} if error else counts


def _counts(domain: str, seen: list[Seen]) -> dict[str, Any]:
    mine = [one.outcome.status for one in seen if registry.REGISTRY[one.key].domain == domain]
    return {word: mine.count(word) for word in (PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)}
