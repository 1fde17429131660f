"""A sync, whole: the engine, the database and a GitHub on loopback."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from findings.models import Finding, Regression
from integrations import jobs, services
from integrations.models import ExternalLink, Integration, SyncRun
from integrations.providers import NAMED
from integrations.sync import engine
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts, verifications
from tests.fakes.dialects.github import TOKEN, FakeGitHub
from tests.integrations.conftest import CREDENTIALS, MakeTask
from tests.integrations.providers.github.test_tickets import code_alert, dependabot_alert

pytestmark = pytest.mark.django_db
Sync = Callable[[], Integration]
GONE = (502, {}, {})


def last_run() -> SyncRun:
    return SyncRun.objects.order_by("started_at", "id").last()


def change(task: Task, **changes: Any) -> None:
    tasks.update(task.pk, changes=changes, by=SYSTEM)


def verify(task: Task, decide: Callable[..., Any], by: Actor = SYSTEM) -> None:
    pending = Verification.objects.filter(task=task, result="pending").first()
    pending = pending or verifications.run(task.project, task_id=task.pk, by=by)
    decide(pending.pk, by=by)


def labels(github: FakeGitHub, number: int = 1) -> list[str]:
    return [label["name"] for label in github.issues[number]["labels"]]


def test_a_task_becomes_one_issue_and_its_key_lands_on_the_task(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()

    first, second = sync().status, sync().status

    task.refresh_from_db()
    assert (first, second) == ("connected", "connected")
    assert list(github.issues) == [1]
    assert github.issues[1]["title"] == "Send a Content-Security-Policy"
    assert task.external_ticket_key == "acme/web-app#1"
    link = ExternalLink.objects.get(task=task)
    assert (link.state, link.url) == ("linked", "https://github.com/acme/web-app/issues/1")


def test_a_sync_that_went_well_says_when_and_what(sync: Sync, make_task: MakeTask) -> None:
    make_task("One")
    make_task("Two")

    row = sync()

    run = last_run()
    assert (run.outcome, run.pushed, run.pulled, run.refused, run.error) == ("succeeded", 2, 0, [], "")
    assert row.last_sync_at is not None
    assert row.last_error == ""
    assert row.lease_until is None


def test_what_nobody_changed_is_neither_pushed_nor_pulled(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    change(task, status="in_progress", priority="low")
    sync()
    github.requests.clear()

    sync()

    run = last_run()
    task.refresh_from_db()
    assert (run.pushed, run.pulled, run.refused) == (0, 0, [])
    assert [request.method for request in github.requests] == ["GET"] * len(github.requests)
    assert task.status == "in_progress"


def test_a_task_that_has_a_ticket_of_its_own_gets_no_other(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task(external_ticket_key="WEB-7")

    sync()

    assert github.issues == {}


def test_tasks_of_dismissed_findings_and_done_tasks_get_no_issue(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    dismissed, done = make_task("Dismissed"), make_task("Done")
    Finding.objects.filter(pk=dismissed.finding_id).update(status="dismissed")
    verify(done, verdicts.approve)

    sync()

    assert github.issues == {}


def test_changes_of_a_task_go_out(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    task = make_task()
    sync()

    change(
        task,
        title="Send a strict policy",
        status="blocked",
        priority="critical",
        sla_due_at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC),
    )
    sync()

    assert github.issues[1]["title"] == "Send a strict policy"
    assert labels(github) == ["krafter:blocked", "priority:critical"]
    assert "**Due:** 2027-01-02 03:04 UTC" in github.issues[1]["body"]
    assert github.issues[1]["state"] == "open"


def test_an_approval_closes_the_issue_and_a_reopening_opens_it_again(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    verify(task, verdicts.approve)
    sync()
    closed = dict(github.issues[1])
    verdicts.reopen(Verification.objects.get(task=task).pk, by=SYSTEM)
    sync()

    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert (github.issues[1]["state"], github.issues[1]["state_reason"]) == ("open", "reopened")
    assert labels(github) == ["krafter:in_progress", "priority:medium"]
    task.refresh_from_db()
    assert task.status == "in_progress"


def test_an_issue_closed_there_makes_the_task_ready_and_queues_one_verification(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.touch(1, state="closed", state_reason="completed")
    sync()
    sync()

    task.refresh_from_db()
    assert task.status == "ready_verify"
    assert [v.result for v in Verification.objects.filter(task=task)] == ["pending"]
    assert github.issues[1]["state"] == "closed"
    assert labels(github) == ["krafter:ready_verify", "priority:medium"]


def test_a_fix_that_is_refused_here_opens_the_issue_that_was_closed_there(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, state="closed", state_reason="completed")
    sync()

    verify(task, verdicts.reopen)
    sync()

    assert github.issues[1]["state"] == "open"
    assert Regression.objects.count() == 1


def test_an_issue_reopened_there_takes_the_task_back_to_work(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, state="closed", state_reason="completed")
    sync()

    github.touch(1, state="open", state_reason="reopened")
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"
    assert github.issues[1]["state"] == "open"


def test_an_issue_reopened_there_after_the_approval_is_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    sync()

    github.touch(1, state="open", state_reason="reopened")
    sync()
    told = last_run().refused
    sync()

    task.refresh_from_db()
    assert task.status == "done"
    assert github.issues[1]["state"] == "open"
    assert told == [
        {"what": "acme/web-app#1", "why": "The task is done. Reopen its verification to work on it again."}
    ]


def test_an_approval_here_and_a_reopening_there_since_the_last_sync_are_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, state="closed", state_reason="completed")
    sync()

    verify(task, verdicts.approve)
    github.touch(1, state="open", state_reason="reopened")
    sync()

    task.refresh_from_db()
    assert (task.status, github.issues[1]["state"]) == ("done", "open")
    assert [refused["why"] for refused in last_run().refused] == [
        "It was reopened there while the task was done here."
    ]


def test_an_issue_closed_there_while_a_verification_waits_queues_no_other_and_is_no_complaint(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    verifications.run(task.project, task_id=task.pk, by=SYSTEM)

    github.touch(1, state="closed", state_reason="completed")
    sync()

    task.refresh_from_db()
    assert (task.status, Verification.objects.count(), last_run().refused) == ("ready_verify", 1, [])


def test_an_issue_closed_there_with_the_quota_used_up_makes_the_task_ready_and_says_what_is_missing(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    project.organization.ai_quota = 0
    project.organization.save()

    github.touch(1, state="closed", state_reason="completed")
    row = sync()

    task.refresh_from_db()
    assert (row.status, task.status, Verification.objects.count()) == ("connected", "ready_verify", 0)
    assert last_run().refused[0]["why"].startswith("No verification was queued: The organisation's quota")


def test_an_issue_closed_as_not_planned_is_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.touch(1, state="closed", state_reason="not_planned")
    row = sync()

    task.refresh_from_db()
    assert (row.status, task.status) == ("connected", "backlog")
    assert "dismiss the finding" in last_run().refused[0]["why"]
    assert Verification.objects.count() == 0


def test_the_label_of_work_in_progress_set_there_starts_the_task(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.touch(1, labels=["krafter:in_progress", "priority:medium"])
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"


def test_without_the_right_to_set_labels_nothing_goes_back_and_forth(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    github.keeps_labels = False
    task = make_task()
    sync()
    change(task, status="in_progress")

    sync()
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"
    assert (last_run().pushed, last_run().pulled) == (0, 0)


def test_a_title_changed_there_alone_is_left_as_it_is(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")

    change(task, status="in_progress")
    sync()

    assert github.issues[1]["title"] == "CSP, please"
    assert last_run().refused == []


def test_a_title_changed_on_both_sides_is_a_conflict_for_a_person_and_overwrites_nothing(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")
    sync()

    change(task, title="Send a strict policy", status="blocked")
    row = sync()

    task.refresh_from_db()
    assert row.status == "connected"
    assert (github.issues[1]["title"], task.title) == ("CSP, please", "Send a strict policy")
    assert labels(github) == ["krafter:blocked", "priority:medium"]
    (refused,) = last_run().refused
    assert refused["what"] == "acme/web-app#1"
    assert "changed on both sides" in refused["why"]


def test_the_pull_request_that_refers_to_the_issue_lands_on_the_task(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_a_pull_request_of_work_in_progress_is_found_though_the_issue_did_not_change(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task(status="in_progress")
    sync()
    before = github.issues[1]["updated_at"]
    github.refer(1, "https://github.com/acme/web-app/pull/142")
    github.issues[1]["updated_at"] = before

    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_a_pull_request_that_a_person_named_stays(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task(pr_url="https://github.com/acme/web-app/pull/1")
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/1"


def test_an_answer_that_was_lost_after_the_issue_was_made_does_not_make_another(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()

    def made_but_lost() -> Any:
        github._create(github.requests[-1].body)
        return GONE

    github.next_answer("POST", "/issues$", made_but_lost)
    failed = sync().status
    recovered = sync().status

    task.refresh_from_db()
    assert (failed, recovered) == ("error", "connected")
    assert list(github.issues) == [1]
    assert task.external_ticket_key == "acme/web-app#1"


def test_a_claim_whose_issue_was_never_made_is_taken_up_again(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    github.next_answer("POST", "/issues$", GONE)
    sync()
    left = ExternalLink.objects.get(task=task).state

    sync()

    assert left == "claimed"
    assert list(github.issues) == [1]
    assert ExternalLink.objects.get(task=task).state == "linked"


def test_one_task_that_is_refused_does_not_stop_the_others(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")
    github.next_answer("POST", "/issues$", (422, {}, {"message": "Validation Failed"}))

    row = sync()

    assert row.status == "connected"
    assert [issue["title"] for issue in github.issues.values()] == ["Two"]
    assert [link.task.title for link in ExternalLink.objects.all()] == ["Two"]
    assert last_run().refused == [
        {
            "what": "One",
            "why": "GitHub refused the request for acme/web-app/issues (status 422: Validation Failed).",
        }
    ]


def test_what_github_echoes_of_a_credential_is_hidden_in_the_log(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    github.next_answer("POST", "/issues$", (422, {}, {"message": f"No: {TOKEN}"}))

    sync()

    assert last_run().refused[0]["why"].endswith("(status 422: No: [hidden]).")


def test_an_issue_that_was_deleted_there_is_told_and_the_rest_goes_on(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    first, second = make_task("One"), make_task("Two")
    sync()
    del github.issues[1]
    change(first, status="blocked")
    change(second, status="blocked")

    row = sync()

    assert row.status == "connected"
    assert labels(github, 2) == ["krafter:blocked", "priority:medium"]
    assert last_run().refused[0]["what"] == "acme/web-app#1"


def test_alerts_come_in_as_security_findings(sync: Sync, github: FakeGitHub, project: Project) -> None:
    github.alerts = {"code-scanning": [code_alert(severity="error")], "dependabot": [dependabot_alert()]}

    sync()

    found = Finding.objects.filter(project=project).order_by("title")
    assert [(f.title, f.domain, f.severity, f.status) for f in found] == [
        ("Cross-site scripting (code scanning alert 7)", "security", "high", "new"),
        ("django: Information leakage (Dependabot alert 2)", "security", "high", "new"),
    ]
    assert found[1].evidence["url"] == "https://github.com/acme/web-app/security/dependabot/2"
    assert found[1].evidence["source"] == "acme/web-app/dependabot/2"
    assert found[1].affected_assets == [{"type": "file", "value": "requirements.txt"}]
    assert last_run().pulled == 2


def test_an_unchanged_alert_does_not_set_back_what_a_person_decided(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    Finding.objects.filter(project=project).update(severity="low")

    sync()

    assert Finding.objects.get(project=project).severity == "low"
    assert last_run().pulled == 0


def test_an_alert_that_is_still_open_after_its_finding_was_resolved_is_one_regression(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    Finding.objects.filter(project=project).update(status="resolved")

    sync()
    sync()

    assert [r.trigger for r in Regression.objects.all()] == ["scan_detected"]
    assert Finding.objects.get(project=project).status == "in_progress"


@pytest.mark.parametrize("status", [403, 404])
def test_alerts_that_are_switched_off_are_noted_and_no_error(
    sync: Sync, github: FakeGitHub, status: int
) -> None:
    github.alerts = {"code-scanning": status, "dependabot": status}

    row = sync()

    assert row.status == "connected"
    assert [note.split(" are not available")[0] for note in last_run().notes] == [
        "The code scanning alerts",
        "The Dependabot alerts",
    ]


def test_a_rate_limit_pauses_the_sync_and_the_next_run_goes_on(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, integration: Integration
) -> None:
    make_task("One")
    make_task("Two")
    github.next_answer("POST", "/issues$", lambda: github._create(github.requests[-1].body))
    github.next_answer("POST", "/issues$", (403, {"retry-after": "120"}, {}))

    row = sync()
    paused = (row.status, last_run().outcome, len(github.issues))
    wait = row.not_before - timezone.now()
    engine.sync(row.pk)
    too_early = len(github.issues)
    Integration.objects.update(not_before=timezone.now())
    engine.sync(row.pk)

    row.refresh_from_db()
    assert paused == ("syncing", "paused", 1)
    assert timedelta(seconds=110) < wait <= timedelta(seconds=120)
    assert too_early == 1
    assert (row.status, len(github.issues)) == ("connected", 2)


def test_a_rate_limit_of_an_hour_is_an_error_that_says_when(sync: Sync, github: FakeGitHub) -> None:
    github.next_answer("GET", "/web-app$", (429, {"retry-after": "3600"}, {}))

    row = sync()

    assert row.status == "error"
    assert row.last_error.startswith("GitHub lets us in again at ")


def test_a_run_whose_time_is_up_goes_on_in_the_next(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    monkeypatch.setattr("integrations.sync.run.BUDGET", -1.0)

    row = sync()
    stopped = (row.status, last_run().outcome)
    monkeypatch.undo()
    monkeypatch.setenv("KRAFTER_GITHUB_URL", github.url)
    engine.sync(row.pk)

    row.refresh_from_db()
    assert stopped == ("syncing", "paused")
    assert (row.status, len(github.issues)) == ("connected", 1)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((401, {}, {"message": "Bad credentials"}), "does not accept the token"),
        ((404, {}, {"message": "Not Found"}), "shows no acme/web-app"),
        ((301, {}, {}), "has moved"),
    ],
)
def test_a_refusal_ends_in_a_sentence_and_the_next_sync_works(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, answer: Any, sentence: str
) -> None:
    task = make_task()
    github.next_answer("GET", "/web-app$", answer)

    row = sync()
    failed = (row.status, row.last_error, row.last_sync_at)
    recovered = sync().status

    assert failed[0] == "error"
    assert sentence in failed[1]
    assert failed[2] is None
    assert recovered == "connected"
    task.refresh_from_db()
    assert task.external_ticket_key == "acme/web-app#1"


def test_a_token_that_is_revoked_in_the_middle_ends_the_sync(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")

    def revoked() -> Any:
        github.token = "another"
        return 401, {}, {"message": "Bad credentials"}

    github.next_answer("POST", "/issues$", revoked)

    row = sync()

    assert (row.status, len(github.asked("POST"))) == ("error", 1)
    assert "does not accept the token" in row.last_error


def test_a_provider_that_is_away_is_an_error_and_the_next_sync_works(sync: Sync, github: FakeGitHub) -> None:
    for _ in range(3):
        github.next_answer("GET", "/web-app$", GONE)

    row = sync()
    failed = (row.status, row.last_error)

    assert failed == ("error", "GitHub answered with status 502.")
    assert sync().status == "connected"


@pytest.mark.parametrize("provider", ["ga4", "gsc", "sentry", "gitlab", "jira", "linear", "cloudflare"])
def test_a_provider_without_an_adapter_says_so_and_never_pretends(
    project: Project, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(NAMED, provider)
    row = services.connect(project, provider, credentials={"token": "secret"}, by=SYSTEM)
    services.request_sync(project, provider, by=SYSTEM)

    engine.sync(row.pk)

    row.refresh_from_db()
    assert (row.status, row.last_sync_at) == ("error", None)
    assert row.last_error == f"This build has no adapter for {provider} yet: nothing was exchanged."


def test_credentials_that_do_not_open_ask_for_a_new_connection(
    sync: Sync, integration: Integration, project: Project
) -> None:
    other = services.connect(project, "gitlab", credentials={"token": "x"}, by=SYSTEM)
    Integration.objects.filter(pk=integration.pk).update(credentials=other.credentials)

    row = sync()

    assert row.status == "error"
    assert row.last_error.endswith("Connect again.")


def test_tasks_get_new_issues_after_a_change_of_repository_and_the_old_ones_again_after_the_way_back(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    old, github.issues = github.issues, {}
    github.repository = "acme/shop"
    services.connect(project, "github", credentials={**CREDENTIALS, "repository": "acme/shop"}, by=SYSTEM)
    sync()
    task.refresh_from_db()
    moved = (task.external_ticket_key, len(github.issues))
    github.issues, github.repository = old, "acme/web-app"
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    sync()

    task.refresh_from_db()
    assert moved == ("acme/shop#1", 1)
    assert (task.external_ticket_key, len(github.issues)) == ("acme/web-app#1", 1)


def test_a_row_that_another_worker_holds_is_left_to_it(
    integration: Integration, project: Project, github: FakeGitHub
) -> None:
    services.request_sync(project, "github", by=SYSTEM)
    Integration.objects.update(lease_until=timezone.now() + timedelta(seconds=30))

    engine.sync(integration.pk)

    assert github.requests == []
    assert Integration.objects.get().status == "syncing"


def test_a_message_for_a_row_that_does_not_sync_does_nothing(
    integration: Integration, github: FakeGitHub
) -> None:
    engine.sync(integration.pk)

    assert github.requests == []
    assert SyncRun.objects.count() == 0


def test_a_run_that_was_killed_is_begun_again_and_told_as_interrupted(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    services.request_sync(project, "github", by=SYSTEM)
    Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1), fence=7, attempts=1)
    SyncRun.objects.create(integration=integration)
    ExternalLink.objects.create(integration=integration, task=task)

    engine.sync(integration.pk)

    outcomes = SyncRun.objects.order_by("started_at", "id").values_list("outcome", flat=True)
    assert list(outcomes) == ["interrupted", "succeeded"]
    assert list(github.issues) == [1]


def test_a_sync_that_always_dies_is_given_up(
    integration: Integration, project: Project, github: FakeGitHub
) -> None:
    services.request_sync(project, "github", by=SYSTEM)
    Integration.objects.update(attempts=5)

    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert integration.status == "error"
    assert "given up after 5 attempts" in integration.last_error
    assert github.requests == []


def test_a_defect_of_ours_ends_in_an_error_and_logs_nothing_of_the_inside(
    sync: Sync, make_task: MakeTask, caplog: pytest.LogCaptureFixture
) -> None:
    make_task()
    Finding.objects.update(recommended_fix={"steps": TOKEN, "summary": {"a": 1}})
    Task.objects.update(title="")
    Finding.objects.update(recommended_fix=[])

    with caplog.at_level(logging.DEBUG):
        row = sync()

    assert (row.status, row.last_error) == ("error", "Something went wrong on our side.")
    assert "AttributeError" in caplog.text
    assert TOKEN not in caplog.text


def test_the_sweep_sends_what_nobody_holds_and_whose_time_has_come(
    integration: Integration, project: Project, sent: list[tuple[str, ...]]
) -> None:
    jobs.sweep()
    services.request_sync(project, "github", by=SYSTEM)
    jobs.sweep()
    Integration.objects.update(not_before=timezone.now() + timedelta(minutes=5))
    jobs.sweep()
    Integration.objects.update(not_before=timezone.now(), lease_until=timezone.now() + timedelta(minutes=5))
    jobs.sweep()

    assert sent == [("integrations.sync", str(integration.pk))]


def test_only_the_newest_runs_are_kept(sync: Sync, integration: Integration) -> None:
    SyncRun.objects.bulk_create(SyncRun(integration=integration, outcome="succeeded") for _ in range(60))

    sync()

    assert SyncRun.objects.count() == 50
    assert last_run().outcome == "succeeded"
