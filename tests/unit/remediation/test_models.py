"""Database constraints of tasks and verifications."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from remediation.models import Task, Verification
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_database_constraints_reject_invalid_rows(scenario: Scenario):
    verification = factories.verification(scenario)

    for change in (
        {"result": "passed"},  # decided without a time
        {"result": "maybe"},
        {"running": True, "result": "passed", "verified_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.filter(pk=verification.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(status="almost")
