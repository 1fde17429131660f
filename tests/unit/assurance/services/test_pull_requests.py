"""Pull requests are followed until a deploy contains their commit; then the fix is verified."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import QuotaMonth, month_of
from assurance import jobs, repositories
from assurance.models import Deploy, PullRequest
from assurance.repositories import RepositoryUnavailable
from assurance.services import deploys, pull_requests
from events.models import Event
from remediation.models import Task, Verification
from remediation.services import tasks, verifications
from tests import factories
from tests.factories import Scenario
from tests.unit.assurance.conftest import set_policy

pytestmark = pytest.mark.django_db
URL = "https://github.com/acme/web-app/pull/7"
MERGED, WITH, WITHOUT = "a" * 40, "b" * 40, "c" * 40


@dataclass
class State:
    sha: str = ""
    is_closed: bool = False


@dataclass
class FakeRepository:
    """The responses of the vendor: change the attributes at any time."""

    state: State = field(default_factory=State)
    containing: set[str] = field(default_factory=lambda: {WITH})
    error: RepositoryUnavailable | None = None
    compared: list[str] = field(default_factory=list)

    def merge_state(self, project_id: Any, url: str) -> State:
        if self.error:
            raise self.error
        return self.state

    def contains(self, project_id: Any, url: str, deployed: str, commit: str) -> bool:
        self.compared.append(deployed)
        return deployed in self.containing


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> FakeRepository:
    fake = FakeRepository()
    monkeypatch.setattr(repositories, "reader", fake)
    return fake


@pytest.fixture
def run_jobs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that processes the events and what they enqueue."""
    queued: list[str] = []
    monkeypatch.setattr(pull_requests, "enqueue", lambda name, pk: queued.append(pk))

    def run() -> None:
        jobs.process_events()
        jobs.enqueue_due_pull_requests()
        while queued:
            jobs.check_pull_request(queued.pop(0))

    return run


def fixed(scenario: Scenario) -> Task:
    """Create a task that waits for its pull request."""
    task = factories.task(scenario)
    return tasks.update(task.pk, changes={"pr_url": URL, "status": "in_progress"}, by=scenario.actor)


def deploy(scenario: Scenario, sha: str, **fields: Any) -> Deploy:
    values = {"environment": "production", "finished_at": timezone.now(), **fields}
    return deploys.record(scenario.project, sha=sha, by=scenario.actor, **values)[0]


def queued(task: Task) -> list[str]:
    return list(Verification.objects.filter(task=task).values_list("trigger", flat=True))


def test_deploy_with_the_merged_commit_queues_a_verification(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    run_jobs()
    repository.state = State(MERGED, is_closed=True)

    live = deploy(scenario, WITH)
    run_jobs()

    row = PullRequest.objects.get(task=task)
    assert (row.status, row.deploy, queued(task)) == ("merged", live, ["deploy"])
    logged = Event.objects.get(name="task.deployed", subject_id=task.pk)
    assert (logged.data["deploy_id"], logged.data["verification_id"]) == (
        str(live.pk),
        str(row.verification_id),
    )


def test_organizations_take_turns(
    scenario: Scenario, time_machine: Any, enqueued: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_requests, "BATCH_SIZE", 2)
    many = [fixed(scenario) for _ in range(3)]
    time_machine.shift(timedelta(minutes=1))
    one = fixed(factories.scenario())
    for task in (*many, one):
        pull_requests.track(task.pk)
    enqueued.clear()

    pull_requests.enqueue_due()

    rows = {str(pk): task for pk, task in PullRequest.objects.values_list("pk", "task")}
    assert [rows[pk] for _, pk in enqueued] == [many[0].pk, one.pk]


def test_deploy_without_the_commit_queues_none_and_is_compared_once(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None], time_machine: Any
) -> None:
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)
    deploy(scenario, WITHOUT)
    for _ in range(3):
        run_jobs()
        time_machine.shift(timedelta(hours=1))
    before = queued(task)

    deploy(scenario, WITH)
    run_jobs()

    assert (before, queued(task)) == ([], ["deploy"])
    assert repository.compared == [WITHOUT, WITH]


def test_open_pull_request_is_checked_again_until_it_is_closed(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None], time_machine: Any
) -> None:
    task = fixed(scenario)
    run_jobs()
    row = PullRequest.objects.get(task=task)
    assert row.next_check_at
    in_minutes = (row.next_check_at - timezone.now()).total_seconds() / 60
    repository.state = State(is_closed=True)
    time_machine.shift(timedelta(minutes=16))
    run_jobs()

    row.refresh_from_db()
    assert 14 < in_minutes <= 15
    assert (row.status, row.next_check_at) == ("closed", None)


@pytest.mark.parametrize(("is_final", "minutes"), [(False, 5), (True, 360)])
def test_pull_request_of_an_unavailable_repository_is_checked_later(
    scenario: Scenario,
    repository: FakeRepository,
    run_jobs: Callable[[], None],
    is_final: bool,
    minutes: int,
) -> None:
    repository.error = RepositoryUnavailable("GitHub is unavailable.", is_final=is_final)
    task = fixed(scenario)

    run_jobs()

    row = PullRequest.objects.get(task=task)
    assert row.next_check_at
    assert row.next_check_at - timezone.now() == pytest.approx(
        timedelta(minutes=minutes), abs=timedelta(seconds=10)
    )
    assert (row.failures, row.note, queued(task)) == (1, "GitHub is unavailable.", [])


@pytest.mark.parametrize("environments", [None, ["blue"]])
def test_only_live_deploys_count(scenario: Scenario, environments: list[str] | None) -> None:
    set_policy(scenario, deploys={"environments": environments})
    url, earlier = f"{scenario.project.site_url}start", timezone.now() - timedelta(minutes=1)
    live = deploy(scenario, WITH, environment="blue", url=url, finished_at=earlier)
    deploy(scenario, WITH, environment="staging")

    assert pull_requests.newest_live_deploy(scenario.project) == live


def test_another_pull_request_of_the_task_replaces_the_first(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)
    run_jobs()

    tasks.update(task.pk, changes={"pr_url": f"{URL}0"}, by=scenario.actor)
    repository.state = State()
    run_jobs()
    followed = PullRequest.objects.get(task=task)
    tasks.update(task.pk, changes={"pr_url": None}, by=scenario.actor)
    run_jobs()

    assert (followed.url, followed.status, followed.merge_sha) == (f"{URL}0", "open", "")
    assert not PullRequest.objects.exists()


def test_running_verification_is_waited_for(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None], time_machine: Any
) -> None:
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)
    running = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    deploy(scenario, WITH)
    run_jobs()
    before = queued(task)

    Verification.objects.filter(pk=running.pk).update(running=False)
    time_machine.shift(timedelta(minutes=3))
    run_jobs()

    assert (before, sorted(queued(task))) == (["requested"], ["deploy", "requested"])


def test_exhausted_quota_is_noted_and_not_tried_again(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    scenario.organization.ai_quota = 0
    scenario.organization.save()
    QuotaMonth.objects.get_or_create(
        organization=scenario.organization, month=month_of(timezone.now().date())
    )
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)

    deploy(scenario, WITH)
    run_jobs()

    row = PullRequest.objects.get(task=task)
    assert (queued(task), row.verification_id, row.deploy_id is None) == ([], None, False)
    assert row.note == "The organisation's quota for this month is used up."


def test_merged_and_not_deployed_is_a_warning_until_it_is_deployed(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    before = pull_requests.warnings_for(task)
    repository.state = State(MERGED, is_closed=True)
    run_jobs()
    merged = pull_requests.warnings_for(task)
    deploy(scenario, WITH)
    run_jobs()

    assert (before, merged, pull_requests.warnings_for(task)) == ([], [pull_requests.NOT_DEPLOYED], [])


def test_verification_that_is_run_by_hand_names_the_missing_deploy(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)
    run_jobs()

    response = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)})

    assert (response.status_code, response.json()["meta"]["warnings"]) == (202, [pull_requests.NOT_DEPLOYED])


def test_policy_warns_of_environments_that_are_no_list(scenario: Scenario) -> None:
    config = {"deploys": {"environments": "production", "only": True}}

    answer = scenario.client.call("put", "policies/current", {"config": config}).json()

    assert answer["meta"]["warnings"] == [
        "deploys.environments is ignored: it must be a list of names of environments.",
        "deploys.only is ignored: the names are environments, scan, releases.",
    ]


def test_pull_request_is_read_in_the_api(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    missing = scenario.client.call("get", f"tasks/{task.pk}/pull-request")
    repository.state = State(MERGED, is_closed=True)
    live = deploy(scenario, WITH)
    run_jobs()

    read = scenario.client.call("get", f"tasks/{task.pk}/pull-request").json()["data"]

    assert missing.status_code == 404
    assert (read["status"], read["merge_sha"], read["deploy_id"]) == ("merged", MERGED, str(live.pk))
    assert read["verification_id"] == str(Verification.objects.get(task=task).pk)


def test_checking_twice_queues_one_verification(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    task = fixed(scenario)
    repository.state = State(MERGED, is_closed=True)
    deploy(scenario, WITH)
    run_jobs()
    row = PullRequest.objects.get(task=task)

    pull_requests.check(row.pk)

    assert queued(task) == ["deploy"]


def test_pull_request_whose_check_raises_is_checked_later(
    scenario: Scenario, repository: FakeRepository, run_jobs: Callable[[], None]
) -> None:
    tasks.update(factories.task(scenario).pk, changes={"pr_url": URL}, by=scenario.actor)
    repository.state = None  # type: ignore[assignment]  # a form that the vendor never had
    now = timezone.now()

    run_jobs()

    row = PullRequest.objects.get()
    assert (row.failures, row.note) == (1, "The pull request could not be checked.")
    assert row.next_check_at
    assert row.next_check_at > now + timedelta(minutes=4)
