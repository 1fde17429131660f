"""Dismissals expire while other workers reopen them and people extend or end them."""

from datetime import timedelta

import pytest

from events.models import Event
from findings.models import Dismissal, Finding
from findings.services import dismissal_expiry, dismissals, triage
from tests import factories
from tests.factories import Scenario
from tests.races.threads import errors_in, racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
EXPIRED = "finding.dismissal_expired"


def finding_with_expired_dismissal(scenario: Scenario) -> Finding:
    finding = factories.finding(scenario)
    triage.dismiss(finding.pk, reason="accepted_risk", by=scenario.actor)
    yesterday = dismissals.today() - timedelta(days=1)
    Dismissal.objects.filter(finding=finding, ended_at=None).update(accepted_until=yesterday)
    return finding


@pytest.mark.slow
def test_two_workers_at_once_reopen_each_finding_once(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dismissal_expiry, "BATCH_SIZE", 3)
    with racers(2) as race:
        for _ in range(ROUNDS):
            findings = [finding_with_expired_dismissal(scenario).pk for _ in range(7)]

            results = race(dismissal_expiry.reopen_expired, dismissal_expiry.reopen_expired)

            logged = Event.objects.filter(name=EXPIRED, subject_id__in=findings).count()
            open_again = Finding.objects.filter(pk__in=findings, status="new").count()
            assert (sum(results), logged, open_again) == (7, 7, 7)


@pytest.mark.slow
def test_expiry_against_extension_keeps_the_extended_dismissal(scenario: Scenario) -> None:
    with racers(3) as race:
        for _ in range(ROUNDS):
            finding = finding_with_expired_dismissal(scenario)

            results = race(
                dismissal_expiry.reopen_expired,
                lambda pk=finding.pk: triage.dismiss(pk, reason="wont_fix", by=scenario.actor),
                dismissal_expiry.reopen_expired,
            )

            assert errors_in(results) == []
            finding.refresh_from_db()
            [row] = Dismissal.objects.filter(finding=finding, ended_at=None)
            assert (finding.status, row.reason, row.status_before) == ("dismissed", "wont_fix", "new")
