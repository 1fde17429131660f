"""A worker that was paused while another took over its lease leaves one open ticket and one comment."""

import re
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, SyncConflict, TicketComment, TicketLink
from remediation.models import Task, Verification
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import MakeTask, run_sync
from tests.unit.integrations.sync.paused_worker import sync_killed, sync_paused
from tests.unit.integrations.sync.scenario import last_run
from tests.unit.integrations.sync.tickets.lost_creations import sync_after_search_lag

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
VENDORS = ["github", "gitlab", "jira"]  # Linear lets us choose the ids
CREATE, COMMENT = r"^POST \S+/issues? ", r"^POST \S+/(comments?|notes) "
FAILED = {"key": "security_header_csp", "before": "failed", "after": "failed", "status": "failed"}


@pytest.fixture
def row(project: Project, tracker: FakeTracker) -> Integration:
    return services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)


def doubled(row: Integration, tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Create two tickets of the only task; return the number of the linked one and of the other."""
    sync_paused(row, monkeypatch, CREATE)
    first, second = tracker.issues
    assert tracker.number_of(TicketLink.objects.get().external_id) == first
    return first, second


def open_numbers(tracker: FakeTracker) -> list[Any]:
    return [number for number, issue in tracker.issues.items() if not tracker.is_closed(issue)]


def named_original(tracker: FakeTracker, number: Any) -> str:
    """Return the last part of the key or URL that follows "Duplicate of" in an issue or its comments."""
    found = re.search(r"Duplicate of (\S+):", str([tracker.issues[number], tracker.comments.get(number)]))
    return re.split("[/-]", found[1])[-1] if found else ""


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_second_ticket_of_a_paused_worker_is_closed_by_the_next_sync(
    row: Integration,
    tracker: FakeTracker,
    make_task: MakeTask,
    monkeypatch: pytest.MonkeyPatch,
    is_killed: bool,
) -> None:
    task = make_task()
    sync_paused(row, monkeypatch, CREATE, is_killed=is_killed)
    first, second = tracker.issues

    sync_after_search_lag(row)

    task.refresh_from_db()
    link = TicketLink.objects.get()
    assert (open_numbers(tracker), tracker.number_of(link.external_id)) == ([first], first)
    assert (named_original(tracker, second), task.external_ticket_key) == ("1", link.key)
    assert (SyncConflict.objects.count(), last_run().refusals) == (0, [])
    assert [note for note in last_run().notes if link.key in note] != []


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_closed_second_ticket_that_a_person_reopens_stays_open(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    first, second = doubled(row, tracker, monkeypatch)
    sync_after_search_lag(row)
    tracker.move(second, "reopen")

    run_sync(row)

    assert open_numbers(tracker) == [first, second]


@pytest.mark.parametrize("step", [r"^POST \S+/transitions ", r"^POST \S+/comment ", r"^PUT \S+/issue/"])
@pytest.mark.parametrize("tracker", ["jira"], indirect=True)
def test_closing_that_was_interrupted_is_completed_by_the_next_sync(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_task()
    first, second = doubled(row, tracker, monkeypatch)
    sync_killed(row, monkeypatch, step)

    sync_after_search_lag(row)

    assert (open_numbers(tracker), named_original(tracker, second), tracker.comment_count) == (
        [first],
        "1",
        1,
    )
    assert tracker.issues[second]["properties"] == {"krafter.task": {"duplicate_of": "SHOP-1"}}


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_second_ticket_stays_open_where_a_person_dropped_the_first(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    first, second = doubled(row, tracker, monkeypatch)
    tracker.move(first, "drop")

    sync_after_search_lag(row)

    assert open_numbers(tracker) == [second]


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_copy_that_a_person_made_stays_open(
    row: Integration, tracker: FakeTracker, make_task: MakeTask
) -> None:
    make_task()
    run_sync(row)
    (number,) = tracker.issues
    copied = tracker.next_number("copies") + 20_000
    names = {"number": copied, "iid": copied, "id": str(copied), "key": "SHOP-20001"}
    issue = tracker.issues[number]
    tracker.issues[copied] = {**issue, **{name: names[name] for name in names.keys() & issue.keys()}}

    run_sync(row)

    assert open_numbers(tracker) == [number, copied]


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_refusal_of_a_paused_worker_leaves_the_ticket_of_the_other_linked(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    routed = tracker.route

    def route(request: Any) -> Any:
        is_second = (
            request.method == "POST" and request.path.endswith(("/issue", "/issues")) and tracker.issues
        )
        return (422, {}, {"message": "Validation Failed"}) if is_second else routed(request)

    monkeypatch.setattr(tracker, "route", route)
    sync_paused(row, monkeypatch, CREATE)

    assert (TicketLink.objects.get().state, len(tracker.issues)) == ("linked", 1)


@pytest.mark.parametrize("is_confirmed", [False, True])
@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_ticket_of_a_paused_worker_is_linked_after_the_other_worker_was_refused(
    row: Integration,
    tracker: FakeTracker,
    make_task: MakeTask,
    monkeypatch: pytest.MonkeyPatch,
    is_confirmed: bool,
) -> None:
    make_task()
    # The other worker tries twice: after the first refusal, the task is one without a link.
    routed, refusals = tracker.route, [(422, {}, {"message": "Validation Failed"})] * 2

    def route(request: Any) -> Any:
        is_creation = request.method == "POST" and request.path.endswith(("/issue", "/issues"))
        if is_creation and refusals:
            return refusals.pop()
        answer = routed(request)
        return answer if is_confirmed or not is_creation else (500, {}, {})

    monkeypatch.setattr(tracker, "route", route)
    sync_paused(row, monkeypatch, CREATE)

    sync_after_search_lag(row)

    (number,) = tracker.issues
    assert tracker.number_of(TicketLink.objects.get(state="linked").external_id) == number


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_ticket_without_a_link_of_a_killed_worker_is_closed_after_another_was_created(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task("Another")
    run_sync(row)
    make_task()
    routed, refusals = tracker.route, [(422, {}, {"message": "Validation Failed"})] * 2

    def route(request: Any) -> Any:
        is_creation = request.method == "POST" and request.path.endswith(("/issue", "/issues"))
        return refusals.pop() if is_creation and refusals else routed(request)

    monkeypatch.setattr(tracker, "route", route)
    sync_paused(row, monkeypatch, CREATE, is_killed=True)
    assert TicketLink.objects.count() == 1

    for _ in range(2):
        sync_after_search_lag(row)

    first, late, second = tracker.issues
    linked = {tracker.number_of(link.external_id) for link in TicketLink.objects.filter(state="linked")}
    assert (open_numbers(tracker), linked) == ([first, second], {first, second})
    assert named_original(tracker, late) == "3"


@pytest.mark.parametrize("tracker", VENDORS, indirect=True)
def test_second_comment_of_a_paused_worker_is_deleted(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Task = make_task()
    run_sync(row)
    verification = Verification.objects.create(project=task.project, task=task, checks=[FAILED])
    TicketComment.objects.create(link=TicketLink.objects.get(), verification=verification)

    sync_paused(row, monkeypatch, COMMENT)

    assert (tracker.comment_count, TicketComment.objects.filter(sent_at=None).count()) == (1, 0)
