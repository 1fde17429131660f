"""Rows that the tests of the pages start with."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from remediation.evidence.chain import append
from remediation.models import Task, Verification
from tests import factories, staff
from tests.factories import Scenario

POLICY = "default-src 'self'"


def outcome(status: str, headers: dict[str, str]) -> dict[str, Any]:
    evidence = {"detail": f"It {status}.", "status": 200, "address": "192.0.2.7", "headers": headers}
    return {"status": status, "evidence": evidence}


def verified(scenario: Scenario) -> Verification:
    """Create a verification with evidence from before and after the fix."""
    url = "https://example.com/"
    finding = factories.finding(
        scenario,
        title="Content-Security-Policy is missing",
        severity="critical",
        affected_assets=[{"type": "url", "value": url}],
        evidence={"pages": [{"key": "security_header_csp", "url": url, "outcome": outcome("failed", {})}]},
        recommended_fix={
            "summary": "Send a policy.",
            "steps": ["Write it.", f'nginx: add_header Content-Security-Policy "{POLICY}";'],
            "references": ["https://example.org/csp"],
        },
    )
    task = factories.task(
        scenario, of=finding, status="ready_verify", sla_due_at=timezone.now() - timedelta(hours=3)
    )
    Task.objects.filter(pk=task.pk).update(owner=scenario.owner)
    verification = factories.verification(scenario, of=task, checks="passed")
    page = {"url": url, **outcome("passed", {"content-security-policy": POLICY})}
    with transaction.atomic():
        append(verification, "security_header_csp", {"outcome": "passed", "pages": [page]})
    return verification


def staff_owner(scenario: Scenario) -> User:
    user = scenario.owner
    user.is_staff = True
    user.set_password(staff.PASSWORD)
    user.save()
    return user
