"""What a scan sees, held against what is known: pages that it did not look at stay, and noise reopens nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from findings import policy_rules
from findings.models import Finding, FindingStatus
from findings.services.ingestion import FindingReport, Identity
from krafter_audit.db.advisory_locks import wait_for_turn
from scanner import registry
from scanner.crawler import MAX_PAGES, route_of
from scanner.outcome import FAILED, INCONCLUSIVE
from scanner.parsing.registrable_domain import origin_of
from scanner.registry import Metric
from scans.models import Scan, ScanPart, ScanResult

FAR = 1.10  # times the threshold: believed when it is seen in two scans in a row
MUCH_WORSE = 1.2  # times the value that was mended: believed at once


def compared(part: ScanPart, sightings: Iterable[FindingReport]) -> tuple[list[FindingReport], int]:
    """Return the sightings to take in, and how many numbers were not far enough off to reopen what was resolved.

    Call it in the transaction that takes them in: the findings that are known are locked.
    """
    told = list(sightings)
    known = _known(part, told)
    views = {key: View.of(key, urls) for key, urls in _seen(part, told).items()}
    believed, suspected = [], 0
    for seen in told:
        before = known.get(seen.identity)
        if before is None:
            believed.append(seen)
        elif before.status == FindingStatus.RESOLVED and not _is_back(part, seen, before):
            suspected += 1
        else:
            believed.append(_with_pages_not_seen(seen, before, views[_key(seen)]))
    return believed, suspected


def _key(seen: FindingReport) -> str:
    return (seen.checks or [""])[0]


def _known(part: ScanPart, told: list[FindingReport]) -> dict[Identity, Finding]:
    if not told:
        return {}
    wait_for_turn(f"ingest:{part.scan.project_id}")  # the same turn that the batch will take
    rows = Finding.objects.select_for_update().filter(
        project=part.scan.project_id, title__in=[seen.title for seen in told]
    )
    return {(row.domain, row.title): row for row in rows.order_by("id")}


def _seen(part: ScanPart, told: list[FindingReport]) -> dict[str, set[str]]:
    """Return `{key: addresses}` of the pages about which each check had an answer."""
    keys = [_key(seen) for seen in told]
    answers = ScanResult.objects.filter(page__part=part, key__in=keys)
    # A page that is gone was seen to be gone.
    answered = answers.exclude(Q(outcome=INCONCLUSIVE) & ~Q(reason="target_missing"))
    found: dict[str, set[str]] = {key: set() for key in keys}
    for key, url in answered.values_list("key", "page__url"):
        found[key].add(url)
    return found


@dataclass(frozen=True)
class View:
    """What a check was asked about: routes of pages, each for all pages of its kind, or whole sites."""

    routes: set[tuple[str, str]]
    sites: set[str]

    @classmethod
    def of(cls, key: str, urls: set[str]) -> "View":
        """Return what the check saw when it was asked about these pages."""
        whole = registry.REGISTRY[key].scope == "site"
        places = {(origin_of(url), route_of(url)) for url in urls}
        return cls(places, {origin for origin, _ in places} if whole else set())

    def leaves_out(self, url: str) -> bool:
        """Tell whether the page of this address was not seen, nor another that stands for it."""
        origin = origin_of(url)
        return bool(origin) and origin not in self.sites and (origin, route_of(url)) not in self.routes


def _with_pages_not_seen(seen: FindingReport, before: Finding, view: View) -> FindingReport:
    """Keep the pages of routes that this scan did not look at, with what was seen of them."""
    assets = [
        asset
        for asset in before.affected_assets
        if asset["type"] == "url" and view.leaves_out(asset["value"])
    ]
    earlier = before.evidence.get("pages")
    pages = [
        page
        for page in (earlier if isinstance(earlier, list) else [])
        if isinstance(page, dict) and view.leaves_out(str(page.get("url")))
    ]
    evidence = dict(seen.evidence or {})
    evidence["pages"] = [*evidence.get("pages", []), *pages][:MAX_PAGES]
    known = registry.get(_key(seen))
    if known and known.metric:
        evidence["values"] = _values(known.key, known.metric, evidence["pages"])
    return replace(
        seen, affected_assets=[*(seen.affected_assets or []), *assets][:MAX_PAGES], evidence=evidence
    )


def _values(key: str, metric: Metric, pages: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    outcomes = [page.get("outcome") for page in pages]
    values = [
        outcome["value"]
        for outcome in outcomes
        if isinstance(outcome, dict) and isinstance(outcome.get("value"), int | float)
    ]
    return {key: metric.worst(values)} if values else {}


def _is_back(part: ScanPart, seen: FindingReport, before: Finding) -> bool:
    """Tell whether what was resolved is back. Of a number that wavers one look a little over the line is no proof.

    The rule of checks.md 2.4: worse than the threshold × 1.10 in two scans in a row, or than the mended value × 1.2.
    """
    known, value = registry.get(_key(seen)), _value(seen.evidence, _key(seen))
    if known is None or known.metric is None or value is None or _is_exact(seen):
        return True
    mended = _value(before.evidence, known.key)
    if mended is not None and worse(known.metric, value, mended, MUCH_WORSE):
        return True
    moved = policy_rules.thresholds(policy_rules.config_of(part.scan.project))
    limit = moved.get(known.key, known.metric.threshold)
    if not worse(known.metric, value, limit, FAR):
        return False
    earlier = _value_before(part, known.key, known.metric, before)
    return earlier is not None and worse(known.metric, earlier, limit, FAR)


def worse(metric: Metric, value: float, mark: float, factor: float) -> bool:
    """Tell whether a value is beyond the mark by more than the factor, on the bad side."""
    return value > mark * factor if metric.direction == "max" else value < mark / factor


def _value(evidence: Mapping[str, Any] | None, key: str) -> float | None:
    values = (evidence or {}).get("values")
    value = values.get(key) if isinstance(values, dict) else None
    return float(value) if isinstance(value, int | float) else None


def _is_exact(seen: FindingReport) -> bool:
    """Tell whether one sample was enough: days that a certificate has left do not waver."""
    return all(len(page["outcome"]["samples"]) < 2 for page in (seen.evidence or {}).get("pages", ()))


def _value_before(part: ScanPart, key: str, metric: Metric, finding: Finding) -> float | None:
    """Return what the scan before this one measured, if it looked at the same address after the fix."""
    scan = part.scan
    earlier = Scan.objects.filter(
        project=scan.project_id, status=Scan.Status.COMPLETED, created_at__lt=scan.created_at
    )
    last = earlier.order_by("-created_at", "-id").first()
    if last is None or last.url != scan.url or last.created_at < finding.updated_at:
        return None
    failed = ScanResult.objects.filter(scan=last, key=key, outcome=FAILED).values_list("value", flat=True)
    values = [value for value in failed if isinstance(value, int | float)]
    return metric.worst(values) if values else None
