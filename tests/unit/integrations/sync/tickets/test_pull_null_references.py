"""References and deploys that a vendor answers with null are read again, and not taken for none."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import Deploy
from integrations import services
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync, run_sync

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PULL_REQUEST = "https://github.com/acme/web-app/pull/5"


def refer(tracker: FakeTracker, number: Any) -> tuple[str, Any]:
    """Let a pull request refer to an issue; return the path of the references, and one that says nothing."""
    fake: Any = tracker
    if tracker.provider == "github":
        fake.refer(number, PULL_REQUEST)
        return "/timeline$", [{"event": None, "source": None}]
    if tracker.provider == "gitlab":
        fake.merge(number, 5)
        fake.touch(number)
        return "/closed_by$", [{"iid": 5, "web_url": None}]
    fake.links.setdefault(number, []).append({"id": 9, "globalId": "x", "object": {"url": PULL_REQUEST}})
    fake.touch(number)
    return "/remotelink$", [{"id": 9, "object": {"url": None}}]


@pytest.mark.parametrize("tracker", ["github", "gitlab", "jira"], indirect=True)
def test_pull_request_is_found_after_an_answer_with_null(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    run_sync(row)
    path, nothing = refer(tracker, next(iter(tracker.issues)))
    tracker.next_answer("GET", path, (200, {}, nothing))

    for _ in range(2):
        assert run_sync(row).status == "connected"

    task.refresh_from_db()
    assert (task.pr_url or "").endswith("/5")


def test_deploy_is_recorded_after_an_answer_with_null(sync: Sync, github: FakeGitHub) -> None:
    github.deploy("a" * 40)
    github.next_answer("GET", "/statuses$", (200, {}, [{"state": None, "created_at": None}]))

    failed = sync().status
    sync()

    assert (failed, Deploy.objects.count()) == ("error", 1)
