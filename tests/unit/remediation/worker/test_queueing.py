"""Pending parts of verifications that no worker holds are enqueued again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from krafter_audit.db import leases
from remediation.models import Verification, VerificationPart
from remediation.worker.queueing import requeue_verifications
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def browser_part(scenario: Scenario) -> Verification:
    verification = factories.verification(scenario, checks="running")
    verification.parts.update(scanner="browser")
    return verification


def test_pending_verifications_without_lease_are_requeued(scenario: Scenario, sent: list[tuple[str, ...]]):
    lost = factories.verification(scenario, checks="running")
    held = factories.verification(scenario, checks="running")
    leases.acquire(VerificationPart, held.parts.get().pk, seconds=30)
    manual = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    factories.verification(scenario, of=manual, checks="running")

    requeue_verifications()

    assert sent == [("remediation.run_verification", str(lost.pk))]


def test_browser_part_goes_to_http_workers_after_a_minute_without_browser_worker(
    scenario: Scenario, sent: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    verification = browser_part(scenario)
    monkeypatch.setattr("krafter_audit.jobs.queues.queue_has_consumers", lambda queue: False)

    requeue_verifications()
    VerificationPart.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    requeue_verifications()

    pk = str(verification.pk)
    assert sent == [
        ("remediation.run_verification_in_browser", pk),
        ("remediation.run_verification", pk, "browser"),
    ]


def test_browser_part_waits_for_the_browser_worker(
    scenario: Scenario, sent: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    verification = browser_part(scenario)
    VerificationPart.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    monkeypatch.setattr("krafter_audit.jobs.queues.queue_has_consumers", lambda queue: True)

    requeue_verifications()

    assert sent == [("remediation.run_verification_in_browser", str(verification.pk))]
