"""Save the pages of a running scan and their results, by the worker that leased the row."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

import krafter_audit
from krafter_audit.db import leases
from scanner import registry
from scanner.crawler import Discovery, route_of
from scanner.evidence_bundle.screenshots import named_screenshots
from scanner.outcome import FAILED, INCONCLUSIVE, Outcome
from scans import screenshots
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker import lab
from scans.worker.page_checks import CheckResult, PageResults

# A scan has thousands of rows; a finding keeps the evidence of its failures.
MAX_EVIDENCE_LENGTH = 8_000  # characters of JSON for each check of each page
MAX_PASSED_EVIDENCE_LENGTH = 2_000  # if the check passed or does not apply
# How the scan has processed a failed check, in `ScanPart.reported`; suspected: too close to the threshold to reopen.
CREATED, UPDATED, REGRESSED, SUSPECTED = "created", "updated", "regressed", "suspected"

CHECKED_FIELDS = ("duration_ms", "failed_domains", "checked_at", "build", "substitute")


@transaction.atomic
def save_discovery(
    scan: Scan, discovery: Discovery, *, in_browser: bool, without_browser: bool = False
) -> bool:
    """Save the pages of a scan; False, without a change, if the lease is lost.

    `in_browser`: there are checks for a browser, so create a browser part with the same pages.
    """
    # First: if the lease is lost, another worker has saved, or will save, the pages.
    if not leases.write(scan, discovered_at=timezone.now(), lease_until=None, attempts=0):
        return False
    parts = [scan.parts.get(scanner=Scanner.HTTP)]
    parts[0].page_delay = discovery.delay
    parts[0].save(update_fields=["page_delay", "updated_at"])
    if in_browser:
        parts.append(
            ScanPart.objects.create(
                scan=scan,
                scanner=Scanner.BROWSER,
                page_delay=discovery.delay,
                without_browser=without_browser,
            )
        )
    ScanPage.objects.bulk_create(
        ScanPage(
            part=part,
            position=position,
            url=url,
            route=route_of(url),
            note=discovery.note if position == 0 else "",
        )
        for part in parts
        for position, url in enumerate(discovery.pages)
    )
    return True


@transaction.atomic
def save_results(page: ScanPage, results: PageResults) -> bool:
    """Save the results of a page; False, without a change, if the lease is lost."""
    # A page is checked again if another page has put its results in doubt.
    page.duration_ms = round((page.duration_ms or 0) + results.duration_ms, 1)
    page.failed_domains = sorted({*page.failed_domains, *results.failed_domains})
    page.checked_at = page.checked_at or timezone.now()
    page.build = results.build or page.build
    page.substitute = asdict(results.substitute) if results.substitute else page.substitute
    saved = leases.write(
        page,
        **{name: getattr(page, name) for name in CHECKED_FIELDS},
        pending=False,
        recheck_keys=[],
        lease_until=None,
        attempts=0,
        updated_at=timezone.now(),
    )
    if not saved:
        return False
    # The results that were in doubt are replaced.
    if page.recheck_keys:
        page.results.filter(key__in=[result.key for result in results.results]).delete()
    ScanResult.objects.bulk_create(_row(page, result) for result in results.results)
    if page.part.scanner == Scanner.LAB:
        lab.continue_build(page)
    pages = [{"evidence": result.outcome.evidence} for result in results.results]
    screenshots.record_references(page.part.scan.project_id, named_screenshots({"pages": pages}))
    return True


@transaction.atomic
def update_summary(scan_id: UUID) -> None:
    """Save the progress and the counts of findings so far."""
    # Several workers update the same summary.
    scan = Scan.objects.select_for_update().only("summary", "finished_at").get(pk=scan_id)
    if scan.finished_at:
        return
    scan.summary |= summary_of_parts(scan_id)
    scan.save(update_fields=["summary", "updated_at"])


def summary_of_parts(scan_id: UUID) -> dict[str, Any]:
    """Return the progress of each scanner and, once findings were ingested, the counts of findings."""
    measured_now = Q(pages__pending=True, pages__lease_until__gt=timezone.now())
    rows = ScanPart.objects.filter(scan=scan_id).values_list("scanner", "reported", "ingested_at")
    counted = rows.annotate(
        found=Count("pages"),
        done=Count("pages__checked_at"),
        measuring=ArrayAgg("pages__url", filter=measured_now, default=[]),
    )
    changes, ingested, progress = [], False, {}
    for scanner, reported, ingested_at, found, done, measuring in counted:
        part_changes = [report["change"] for report in reported.values()]
        changes += part_changes
        ingested = ingested or ingested_at is not None
        progress[scanner] = {
            "pages_found": found,
            "pages_done": done,
            "findings": len(part_changes) - part_changes.count(SUSPECTED),
            "measuring": sorted(measuring),
        }
    return {"progress": progress, **(_finding_counts(changes) if ingested else {})}


def _finding_counts(changes: list[str]) -> dict[str, int]:
    return {
        "findings_created": changes.count(CREATED),
        "findings_updated": changes.count(UPDATED) + changes.count(REGRESSED),
        "regressions": changes.count(REGRESSED),
        "regressions_suspected": changes.count(SUSPECTED),
    }


def _row(page: ScanPage, result: CheckResult) -> ScanResult:
    check, outcome = registry.REGISTRY[result.key], result.outcome
    threshold = outcome.evidence.get("threshold")
    return ScanResult(
        scan_id=page.part.scan_id,
        page=page,
        key=result.key,
        version=check.version,
        outcome=outcome.status,
        reason=outcome.reason or "",
        value=outcome.value,
        samples=outcome.samples,
        unit=check.metric.unit if check.metric else "",
        threshold=threshold if isinstance(threshold, int | float) else None,
        evidence=_evidence(outcome, page.note),
        tools=outcome.evidence.get("tools") or {"krafter": krafter_audit.__version__},
        profile=_profile(outcome.evidence.get("profile")),
        duration_ms=round(result.duration_ms, 1),
        seen_at=timezone.now(),
    )


def _profile(profile: Any) -> str:
    return str(profile.get("name", ""))[:20] if isinstance(profile, dict) else ""


def _evidence(outcome: Outcome, note: str) -> dict[str, Any]:
    evidence = outcome.evidence | ({"note": note} if note else {})
    needs_detail = outcome.status in (FAILED, INCONCLUSIVE)
    max_length = MAX_EVIDENCE_LENGTH if needs_detail else MAX_PASSED_EVIDENCE_LENGTH
    # The longest values first: a person reads the short ones.
    for name in sorted(evidence, key=lambda name: len(_text(evidence[name])), reverse=True):
        if len(_text(evidence)) <= max_length:
            break
        evidence = evidence | {name: _text(evidence[name])[:200] + "…"}
    return evidence


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
