"""A merged fix is verified when a deploy contains it, whatever faults GitHub and GitLab have in between."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance import jobs
from assurance.models import Deploy, PullRequest
from assurance.services import pull_requests
from integrations import services
from integrations.models import Integration
from integrations.webhooks.services import enable
from remediation.models import Task, Verification
from remediation.services import tasks
from tests.fakes.tracker import serve
from tests.fakes.trackers.github import FakeGitHub
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.unit.integrations.conftest import MakeTask, run_sync
from tests.unit.integrations.webhooks.senders import SECRET, send_deploy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BEFORE, FIX, AFTER = "a" * 40, "b" * 40, "c" * 40
COMPARISON = r"/compare/|/repository/merge_base$"
FAULTS: dict[str, list[Any]] = {
    "outage": [(500, {}, {"message": "Internal Server Error"})] * 3,
    "unreadable": [(200, {}, b'{"status": "ahe')] * 3,
    "another form": [(200, {}, {"state": "ahead"})],
    "rate limit": [(429, {"Retry-After": "60"}, {})],
    "no permission": [(403, {}, {"message": "Forbidden"})],
}

type Fake = FakeGitHub | FakeGitLab


@pytest.fixture(params=[FakeGitHub, FakeGitLab])
def vendor(request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Both vendors in turn, with a branch of three commits, the second of which is the fix."""
    with serve(request.param(history=[BEFORE, FIX, AFTER])) as fake:
        monkeypatch.setenv(f"KRAFTER_{fake.provider.upper()}_URL", fake.api_url)
        fake.now -= timedelta(hours=1)
        yield fake


@pytest.fixture
def connected(project: Project, vendor: Fake) -> Integration:
    """The vendor, connected, with a webhook."""
    services.connect(project, vendor.provider, credentials=vendor.credentials, by=SYSTEM)
    return enable(project, vendor.provider, secret=SECRET, by=SYSTEM)[0].integration


@pytest.fixture
def fix(connected: Integration, vendor: Fake, make_task: MakeTask) -> Task:
    """A task whose pull request was merged."""
    vendor.merged[7] = FIX
    changes = {"pr_url": vendor.pull_request_url(7), "status": "in_progress"}
    return tasks.update(make_task().pk, changes=changes, by=SYSTEM)


@pytest.fixture
def run_jobs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that processes the events, and checks the pull requests at their next time."""
    queued: list[str] = []
    monkeypatch.setattr(pull_requests, "enqueue", lambda name, pk: queued.append(pk))

    def run() -> None:
        jobs.process_events()
        PullRequest.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
        jobs.enqueue_due_pull_requests()
        while queued:
            jobs.check_pull_request(queued.pop(0))

    return run


def queued(task: Task) -> list[str]:
    return list(Verification.objects.filter(task=task).values_list("trigger", flat=True))


def test_only_a_deploy_that_contains_the_commit_verifies_the_fix(
    connected: Integration, vendor: Fake, fix: Task, run_jobs: Callable[[], None]
) -> None:
    send_deploy(connected, vendor.deploy_event(vendor.deploy(BEFORE)))
    run_jobs()
    before = queued(fix)

    send_deploy(connected, vendor.deploy_event(vendor.deploy(AFTER)))
    run_jobs()

    row = PullRequest.objects.get(task=fix)
    assert (before, queued(fix), row.merge_sha) == ([], ["deploy"], FIX)
    assert row.deploy == Deploy.objects.get(sha=AFTER)


def test_deploy_whose_webhook_was_lost_verifies_the_fix_after_the_next_sync(
    connected: Integration, vendor: Fake, fix: Task, run_jobs: Callable[[], None]
) -> None:
    vendor.deploy(FIX)

    run_sync(connected)
    run_jobs()

    assert queued(fix) == ["deploy"]


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_the_comparison_delays_the_verification_and_queues_none(
    connected: Integration, vendor: Fake, fix: Task, run_jobs: Callable[[], None], fault: str
) -> None:
    send_deploy(connected, vendor.deploy_event(vendor.deploy(AFTER)))
    for answer in FAULTS[fault]:
        vendor.next_answer("GET", COMPARISON, answer)
    run_jobs()
    during, note = queued(fix), PullRequest.objects.get(task=fix).note

    run_jobs()

    assert (during, note != "") == ([], True)
    assert (queued(fix), PullRequest.objects.get(task=fix).note) == (["deploy"], "")
