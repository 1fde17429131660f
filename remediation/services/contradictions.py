"""Find what contradicts a verification: a failure seen after its start, or a check that the finding has got since."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from findings.models import Finding
from remediation.models import CheckStatus, Verification
from remediation.verification_states import BlockedBy
from scanner.outcome import FAILED
from scans.models import ScanResult

NOT_RUN = "not_run"
type Failures = Mapping[tuple[UUID, str], datetime]  # when a scan last saw a check fail, by scan and check


def follow_reports(*, findings: Sequence[Finding], **kwargs: Any) -> None:
    """Block the undecided verifications of locked findings that reports contradict; unblock the others."""
    by_id = {finding.pk: finding for finding in findings}
    waiting = Verification.objects.filter(task__finding__in=by_id).undecided().without_guards()
    undecided = list(waiting.select_related("task"))
    failures = last_failures(undecided, [by_id[verification.task.finding_id] for verification in undecided])
    changed: dict[str, list[UUID]] = defaultdict(list)
    for verification in undecided:
        cause = _cause(
            contradicted_checks(verification, by_id[verification.task.finding_id], failures).values()
        )
        if cause != verification.contradicted_by:
            changed[cause].append(verification.pk)
    for cause, pks in changed.items():
        rows = Verification.objects.filter(pk__in=pks)
        rows.update(contradicted_by=cause, updated_at=timezone.now())


def contradicted_checks(verification: Verification, finding: Finding, failures: Failures) -> dict[str, str]:
    """Return `{check: failed or not_run}`. Where the approval is the check (`manual`), a report contradicts nothing."""
    keys = [check["key"] for check in verification.checks]
    contradicted = dict.fromkeys((key for key in finding.check_keys if key not in keys), NOT_RUN)
    if finding.last_scan_id is not None:
        seen = {key: failures.get((finding.last_scan_id, key)) for key in keys}
        failed = (key for key, at in seen.items() if at and at > verification.created_at)
        contradicted |= dict.fromkeys(sorted(failed), CheckStatus.FAILED.value)
    if not verification.manual and finding.reported_at and finding.reported_at > verification.created_at:
        contradicted |= dict.fromkeys(keys, CheckStatus.FAILED.value)
    return contradicted


def last_failures(verifications: Collection[Verification], findings: Collection[Finding]) -> Failures:
    """Return when the last scans of the findings, all of one project, saw checks of the verifications fail."""
    scans = {finding.last_scan_id for finding in findings if finding.last_scan_id}
    if not scans:
        return {}
    results = ScanResult.objects.filter(
        scan__in=scans,
        scan__project__in={finding.project_id for finding in findings},
        key__in={check["key"] for verification in verifications for check in verification.checks},
        outcome=FAILED,
    )
    seen = results.values("scan_id", "key").annotate(at=Max("seen_at"))
    return {(row["scan_id"], row["key"]): row["at"] for row in seen}


def _cause(statuses: Collection[str]) -> str:
    if CheckStatus.FAILED in statuses:
        return BlockedBy.FAILED.value
    return BlockedBy.INCONCLUSIVE.value if statuses else ""
