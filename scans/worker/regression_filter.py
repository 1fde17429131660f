"""Compare reports with the known findings: retain unchecked pages, and ignore fluctuations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from findings import policy_rules
from findings.models import Finding, FindingStatus
from findings.services.identity import Identity
from findings.services.ingestion import FindingReport, lock_findings_of_reports
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.http.responses import GONE_STATUSES
from scanner import registry
from scanner.crawler import MAX_PAGES, route_of
from scanner.outcome import FAILED, INCONCLUSIVE
from scanner.parsing.registrable_domain import origin_of
from scanner.registry import Metric
from scans.models import Scan, ScanPart, ScanResult
from scans.worker.persistence import SUSPECTED
from scans.worker.substitutes import reportable_results

# A value worse than the threshold by this factor in two consecutive scans is a regression.
THRESHOLD_FACTOR = 1.1
FIXED_VALUE_FACTOR = 1.2  # a value worse than after the fix by this factor is a regression at once
FLUCTUATING = {"timings", "vitals"}  # facts that differ from visit to visit; other metrics are exact


@dataclass
class FilteredReports:
    """The reports of a scan, by what the ingestion does with them."""

    accepted: list[FindingReport] = field(default_factory=list)  # to ingest
    reported_before: set[Identity] = field(default_factory=set)  # findings that the scan has reported before
    # Keys of the checks whose values are too close to the threshold to reopen the finding.
    suspected: list[str] = field(default_factory=list)


def filter_reports(part: ScanPart, reports: Iterable[FindingReport], *, is_final: bool) -> FilteredReports:
    """Return what to ingest. Without `is_final`, further pages of the part will be reported.

    Call it in the transaction that ingests the reports: it locks the findings.
    """
    reports = list(reports)
    known = _known_findings(part, reports)
    # A finding's pages that this scan did not check may still be broken, and stay in the finding.
    checked = _checked_urls(part, reports, is_final=is_final)
    coverage = {key: Coverage.on_pages(key, urls) for key, urls in checked.items()}
    filtered = FilteredReports()
    for report in reports:
        finding, key = known.get(report.identity), check_key(report)
        if finding is None:
            filtered.accepted.append(report)
            continue
        was_reported_before = part.reported.get(key, {}).get("change", SUSPECTED) != SUSPECTED
        is_resolved = finding.status == FindingStatus.RESOLVED
        # A finding that was resolved after this scan had reported or detected it stays resolved.
        if is_resolved and (was_reported_before or not _was_seen_since(part, key, finding)):
            continue
        if is_resolved and not _is_regression(part, report, finding):
            filtered.suspected.append(key)
            continue
        if was_reported_before:
            filtered.reported_before.add(report.identity)
        # The last report decides which of many pages are kept: only then all checked pages are known.
        limit = MAX_PAGES if is_final else 2 * MAX_PAGES
        filtered.accepted.append(_with_unchecked_pages(report, finding, coverage[key], limit))
    filtered.accepted = _without_earlier_scan(part, known, filtered.accepted)
    return filtered


def check_key(report: FindingReport) -> str:
    """Return the key of the check that a scan's report is about."""
    return (report.checks or [""])[0]


def _known_findings(part: ScanPart, reports: list[FindingReport]) -> dict[Identity, Finding]:
    if not reports:
        return {}
    advisory_lock(f"ingest:{part.scan.project_id}")  # the lock that ingestion takes
    return lock_findings_of_reports(part.scan.project, reports)


def _without_earlier_scan(
    part: ScanPart, known: Mapping[Identity, Finding], reports: list[FindingReport]
) -> list[FindingReport]:
    """Leave the scan out of the reports of failures that another, concurrent scan has detected later.

    The last scan of a finding decides whether a verification is contradicted.
    """
    last_scans = {finding.last_scan_id for finding in known.values() if finding.last_scan_id}
    at_once = Scan.objects.filter(pk__in=last_scans - {part.scan_id})
    others = list(at_once.exclude(finished_at__lt=part.scan.created_at))
    if not others:
        return reports
    failures = ScanResult.objects.filter(
        scan__in=[*others, part.scan], key__in=map(check_key, reports), outcome=FAILED
    )
    rows = failures.values_list("scan_id", "key").annotate(Max("seen_at"))
    seen = {(scan_id, key): seen_at for scan_id, key, seen_at in rows}

    def is_earlier(report: FindingReport) -> bool:
        finding, key = known.get(report.identity), check_key(report)
        seen_at = seen.get((finding.last_scan_id, key)) if finding and finding.last_scan_id else None
        return seen_at is not None and seen[part.scan_id, key] < seen_at

    return [replace(report, scan_id=None) if is_earlier(report) else report for report in reports]


def _checked_urls(part: ScanPart, reports: list[FindingReport], *, is_final: bool) -> dict[str, set[str]]:
    keys = [check_key(report) for report in reports]
    results = reportable_results(part, is_final=is_final).filter(key__in=keys)
    # A page that no longer exists counts as checked; one that is empty, or blank after a script error, does not.
    is_shown = Q(evidence__has_key="status") & ~Q(evidence__status__in=GONE_STATUSES)
    conclusive = results.exclude(Q(outcome=INCONCLUSIVE) & (~Q(reason="target_missing") | is_shown))
    urls: dict[str, set[str]] = {key: set() for key in keys}
    for key, url in conclusive.values_list("key", "page__url"):
        urls[key].add(url)
    return urls


@dataclass(frozen=True)
class Coverage:
    """The coverage of a check: routes, each of which represents all pages of its kind, or whole sites."""

    routes: set[tuple[str, str]]
    sites: set[str]

    @classmethod
    def on_pages(cls, key: str, urls: set[str]) -> "Coverage":
        covers_site = registry.REGISTRY[key].scope == "site"
        routes = {(origin_of(url), route_of(url)) for url in urls}
        return cls(routes, {origin for origin, _ in routes} if covers_site else set())

    def excludes(self, url: str) -> bool:
        """Return whether neither this page was checked nor another one of the same route."""
        origin = origin_of(url)
        return bool(origin) and origin not in self.sites and (origin, route_of(url)) not in self.routes


def _with_unchecked_pages(
    report: FindingReport, finding: Finding, coverage: Coverage, limit: int
) -> FindingReport:
    assets = [
        asset
        for asset in finding.affected_assets
        if asset["type"] == "url" and coverage.excludes(asset["value"])
    ]
    earlier = finding.evidence.get("pages")
    pages = [
        page
        for page in (earlier if isinstance(earlier, list) else [])
        if isinstance(page, dict) and coverage.excludes(str(page.get("url")))
    ]
    evidence = dict(report.evidence or {})
    evidence["pages"] = [*evidence.get("pages", []), *pages][:limit]
    check = registry.get(check_key(report))
    if check and check.metric:
        evidence["values"] = _worst_value(check.key, check.metric, evidence["pages"])
    return replace(
        report, affected_assets=[*(report.affected_assets or []), *assets][:limit], evidence=evidence
    )


def _worst_value(key: str, metric: Metric, pages: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    outcomes = [page.get("outcome") for page in pages]
    values = [
        outcome["value"]
        for outcome in outcomes
        if isinstance(outcome, dict) and isinstance(outcome.get("value"), int | float)
    ]
    return {key: metric.worst(values)} if values else {}


def _was_seen_since(part: ScanPart, key: str, finding: Finding) -> bool:
    """Return whether a check has failed in a part since its finding was fixed."""
    failures = ScanResult.objects.filter(page__part=part, key=key, outcome=FAILED)
    return failures.filter(seen_at__gt=_fixed_at(finding)).exists()


def _fixed_at(finding: Finding) -> datetime:
    return finding.fixed_at or finding.updated_at


def _is_regression(part: ScanPart, report: FindingReport, finding: Finding) -> bool:
    check, value = registry.get(check_key(report)), _value(report.evidence, check_key(report))
    # Only metrics that fluctuate from visit to visit may be worse by chance.
    if check is None or check.metric is None or value is None or not check.needs & FLUCTUATING:
        return True
    fixed_value = _value(finding.evidence, check.key)
    if fixed_value is not None and is_worse(check.metric, value, fixed_value, FIXED_VALUE_FACTOR):
        return True
    thresholds = policy_rules.thresholds(policy_rules.config_of(part.scan.project))
    threshold = thresholds.get(check.key, check.metric.threshold)
    if not is_worse(check.metric, value, threshold, THRESHOLD_FACTOR):
        return False
    previous = _previous_value(part, check.key, check.metric, finding)
    return previous is not None and is_worse(check.metric, previous, threshold, THRESHOLD_FACTOR)


def is_worse(metric: Metric, value: float, limit: float, factor: float) -> bool:
    return value > limit * factor if metric.direction == "max" else value < limit / factor


def _value(evidence: Mapping[str, Any] | None, key: str) -> float | None:
    values = (evidence or {}).get("values")
    value = values.get(key) if isinstance(values, dict) else None
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:  # an integer that a client reported
        return None


def _previous_value(part: ScanPart, key: str, metric: Metric, finding: Finding) -> float | None:
    scan = part.scan
    completed = Scan.objects.filter(
        project=scan.project_id, status=Scan.Status.COMPLETED, created_at__lt=scan.created_at
    )
    previous = completed.order_by("-created_at", "-id").first()
    # Only a scan of the same URL after the fix is comparable.
    if previous is None or previous.url != scan.url or previous.created_at < _fixed_at(finding):
        return None
    failed = ScanResult.objects.filter(scan=previous, key=key, outcome=FAILED).values_list("value", flat=True)
    values = [value for value in failed if isinstance(value, int | float)]
    return metric.worst(values) if values else None
