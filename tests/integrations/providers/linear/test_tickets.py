"""Linear: what is sent, how answers are read, what is a refusal and what an outage; then whole syncs."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import ExternalLink, Integration, SyncRun
from integrations.providers.base import Draft, Refused, State, Unavailable
from integrations.providers.linear.graphql import DOCUMENTS
from integrations.providers.linear.tickets import Linear, issue_id
from integrations.sync import engine
from krafter_audit.http.client import Client, Limits
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts, verifications
from tests.fakes.dialects.linear import (
    KEY,
    OTHER_TEAM,
    TEAM,
    FakeLinear,
    complaints_about,
    refusal,
    schema,
    serve,
)
from tests.integrations.conftest import MakeTask

TASK = "018f4f3c-0000-7000-8000-000000000001"
ISSUE = issue_id(TEAM, TASK)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
described = pytest.mark.skipif(
    schema() is None,
    reason="Linear's schema (provider-specs/linear.graphql) does not lie beside this checkout",
)
Sync = Callable[[], Integration]


def draft(**changes: Any) -> Draft:
    usual: dict[str, Any] = {
        "marker": TASK,
        "title": "Send a Content-Security-Policy",
        "status": "backlog",
        "priority": "high",
        "due": datetime(2026, 12, 1, 14, 30, tzinfo=UTC),
        "closed": False,
        "text": "Name a default.\n1. Add the header.",
    }
    return Draft(**{**usual, **changes})


@pytest.fixture
def linear(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLinear]:
    """The far end; afterwards nothing that it was asked or answered may break Linear's schema."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    for far_end in serve():
        monkeypatch.setenv("KRAFTER_LINEAR_URL", far_end.url)
        yield far_end
        assert far_end.complaints == []


@pytest.fixture
def client_out(linear: FakeLinear) -> Iterator[Client]:
    with Client() as client:
        yield client


@pytest.fixture
def adapter(linear: FakeLinear, client_out: Client) -> Linear:
    return made(linear, client_out)


def made(linear: FakeLinear, client: Client, **credentials: Any) -> Linear:
    given = {"api_key": KEY, "team_id": TEAM, **credentials}
    return Linear(client, given, linear.url, sleep=lambda seconds: None)


@described
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.split()[1].partition("(")[0])
def test_every_document_is_one_that_linear_s_schema_allows(document: str) -> None:
    assert complaints_about(document) == ()


def test_an_issue_carries_title_state_priority_due_date_guidance_and_an_id_of_ours(
    adapter: Linear, linear: FakeLinear
) -> None:
    ticket = adapter.create(draft())

    assert linear.asked("Create") == [
        {
            "input": {
                "id": ISSUE,
                "teamId": TEAM,
                "title": "Send a Content-Security-Policy",
                "description": f"Name a default.\n1. Add the header.\n\n---\n\nKrafter Audit task {TASK}",
                "stateId": "backlog",
                "priority": 2,
                "dueDate": "2026-12-01",
            }
        }
    ]
    assert (ticket.key, ticket.external_id, ticket.marker) == ("ENG-1", f"{TEAM}/{ISSUE}", TASK)
    assert (ticket.url, ticket.state) == ("https://linear.app/acme/issue/ENG-1", State.OPEN)


def test_the_id_of_an_issue_is_a_version_4_uuid_of_its_task_and_team() -> None:
    assert UUID(ISSUE).version == 4
    assert issue_id(TEAM, TASK) == ISSUE
    assert len({ISSUE, issue_id(OTHER_TEAM, TASK), issue_id(TEAM, TASK[:-1] + "2")}) == 3


def test_an_issue_that_was_made_already_is_met_and_not_made_again(
    adapter: Linear, linear: FakeLinear
) -> None:
    first = adapter.create(draft())

    assert adapter.create(draft()) == first
    assert len(linear.issues) == 1


def test_a_refused_issue_that_was_never_made_stays_refused(adapter: Linear, linear: FakeLinear) -> None:
    linear.next_answer("Create", (200, {}, refusal("INPUT_ERROR", "title is too long")))

    with pytest.raises(Refused, match="title is too long"):
        adapter.create(draft())
    assert linear.issues == {}


def test_making_an_issue_is_never_repeated(adapter: Linear, linear: FakeLinear) -> None:
    linear.next_answer("Create", (502, {}, {}))

    with pytest.raises(Unavailable):
        adapter.create(draft())
    assert len(linear.asked("Create")) == 1


def test_a_copy_of_an_issue_is_not_taken_for_the_task_s(adapter: Linear, linear: FakeLinear) -> None:
    adapter.create(draft())
    copy = {**linear.only, "id": "11111111-1111-4111-8111-111111111111", "number": 2}
    linear.issues[copy["id"]] = copy

    assert [t.marker for page in adapter.tickets(LONG_AGO) for t in page] == [None, TASK]


def test_an_issue_says_where_its_task_is(adapter: Linear, linear: FakeLinear) -> None:
    ticket = adapter.create(draft(url="https://audit.acme.example/task/1"))

    assert linear.only["description"].endswith(f"task {TASK}\nhttps://audit.acme.example/task/1")
    assert ticket.marker == TASK


def test_text_of_a_finding_calls_nobody(adapter: Linear, linear: FakeLinear) -> None:
    adapter.create(draft(text="ask @everyone"))

    assert "@everyone" not in linear.only["description"]


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [
        ({}, KEY),
        ({"api_key": "lin_oauth_abcdef"}, "Bearer lin_oauth_abcdef"),
        ({"token": "abcdef123456"}, "Bearer abcdef123456"),
        ({"token": KEY}, KEY),
    ],
)
def test_a_personal_key_stands_bare_and_a_token_of_a_sign_in_is_a_bearer_s(
    linear: FakeLinear, client_out: Client, credentials: dict[str, str], sent: str
) -> None:
    linear.authorization = sent

    made(linear, client_out, **credentials).check()

    assert [request.headers["authorization"] for request in linear.requests] == [sent]


def test_the_address_of_graphql_itself_may_be_set_too(linear: FakeLinear, client_out: Client) -> None:
    Linear(client_out, {"api_key": KEY, "team_id": TEAM}, f"{linear.url}/graphql").check()

    assert [request.path for request in linear.requests] == ["/graphql"]


@pytest.mark.parametrize(
    ("priority", "number"), [("critical", 1), ("high", 2), ("medium", 3), ("low", 4), ("strange", 0)]
)
def test_a_priority_has_linear_s_number(
    adapter: Linear, linear: FakeLinear, priority: str, number: int
) -> None:
    ticket = adapter.create(draft(priority="low"))

    adapter.update(ticket, draft(priority=priority), ["priority"])

    assert linear.asked("Update") == [{"id": ISSUE, "input": {"priority": number}}]


def test_a_change_sends_only_what_differs_and_leaves_the_text_to_people(
    adapter: Linear, linear: FakeLinear
) -> None:
    ticket = adapter.create(draft())
    linear.touch(description="Rewritten by a person.")

    changed = adapter.update(ticket, draft(title="Send a strict policy", due=None), ["title", "due", "text"])

    assert linear.asked("Update") == [
        {"id": ISSUE, "input": {"title": "Send a strict policy", "dueDate": None}}
    ]
    assert (changed.title, changed.body) == ("Send a strict policy", "Rewritten by a person.")


def test_nothing_is_sent_when_no_field_changes(adapter: Linear, linear: FakeLinear) -> None:
    ticket = adapter.create(draft())

    assert adapter.update(ticket, draft(), []) == ticket
    assert linear.asked("Update") == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("backlog", "backlog"),
        ("in_progress", "progress"),
        ("blocked", "progress"),
        ("ready_verify", "review"),
    ],
)
def test_a_status_is_the_lowest_state_of_its_kind_and_the_last_one_while_it_is_verified(
    adapter: Linear, linear: FakeLinear, status: str, state: str
) -> None:
    adapter.create(draft(status=status))

    assert linear.only["stateId"] == state


def test_a_team_without_a_backlog_has_its_tasks_among_the_unstarted(
    adapter: Linear, linear: FakeLinear
) -> None:
    linear.workflow = (("todo", "unstarted", 0), ("progress", "started", 1))

    adapter.create(draft())

    assert linear.only["stateId"] == "todo"


def test_a_workflow_without_the_kind_is_refused_in_a_sentence(adapter: Linear, linear: FakeLinear) -> None:
    linear.workflow = (("done", "completed", 0),)

    with pytest.raises(Refused, match="no state of the type 'unstarted'"):
        adapter.create(draft())


def test_closing_completes_and_opening_goes_back_to_work(adapter: Linear, linear: FakeLinear) -> None:
    ticket = adapter.create(draft())

    closed = adapter.update(ticket, draft(status="done", closed=True), ["closed", "status"])
    opened = adapter.update(closed, draft(status="in_progress"), ["closed", "status"])

    assert [asked["input"] for asked in linear.asked("Update")] == [
        {"stateId": "done"},
        {"stateId": "progress"},
    ]
    assert (closed.state, opened.state) == (State.CLOSED, State.STARTED)


@pytest.mark.parametrize(
    ("there", "status"),
    [
        ("shipped", "ready_verify"),
        ("canceled", "in_progress"),
        ("review", "in_progress"),
        ("todo", "backlog"),
    ],
)
def test_a_state_that_fits_or_that_people_ended_is_left_as_it_is(
    adapter: Linear, linear: FakeLinear, there: str, status: str
) -> None:
    ticket = adapter.create(draft())
    linear.touch(stateId=there)

    adapter.update(adapter.ticket(ticket.external_id), draft(status=status), ["status"])

    assert linear.only["stateId"] == there
    assert linear.asked("Update") == []


def test_an_issue_that_was_moved_to_another_team_goes_by_that_team_s_workflow(
    adapter: Linear, linear: FakeLinear
) -> None:
    ticket = adapter.create(draft())
    linear.workflow = (("theirs", "completed", 1), ("ready", "started", 0))

    adapter.update(ticket, draft(status="done", closed=True), ["status", "closed"])

    assert linear.only["stateId"] == "theirs"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"stateId": "triage"}, State.OPEN),
        ({"stateId": "later"}, State.OPEN),
        ({"stateId": "todo"}, State.OPEN),
        ({"stateId": "review"}, State.STARTED),
        ({"stateId": "shipped"}, State.CLOSED),
        ({"stateId": "canceled"}, State.DROPPED),
        ({"stateId": "duplicate"}, State.DROPPED),
        ({"stateId": "new"}, State.OPEN),
        ({"trashed": True}, State.DROPPED),
    ],
)
def test_an_issue_is_read_by_category_and_an_unknown_kind_is_open(
    adapter: Linear, linear: FakeLinear, changes: dict[str, Any], state: State
) -> None:
    linear.workflow = (*linear.workflow, ("new", "a kind of tomorrow", 9))
    ticket = adapter.create(draft())
    linear.touch(**changes)

    assert adapter.ticket(ticket.external_id).state == state


def test_all_pages_are_read_by_their_cursors_the_newest_change_first(
    adapter: Linear, linear: FakeLinear
) -> None:
    for last in range(5):
        adapter.create(draft(marker=TASK[:-1] + str(last)))
    linear.page_size = 2

    pages = list(adapter.tickets(datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC)))

    assert [[ticket.key for ticket in page] for page in pages] == [
        ["ENG-5", "ENG-4"],
        ["ENG-3", "ENG-2"],
        ["ENG-1"],
    ]
    assert linear.asked("Issues") == [
        {"team": TEAM, "since": "2020-01-02T03:04:05Z", "after": after}
        for after in (None, "cursor-2", "cursor-4")
    ]


def test_cursors_that_go_in_circles_end(adapter: Linear, linear: FakeLinear) -> None:
    again = {"data": {"issues": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}}}
    for _ in range(3):
        linear.next_answer("Issues", (200, {}, again))

    assert list(adapter.tickets(LONG_AGO)) == [[], []]


def test_the_pull_or_merge_request_attached_last_is_found(adapter: Linear, linear: FakeLinear) -> None:
    ticket = adapter.create(draft())
    linear.attach("https://github.com/acme/web-app/pull/141")
    linear.attach("https://gitlab.com/acme/web-app/-/merge_requests/142")
    linear.attach("https://sentry.io/issues/4711")
    linear.attach("javascript://github.com/acme/web-app/pull/9")
    linear.attach("https://[/pull/1x")
    linear.page_size = 1

    found = adapter.pull_request(ticket.external_id)

    assert found == "https://gitlab.com/acme/web-app/-/merge_requests/142"


def test_an_issue_without_a_pull_request_has_none(adapter: Linear) -> None:
    assert adapter.pull_request(adapter.create(draft()).external_id) is None


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AUTHENTICATION_ERROR", "does not accept the key"),
        ("FORBIDDEN", "denies access"),
        ("INPUT_ERROR", "Entity not found: Team"),
        ("SOMETHING_NEW", "Entity not found: Team"),
    ],
)
def test_an_error_is_a_refusal_in_a_sentence_with_either_status_and_is_not_repeated(
    adapter: Linear, linear: FakeLinear, status: int, code: str, sentence: str
) -> None:
    linear.next_answer("Team", (status, {}, refusal(code, "Entity not found: Team")))

    with pytest.raises(Refused, match=sentence):
        adapter.check()
    assert len(linear.requests) == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the key"),
        (403, "denies access"),
        (404, "no GraphQL at this address"),
        (301, "status 301"),
    ],
)
def test_a_status_without_errors_is_a_refusal_in_a_sentence(
    adapter: Linear, linear: FakeLinear, status: int, sentence: str
) -> None:
    linear.next_answer("Team", (status, {}, b"<html>no</html>"))

    with pytest.raises(Refused, match=sentence):
        adapter.check()


def test_words_meant_for_people_are_the_ones_that_are_told(adapter: Linear, linear: FakeLinear) -> None:
    told = refusal("INPUT_ERROR", "argument validation", userPresentableMessage="The title is empty.")
    linear.next_answer("Team", (400, {}, told))

    with pytest.raises(Refused, match="The title is empty"):
        adapter.check()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (502, b"<html>bad gateway</html>"),
        (500, refusal("INTERNAL_SERVER_ERROR")),
        (200, refusal("INTERNAL_SERVER_ERROR")),
        (200, {"errors": [{"message": "busy", "extensions": {"type": "lock timeout"}}]}),
    ],
)
def test_an_outage_is_tried_three_times_where_that_is_safe(
    adapter: Linear, linear: FakeLinear, status: int, told: Any
) -> None:
    for _ in range(3):
        linear.next_answer("Team", (status, {}, told))

    with pytest.raises(Unavailable):
        adapter.check()
    assert len(linear.requests) == 3


def test_an_outage_that_passes_is_not_noticed(adapter: Linear, linear: FakeLinear) -> None:
    linear.next_answer("Team", (503, {}, b""))

    adapter.check()

    assert len(linear.requests) == 2


def in_ms(seconds: int) -> str:
    return str(int((datetime.now(UTC).timestamp() + seconds) * 1000))


@pytest.mark.parametrize("status", [400, 200, 429])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (lambda: {"Retry-After": "90"}, 90),
        (lambda: {"X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": in_ms(600)}, 600),
        (lambda: {"X-RateLimit-Complexity-Remaining": "0", "X-RateLimit-Complexity-Reset": in_ms(300)}, 300),
        (lambda: {"X-RateLimit-Requests-Remaining": "9", "X-RateLimit-Requests-Reset": in_ms(600)}, 60),
        (lambda: {"X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": "soon"}, 60),
        (dict, 60),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: Linear, linear: FakeLinear, status: int, headers: Callable[[], dict[str, str]], seconds: int
) -> None:
    linear.next_answer("Team", (status, headers(), refusal("RATELIMITED", "Rate limit exceeded")))

    with pytest.raises(Unavailable, match="lets us in again at") as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(linear.requests) == 1


RUBBISH = [
    b"",
    b"<html>",
    b"[]",
    b"null",
    b"\xff",
    b"[" * 100_000,
    b'{"data": null}',
    b'{"errors": 7}',
    b'{"errors": ["x"]}',
]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_an_answer_of_another_form_is_an_outage(adapter: Linear, linear: FakeLinear, rubbish: bytes) -> None:
    linear.next_answer("Team", (200, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.check()


@pytest.mark.parametrize("issue", [None, {}, {"id": "x"}, {"id": ISSUE, "identifier": "ENG-1"}])
def test_an_issue_of_another_form_is_an_outage(adapter: Linear, linear: FakeLinear, issue: Any) -> None:
    told = {"data": {"issueCreate": {"success": True, "issue": issue}}}
    linear.next_answer("Create", (200, {}, told))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.create(draft())


def test_a_change_without_success_is_a_refusal(adapter: Linear, linear: FakeLinear) -> None:
    ticket = adapter.create(draft())
    linear.next_answer("Update", (200, {}, {"data": {"issueUpdate": {"success": False, "issue": None}}}))

    with pytest.raises(Refused, match="did not take the change"):
        adapter.update(ticket, draft(priority="low"), ["priority"])


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_key": ""}, "need a 'api_key'"),
        ({"api_key": "a\r\nX-Evil: 1"}, "need a 'api_key'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a 'token'"),
        ({"team_id": ""}, "need a 'team_id'"),
        ({"team_id": "ENG"}, "must be the UUID of a team"),
    ],
)
def test_unusable_credentials_are_refused_before_anything_is_sent(
    linear: FakeLinear, client_out: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        made(linear, client_out, **credentials).check()
    assert linear.requests == []


@pytest.mark.parametrize("external_id", [f"{OTHER_TEAM}/{ISSUE}", f"{TEAM}/7", TEAM, ""])
def test_an_issue_of_another_team_is_not_ours(adapter: Linear, linear: FakeLinear, external_id: str) -> None:
    assert adapter.owns(f"{TEAM}/{ISSUE}")
    with pytest.raises(Refused, match="not one of the team"):
        adapter.ticket(external_id)
    assert linear.requests == []


def test_a_far_end_that_does_not_answer_in_time_is_an_outage(linear: FakeLinear) -> None:
    def late() -> Any:
        time.sleep(0.2)
        return 200, {}, {}

    for _ in range(3):
        linear.next_answer("Team", late)
    with Client(limits=Limits(read=0.05)) as client, pytest.raises(Unavailable, match="timeout"):
        made(linear, client).check()


def test_no_error_tells_the_key(adapter: Linear, linear: FakeLinear) -> None:
    linear.authorization = "another"

    with pytest.raises(Refused) as caught:
        adapter.check()

    assert KEY not in str(caught.value)


@pytest.fixture
def integration(project: Project, linear: FakeLinear) -> Integration:
    return services.connect(project, "linear", credentials={"api_key": KEY, "team_id": TEAM}, by=SYSTEM)


@pytest.fixture
def sync(integration: Integration) -> Sync:
    def run() -> Integration:
        services.request_sync(integration.project, "linear", by=SYSTEM)
        engine.sync(integration.pk)
        integration.refresh_from_db()
        return integration

    return run


def last_run() -> SyncRun:
    return SyncRun.objects.order_by("started_at", "id").last()


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_a_task_becomes_one_issue_and_its_key_lands_on_the_task(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()

    assert (sync().status, sync().status) == ("connected", "connected")

    task.refresh_from_db()
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert ExternalLink.objects.get(task=task).url == "https://linear.app/acme/issue/ENG-1"
    assert (last_run().pushed, last_run().pulled, last_run().refused) == (0, 0, [])


@pytest.mark.parametrize("found_by", ["its marker", "its id"])
def test_an_answer_that_was_lost_after_the_issue_was_made_does_not_make_another(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, found_by: str
) -> None:
    task = make_task()

    def made_but_lost() -> Any:
        linear._create(linear.requests[-1].variables)
        if found_by == "its id":
            linear.touch(description="A person emptied it.")
        return 502, {}, {}

    linear.next_answer("Create", made_but_lost)
    failed, recovered = sync().status, sync().status

    task.refresh_from_db()
    assert (failed, recovered) == ("error", "connected")
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert len(linear.asked("Create")) == (2 if found_by == "its id" else 1)


def test_changes_of_a_task_go_out(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    task = make_task()
    sync()

    changes = {
        "title": "Send a strict policy",
        "status": "in_progress",
        "priority": "critical",
        "sla_due_at": datetime(2027, 1, 2, 3, 4, tzinfo=UTC),
    }
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()

    picture = {name: linear.only[name] for name in ("title", "stateId", "priority", "dueDate")}
    assert picture == {
        "title": "Send a strict policy",
        "stateId": "progress",
        "priority": 1,
        "dueDate": "2027-01-02",
    }


def test_an_approval_completes_the_issue_and_a_reopening_takes_it_back_to_work(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()
    sync()

    verification = verifications.run(task.project, task_id=task.pk, by=SYSTEM)
    verdicts.approve(verification.pk, by=SYSTEM)
    sync()
    approved = linear.only["stateId"]
    verdicts.reopen(verification.pk, by=SYSTEM)
    sync()

    assert (approved, linear.only["stateId"], status_of(task)) == ("done", "progress", "in_progress")


def test_an_issue_started_completed_and_reopened_there_takes_the_task_along(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task, seen = make_task(), []
    sync()

    for state in ("review", "shipped", "todo"):
        linear.touch(stateId=state)
        sync()
        seen.append((status_of(task), linear.only["stateId"]))

    assert seen == [("in_progress", "review"), ("ready_verify", "shipped"), ("in_progress", "progress")]
    assert Verification.objects.filter(task=task).count() == 1


def test_an_issue_canceled_there_is_left_for_a_person(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()
    sync()

    linear.touch(stateId="canceled")
    sync()

    assert (status_of(task), linear.only["stateId"]) == ("backlog", "canceled")
    assert "dismiss the finding" in last_run().refused[0]["why"]


def test_the_pull_request_attached_to_the_issue_lands_on_the_task(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task(status="in_progress")
    sync()

    linear.attach("https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_tasks_get_new_issues_after_a_change_of_team_and_the_old_ones_again_after_the_way_back(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, project: Project
) -> None:
    task, keys = make_task(), []
    for team in (TEAM, OTHER_TEAM, TEAM):
        linear.team = team
        services.connect(project, "linear", credentials={"api_key": KEY, "team_id": team}, by=SYSTEM)
        sync()
        task.refresh_from_db()
        keys.append(task.external_ticket_key)

    assert keys == ["ENG-1", "ENG-2", "ENG-1"]
    assert set(linear.issues) == {issue_id(TEAM, str(task.pk)), issue_id(OTHER_TEAM, str(task.pk))}


def test_what_linear_echoes_of_the_key_is_hidden_in_the_log(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    make_task()
    linear.next_answer("Create", (200, {}, refusal("INPUT_ERROR", f"No: {KEY}")))

    sync()

    assert last_run().refused[0]["why"].endswith("(status 200: No: [hidden]).")


def test_a_rate_limit_pauses_the_sync(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    make_task()
    linear.next_answer("Create", (400, {"Retry-After": "120"}, refusal("RATELIMITED")))

    row = sync()

    assert (row.status, last_run().outcome, linear.issues) == ("syncing", "paused", {})
