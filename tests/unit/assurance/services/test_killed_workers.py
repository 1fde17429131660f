"""Workers are killed during a run of a guard window: the run is repeated, and has its result once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assurance import jobs
from assurance.models import GuardRun, GuardWindow
from events.models import Event
from findings.locks import lock_finding
from findings.models import Regression
from remediation.models import Evidence, VerificationPart
from remediation.worker import part_runner
from scans.models import Scanner
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.races.threads import another_transaction_waits_for_this_one, no_other_transaction_holds_locks
from tests.unit.assurance.conftest import CSP, GUARD, opened, run_due, set_policy
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CHECK = "remediation.jobs.run_verification"
START, SETTLE = "assurance.jobs.start_due_guard_runs", "assurance.jobs.process_events"
LEASE = timedelta(seconds=part_runner.LEASE_SECONDS + 1)


@pytest.fixture
def scenario(transactional_db: None, site: FaultySite) -> Scenario:
    """A project of a fixed site whose policy guards its findings, on the clock of the workers."""
    site.headers["Content-Security-Policy"] = CSP
    made = factories.scenario(site_url=site.url)
    set_policy(made, guard=GUARD)
    return made


def start_worker(job: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a job in its own process, on the tests' database."""
    module, _, function = job.rpartition(".")
    server = urlsplit(os.environ["DATABASE_URL"])
    address = server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    code = f"import django; django.setup(); import {module}; {module}.{function}(*{list(arguments)!r})"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "krafter_audit.settings",
    }
    return subprocess.Popen([sys.executable, "-c", code], env=environment)


def kill_during_check(site: FaultySite, run: GuardRun) -> int:
    """Let a worker run the checks of a started run, and kill it while the site answers; return its exit status."""
    worker: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        worker[0].kill()
        worker[0].wait()

    site.before_answer = kill
    worker.append(start_worker(CHECK, str(run.verification_id)))
    status = worker[0].wait(timeout=60)
    site.before_answer = lambda: None
    return status


def make_next_run_due(window: GuardWindow) -> None:
    run = window.runs.filter(status="pending").order_by("due_at")[0]
    GuardRun.objects.filter(pk=run.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def start_next_run(window: GuardWindow) -> GuardRun:
    make_next_run_due(window)
    jobs.start_due_guard_runs()
    return window.runs.get(status="running")


@pytest.mark.slow
def test_worker_that_is_killed_in_a_run_delays_the_window_and_changes_no_result(
    scenario: Scenario, site: FaultySite
) -> None:
    set_policy(scenario, guard={"high": ["1h"]})
    window = opened(scenario)
    run = start_next_run(window)
    exit_status = kill_during_check(site, run)
    jobs.process_events()  # nothing to settle yet
    VerificationPart.objects.update(lease_until=timezone.now() - LEASE)  # half a minute later

    run_due()

    window.refresh_from_db()
    verdicts = Evidence.objects.filter(key="verdict:guard_passed")
    assert exit_status == -signal.SIGKILL
    assert (window.status, window.runs_passed, window.runs_total) == ("passed", 1, 1)
    assert (verdicts.count(), Event.objects.filter(name="guard.passed").count()) == (1, 1)


@pytest.mark.slow
def test_worker_that_is_killed_in_a_failing_run_reopens_the_finding_once(
    scenario: Scenario, site: FaultySite
) -> None:
    window = opened(scenario)
    kill_during_check(site, start_next_run(window))
    del site.headers["Content-Security-Policy"]
    VerificationPart.objects.update(lease_until=timezone.now() - LEASE)

    run_due()
    jobs.process_events()

    regressions = Regression.objects.filter(finding=window.finding)
    window.refresh_from_db()
    assert (window.status, [regression.trigger for regression in regressions]) == ("failed", ["guard_failed"])


@pytest.mark.slow
@pytest.mark.parametrize("job", [START, SETTLE])
def test_worker_that_is_killed_in_its_transaction_changes_nothing_and_another_repeats_it(
    scenario: Scenario, job: str
) -> None:
    window = opened(scenario)
    if job == START:
        make_next_run_due(window)
    else:
        started = start_next_run(window)
        part_runner.run_part(started.verification_id, Scanner.HTTP, with_browser=False)  # type: ignore[arg-type]  # it has been started
    before = list(window.runs.order_by("pk").values_list("status", flat=True))
    with transaction.atomic():
        lock_finding(window.finding_id)  # for which the worker waits in its transaction
        worker = start_worker(job)
        assert eventually(another_transaction_waits_for_this_one, seconds=60)
        worker.kill()
        worker.wait()
    # PostgreSQL rolls back when it answers: until then others skip what the killed one has locked.
    assert eventually(no_other_transaction_holds_locks, seconds=60)
    after = list(window.runs.order_by("pk").values_list("status", flat=True))

    run_due()

    window.refresh_from_db()
    assert after == before
    assert (window.status, window.runs_passed) == ("open", 1)
