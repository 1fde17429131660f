from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assurance import jobs
from assurance.models import GuardRun, GuardWindow
from remediation import jobs as remediation_jobs
from remediation.models import Verification
from remediation.services import policies, verdicts
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite

CSP = "default-src 'self'"
GUARD = {"high": ["1h", "1d", "7d"]}


@pytest.fixture
def scenario(db: None, site: FaultySite, time_machine: Any) -> Scenario:
    """Return a project of a fixed site whose policy guards its findings."""
    # A second ahead of the clock of PostgreSQL, which the outbox uses.
    time_machine.move_to(datetime.now(UTC) + timedelta(seconds=1))
    site.headers["Content-Security-Policy"] = CSP
    made = factories.scenario(site_url=site.url)
    set_policy(made, guard=GUARD)
    return made


def set_policy(scenario: Scenario, **config: Any) -> None:
    policies.replace(scenario.project, config=policies.DEFAULT_CONFIG | config, name=None, by=scenario.actor)


def approved(scenario: Scenario, **fields: Any) -> Verification:
    """Approve a verification of a finding, and process the events of it."""
    task = factories.task(scenario, of=factories.finding(scenario, **fields), status="ready_verify")
    verification = verdicts.approve(factories.verification(scenario, of=task).pk, by=scenario.actor)
    jobs.process_events()
    return verification


def opened(scenario: Scenario) -> GuardWindow:
    """Return the guard window of an approved verification."""
    return GuardWindow.objects.get(verification=approved(scenario))


def run_due() -> None:
    """Do what beat and the workers do: start the due runs, run their checks, process the results."""
    jobs.start_due_guard_runs()
    for run in GuardRun.objects.filter(status="running"):
        remediation_jobs.run_verification(str(run.verification_id))
    jobs.process_events()
