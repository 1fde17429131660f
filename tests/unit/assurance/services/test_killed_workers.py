"""Workers are killed during the runs of a guard window: each run is repeated, and has its result once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from assurance import jobs
from assurance.models import GuardRun, GuardWindow
from events.models import Event
from findings.locks import lock_finding
from findings.models import Regression
from remediation.models import Evidence, VerificationPart
from remediation.worker import part_runner
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.unit.assurance.conftest import CSP, GUARD, opened, run_due, set_policy
from tests.unit.devtools.local_stack.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CHECK = "remediation.jobs.run_verification"
START, SETTLE = "assurance.jobs.start_due_guard_runs", "assurance.jobs.process_events"
LEASE = timedelta(seconds=part_runner.LEASE_SECONDS + 1)


@pytest.fixture
def scenario(transactional_db: None, site: FaultySite) -> Iterator[Scenario]:
    """A project of a fixed site whose policy guards its findings, on the clock of the workers."""
    site.headers["Content-Security-Policy"] = CSP
    made = factories.scenario(site_url=site.url)
    set_policy(made, guard=GUARD)
    yield made
    close_old_connections()


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


def make_due(window: GuardWindow) -> GuardRun:
    """Let the time of the next run come."""
    run = window.runs.filter(status="pending").order_by("due_at")[0]
    GuardRun.objects.filter(pk=run.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return run


@pytest.mark.slow
def test_worker_that_is_killed_in_each_run_delays_the_window_and_changes_no_result(
    scenario: Scenario, site: FaultySite
) -> None:
    window = opened(scenario)
    exits = []
    for _ in range(3):
        run = make_due(window)
        jobs.start_due_guard_runs()
        run.refresh_from_db()
        exits.append(kill_during_check(site, run))
        jobs.process_events()  # nothing to settle yet
        VerificationPart.objects.update(lease_until=timezone.now() - LEASE)  # half a minute later
        run_due()

    window.refresh_from_db()
    verdicts = Evidence.objects.filter(key="verdict:guard_passed")
    assert exits == [-signal.SIGKILL] * 3
    assert (window.status, window.runs_passed, window.runs_total) == ("passed", 3, 3)
    assert (verdicts.count(), Event.objects.filter(name="guard.passed").count()) == (3, 1)


@pytest.mark.slow
def test_worker_that_is_killed_in_a_failing_run_reopens_the_finding_once(
    scenario: Scenario, site: FaultySite
) -> None:
    window = opened(scenario)
    run = make_due(window)
    jobs.start_due_guard_runs()
    run.refresh_from_db()
    kill_during_check(site, run)
    del site.headers["Content-Security-Policy"]
    VerificationPart.objects.update(lease_until=timezone.now() - LEASE)

    run_due()
    jobs.process_events()

    regressions = Regression.objects.filter(finding=window.finding)
    window.refresh_from_db()
    assert (window.status, [regression.trigger for regression in regressions]) == ("failed", ["guard_failed"])


def lock_is_awaited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.parametrize("job", [START, SETTLE])
def test_worker_that_is_killed_in_its_transaction_changes_nothing_and_another_repeats_it(
    scenario: Scenario, job: str
) -> None:
    window = opened(scenario)
    make_due(window)
    if job == SETTLE:
        jobs.start_due_guard_runs()
        run = window.runs.get(status="running")
        part_runner.run_part(run.verification_id)  # type: ignore[arg-type]  # it has been started
    before = list(window.runs.order_by("pk").values_list("status", flat=True))
    with transaction.atomic():
        lock_finding(window.finding_id)  # for which the worker waits in its transaction
        worker = start_worker(job)
        assert eventually(lock_is_awaited, seconds=60)
        worker.kill()
        worker.wait()
    after = list(window.runs.order_by("pk").values_list("status", flat=True))

    run_due()

    window.refresh_from_db()
    assert after == before
    assert (window.status, window.runs_passed) == ("open", 1)
