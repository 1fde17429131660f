"""Run a check that an integration answers: once for the finding, not page by page."""

from datetime import datetime

from findings.models import Finding
from findings.provider_checks import ProviderCheck
from remediation.models import Verification
from remediation.queries import ready_changes
from remediation.worker.check_aggregation import AggregatedResult, aggregate


def run_provider_check(
    check: ProviderCheck, key: str, finding: Finding, verification: Verification
) -> AggregatedResult:
    url = finding.evidence.get("url")
    outcome = check(finding, key, ready_since(verification))
    return aggregate(key, {url if isinstance(url, str) and url else finding.project.site_url: outcome})


def ready_since(verification: Verification) -> datetime:
    """Return when the task last became ready to verify, or else when it was first verified."""
    # A provider's report from before the fix says nothing about the fix.
    ready = ready_changes(verification.task_id)
    first = Verification.objects.filter(task=verification.task_id).order_by("created_at")
    return (
        ready.values_list("at", flat=True).first()
        or first.values_list("created_at", flat=True).first()
        or verification.created_at
    )
