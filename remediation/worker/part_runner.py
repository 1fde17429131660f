"""Run one scanner's part of a verification: re-run its checks and store their results.

A check that could not run is `inconclusive`, never `passed`. The verification's result is for a person to decide.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM
from events.log import log_event
from findings import policy_rules, provider_checks
from findings.models import Finding
from krafter_audit.db import leases
from krafter_audit.shutdown import is_shutting_down
from remediation.checks.queues import scanner_of
from remediation.evidence import chain
from remediation.locks import LockedVerification, lock_verification
from remediation.models import CheckStatus, Verification, VerificationPart
from remediation.services.policies import config_of
from remediation.worker.check_aggregation import AggregatedResult, aggregate
from remediation.worker.finding_pages import FindingPage, open_pages, page_urls
from remediation.worker.parallel_pages import NOT_CHECKED, run_in_parallel
from remediation.worker.provider_checks import run_provider_check
from scanner.evidence_bundle.screenshots import named_screenshots
from scanner.outcome import FAILED, Outcome, inconclusive
from scans import screenshots
from scans.models import Scanner
from scans.worker.browser import worker_browser

LEASE_SECONDS = 30  # extended while the worker runs
MAX_ATTEMPTS = 3
MAX_PAGES = 25
MAX_JOB_SECONDS = 60  # for a browser part; after it no further page is started and the next job continues
TOO_MANY_PAGES = f"A verification checks at most {MAX_PAGES} pages, and this page is not among them."
CHECK_DISABLED = "The project's policy disables this check."
TOO_MANY_ATTEMPTS = "The worker stopped several times before the check had a result."


def run_part(verification_id: UUID, scanner: Scanner, *, with_browser: bool) -> bool:
    """Run the remaining checks of a part; return False, with nothing done, if it is finished or another worker has it.

    Without a browser, the checks of a browser part are inconclusive. A part whose time is over waits for a further job.
    """
    with lease_part(verification_id, scanner) as part:
        if part is None:
            return False
        # The previous attempt had only to store that the worker gave up on the pages (`CheckRunner`), and failed too.
        if part.attempts > MAX_ATTEMPTS + 1:
            _give_up(part)
        else:
            _run_checks(part, with_browser=with_browser)
    return True


def lease_part(verification_id: UUID, scanner: Scanner) -> AbstractContextManager[VerificationPart | None]:
    """Lease a part while the block runs; None if it cannot be leased or is finished."""
    parts = VerificationPart.objects.filter(verification=verification_id, scanner=scanner)
    pk = parts.values_list("pk", flat=True).first()
    return leases.hold(VerificationPart, pk, seconds=LEASE_SECONDS, finished_at__isnull=True)


def _run_checks(part: VerificationPart, *, with_browser: bool) -> None:
    finding = Finding.objects.select_related("project").get(tasks=part.verification.task_id)
    urls, config = page_urls(finding), config_of(finding.project)
    browser_or_none = worker_browser(finding.project.organization_id) if with_browser else nullcontext()
    with (
        browser_or_none as browser,
        open_pages(finding, urls[:MAX_PAGES], browser, config) as pages,
    ):
        runner = CheckRunner(part, finding, pages, config, omitted=urls[MAX_PAGES:])
        for key in running_keys(part):
            result = runner.run_check(key)
            if result is None:
                leases.write(part, lease_until=None, attempts=0)
                return
            if not store_result(part, key, result):
                return


def _give_up(part: VerificationPart) -> None:
    url = part.verification.project.site_url
    # If not even this evidence can be stored, the verification ends without it.
    with_evidence = part.attempts <= MAX_ATTEMPTS + 2
    for key in running_keys(part):
        result = aggregate(key, {url: inconclusive("not_available", TOO_MANY_ATTEMPTS)})
        store_result(part, key, result, with_evidence=with_evidence)


def running_keys(part: VerificationPart) -> list[str]:
    """Return the keys of the part's checks that have no result yet."""
    return [
        check["key"]
        for check in part.verification.checks
        if check["status"] == CheckStatus.RUNNING and scanner_of(check["key"]) == part.scanner
    ]


class CheckRunner:
    def __init__(
        self,
        part: VerificationPart,
        finding: Finding,
        pages: Sequence[FindingPage],
        config: dict[str, Any],
        *,
        omitted: Iterable[str],
    ) -> None:
        self._part = part
        self._finding = finding
        self._pages = pages
        self._omitted = dict.fromkeys(omitted, inconclusive("not_available", TOO_MANY_PAGES))
        self._thresholds = policy_rules.thresholds(config)
        self._disabled = policy_rules.disabled_checks(config)
        self._deadline = time.monotonic() + MAX_JOB_SECONDS

    def run_check(self, key: str) -> AggregatedResult | None:
        """Run a check on all pages; None if the time is over or the lease is lost."""
        if key in self._disabled:
            urls = [*(page.url for page in self._pages), *self._omitted]
            return aggregate(key, dict.fromkeys(urls, inconclusive("not_available", CHECK_DISABLED)))
        provider_check = provider_checks.find(key)
        # After too many attempts `_outcome` makes it inconclusive, as a check of pages.
        if provider_check and self._part.attempts <= MAX_ATTEMPTS:
            return run_provider_check(provider_check, key, self._finding, self._part.verification)
        if self._part.scanner == Scanner.HTTP:
            outcomes: dict[str, Outcome] | None = self._run_on_all_pages(key)
        else:
            outcomes = self._run_page_by_page(key)
        return None if outcomes is None else aggregate(key, outcomes | self._omitted)

    def _run_on_all_pages(self, key: str) -> dict[str, Outcome]:
        pages = {page.url: page for page in self._pages}
        # An HTTP check takes seconds, so its outcomes are not stored one by one.
        return run_in_parallel(list(pages), lambda url: self._outcome(pages[url], key))

    def _run_page_by_page(self, key: str) -> dict[str, Outcome] | None:
        stored = self._part.outcomes.setdefault(key, {})
        for page in self._pages:
            if any(outcome["status"] == FAILED for outcome in stored.values()):
                break
            if page.url not in stored:
                if is_shutting_down() or time.monotonic() > self._deadline:
                    return None
                stored[page.url] = self._outcome(page, key).to_json()
                if not leases.write(self._part, outcomes=self._part.outcomes, attempts=0):
                    return None
        known = {url: Outcome.from_json(outcome) for url, outcome in stored.items()}
        return {page.url: known.get(page.url, NOT_CHECKED) for page in self._pages}

    def _outcome(self, page: FindingPage, key: str) -> Outcome:
        if self._part.attempts > MAX_ATTEMPTS:
            if self._part.scanner == Scanner.BROWSER:
                # Give up this page only: the next one may be checked again.
                self._part.attempts = 0
            return inconclusive("not_available", TOO_MANY_ATTEMPTS)
        return page.run_check(key, self._thresholds)


@transaction.atomic
def store_result(
    part: VerificationPart, key: str, result: AggregatedResult, *, with_evidence: bool = True
) -> bool:
    """Store the result of a check and its evidence; return False if it comes too late."""
    locked = lock_verification(part.verification_id)
    verification = locked.verification
    # Decided meanwhile, or stored by another worker.
    if not verification.running:
        return False
    check = next(check for check in verification.checks if check["key"] == key)
    check["after"], check["status"] = result.after, result.status.value
    running = [check["key"] for check in verification.checks if check["status"] == CheckStatus.RUNNING]
    if not _save_part(part, key, finished=part.scanner not in {scanner_of(other) for other in running}):
        return False
    verification.running = bool(running)
    verification.save(update_fields=["checks", "running", "updated_at"])
    if with_evidence:
        # In the transaction of the result: there is no result without evidence.
        _store_evidence(verification, check, result.evidence)
    if not running:
        _finish(locked)
    return True


def _save_part(part: VerificationPart, key: str, *, finished: bool) -> bool:
    part.outcomes.pop(key, None)
    now = timezone.now()
    changes = {"finished_at": now, "lease_until": None} if finished else {}
    return leases.write(part, outcomes=part.outcomes, updated_at=now, **changes)


def _store_evidence(verification: Verification, check: dict[str, Any], evidence: dict[str, Any]) -> None:
    screenshots.record_references(verification.project_id, named_screenshots(evidence), in_evidence=True)
    chain.append(verification, check["key"], {"before": check["before"], **evidence})


def _finish(locked: LockedVerification) -> None:
    verification = locked.verification
    statuses = [check["status"] for check in verification.checks]
    log_event(
        "verification.checked", verification, by=SYSTEM, statuses=statuses, trigger=verification.trigger
    )
    has_cost = verification.trigger != Verification.Trigger.GUARD
    # A verification whose checks are all inconclusive costs no quota.
    if has_cost and all(status == CheckStatus.INCONCLUSIVE for status in statuses):
        Verification.objects.filter(pk=verification.pk).update(refunded=True)
        quota.refund(verification.project.organization_id, spent_at=verification.created_at)
