"""Providers call: what is signed and new is kept and looked at, and whoever cannot sign learns nothing."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import hooks, jobs, services
from integrations import sync as engine
from integrations.models import Delivery, Hook, Integration, SyncRun
from integrations.providers.github_hooks import HOOKS
from integrations.providers.hooks import Call
from remediation.models import Task, Verification
from tests import factories
from tests.integrations.conftest import MakeTask
from tests.integrations.fake_github import SPECS, FakeGitHub
from tests.integrations.test_sync import Sync

pytestmark = pytest.mark.django_db
SECRET = "It's a Secret to Everybody"


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def now(ago: timedelta = timedelta()) -> datetime:
    return datetime.now(UTC) - ago


@dataclass
class Sender:
    """One vendor's way to call about the ticket 1, or whatever its first one is."""

    headers: Callable[[bytes], dict[str, str]]
    payload: Callable[[datetime], dict[str, Any]]
    longest: timedelta
    credentials: dict[str, str] = field(default_factory=lambda: {"token": "a-token"})


def issue(moment: datetime, **more: Any) -> dict[str, Any]:
    return {"number": 1, "iid": 1, "id": 10001, "updated_at": moment.isoformat(), **more}


SENDERS: dict[str, Sender] = {
    "github": Sender(
        lambda body: {
            "X-Hub-Signature-256": f"sha256={signature(body)}",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": "one",
        },
        lambda moment: {"action": "closed", "issue": issue(moment)},
        timedelta(days=3),
    ),
    "gitlab": Sender(
        lambda body: {"X-Gitlab-Token": SECRET, "X-Gitlab-Event-UUID": "one"},
        lambda moment: {"object_kind": "issue", "object_attributes": issue(moment, action="close")},
        timedelta(days=3),
    ),
    "jira": Sender(
        lambda body: {
            "X-Hub-Signature": f"sha256={signature(body)}",
            "X-Atlassian-Webhook-Identifier": "one",
        },
        lambda moment: {
            "webhookEvent": "jira:issue_updated",
            "timestamp": int(moment.timestamp() * 1000),
            "issue": {"id": "10001", "fields": {"updated": moment.isoformat()}},
        },
        timedelta(hours=24),
    ),
    "linear": Sender(
        lambda body: {"Linear-Signature": signature(body), "Linear-Delivery": "one"},
        lambda moment: {
            "type": "Issue",
            "action": "update",
            "data": {"id": "2f0d1a46-6b0e-4a52-9b0d-5d9f7c3f0a11", "updatedAt": moment.isoformat()},
            "webhookTimestamp": int(moment.timestamp() * 1000),
        },
        timedelta(seconds=60),
    ),
    "sentry": Sender(
        lambda body: {
            "Sentry-Hook-Signature": signature(body),
            "Sentry-Hook-Resource": "issue",
            "Sentry-Hook-Timestamp": str(json.loads(body)["now"]),
            "Request-ID": "one",
        },
        lambda moment: {"action": "unresolved", "now": int(moment.timestamp())},
        timedelta(minutes=5),
    ),
}


@pytest.fixture(params=sorted(SENDERS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def row(project: Project, provider: str) -> Integration:
    """The provider, connected, with a webhook."""
    made = services.connect(project, provider, credentials=SENDERS[provider].credentials, by=SYSTEM)
    hooks.make(project, provider, secret=SECRET, by=SYSTEM)
    return made


def call(row: Integration, body: bytes, headers: dict[str, str], place: str = "") -> Any:
    address = f"/api/v1/hooks/{row.provider}/{place or row.pk}"
    return Client().post(address, body, content_type="application/json", headers=headers)


def send(row: Integration, ago: timedelta = timedelta(), **changed: str) -> Any:
    sender = SENDERS[row.provider]
    body = json.dumps(sender.payload(now(ago))).encode()
    return call(row, body, {**sender.headers(body), **changed})


def scenario(row: Integration) -> dict[str, Any]:
    row.refresh_from_db()
    return {
        "deliveries": Delivery.objects.count(),
        "status": row.status,
        "last": Hook.objects.values_list("last_delivery_at", flat=True).first() is not None,
    }


UNTOUCHED = {"deliveries": 0, "status": "connected", "last": False}
TAKEN = {"deliveries": 1, "status": "syncing", "last": True}


def test_a_signed_call_is_kept_and_asks_for_a_sync(row: Integration) -> None:
    response = send(row)

    assert (response.status_code, response.json()["data"]) == (202, {"accepted": True})
    assert scenario(row) == TAKEN
    assert row.scope == ("all" if row.provider == "sentry" else "pending")


def test_a_call_is_answered_within_a_fifth_of_a_second(row: Integration) -> None:
    began = time.perf_counter()
    send(row)

    assert time.perf_counter() - began < 0.2


def test_a_forged_call_and_an_address_that_is_not_there_are_the_same_and_change_nothing(
    row: Integration,
) -> None:
    sender = SENDERS[row.provider]
    body = json.dumps(sender.payload(now())).encode()
    headers = sender.headers(body)
    spoilt = {
        name: value.replace(SECRET, "x").replace(signature(body), "0" * 64) for name, value in headers.items()
    }

    refused = [
        call(row, body, spoilt),
        call(row, body, {}),
        call(row, body + b" ", headers)
        if row.provider != "gitlab"
        else call(row, body, {"X-Gitlab-Token": "é"}),
        call(row, body, headers, place=str(SYSTEM.user_id or "01a2146b-c715-79f9-b747-c8d7c983a9c1")),
        call(row, body, headers, place="no-uuid"),
    ]

    told = {(answer.status_code, json.dumps(answer.json()["error"])) for answer in refused}
    assert len(told) == 1
    assert refused[0].status_code == 404
    assert scenario(row) == UNTOUCHED


def test_a_stale_call_is_answered_like_any_other_and_changes_nothing(row: Integration) -> None:
    sender = SENDERS[row.provider]

    late = send(row, ago=sender.longest + timedelta(seconds=2))
    early = send(row, ago=timedelta(minutes=-2))

    assert (late.status_code, early.status_code) == (202, 202)
    assert scenario(row) == UNTOUCHED


def test_a_call_that_is_repeated_changes_nothing_under_another_id_too(row: Integration) -> None:
    sender = SENDERS[row.provider]
    body = json.dumps(sender.payload(now())).encode()
    headers = sender.headers(body)
    other = {name: "two" if value == "one" else value for name, value in headers.items()}
    call(row, body, headers)
    Integration.objects.update(status="connected")

    answers = [call(row, body, headers), call(row, body, other), call(row, body, headers)]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert scenario(row) == {**TAKEN, "status": "connected"}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"issue": 1}', b'"\xff"'])
def test_a_signed_call_that_makes_no_sense_is_taken_and_dropped(row: Integration, body: bytes) -> None:
    headers = {
        "X-Hub-Signature-256": f"sha256={signature(body)}",
        "X-Hub-Signature": f"sha256={signature(body)}",
        "X-Gitlab-Token": SECRET,
        "Linear-Signature": signature(body),
        "Sentry-Hook-Signature": signature(body),
        "X-GitHub-Event": "issues",
    }

    assert call(row, body, headers).status_code == 202
    assert scenario(row)["status"] == "connected"


def test_after_disconnecting_nobody_can_call(row: Integration, project: Project) -> None:
    services.disconnect(project, row.provider, by=SYSTEM)

    assert send(row).status_code == 404
    assert Hook.objects.count() == 0


@pytest.fixture
def connected(integration: Integration) -> Integration:
    """GitHub, with a webhook."""
    hooks.make(integration.project, "github", secret=SECRET, by=SYSTEM)
    return integration


def test_githubs_own_example_of_a_signature_is_right() -> None:
    told = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert HOOKS.is_signed(Call({"x-hub-signature-256": told}, b"Hello, Scenario!"), SECRET)


@pytest.mark.skipif(not (SPECS / "github_webhooks.json").exists(), reason="GitHub's description is not here")
def test_every_call_of_an_issue_that_github_describes_is_understood() -> None:
    described = json.loads((SPECS / "github_webhooks.json").read_text())
    events = sorted(path.removeprefix("/hook/") for path in described["paths"])
    told = {}
    for event in events:
        name = next(
            each
            for each in ("issues", "issue-comment", "dependabot-alert", "code-scanning-alert", "")
            if event.startswith(each)
        )
        payload = {"action": event.removeprefix(name + "-"), "issue": issue(now()), "alert": {"number": 1}}
        sent = Call({"x-github-event": name.replace("-", "_"), "x-github-delivery": "1"}, b"")
        read = HOOKS.read(sent, payload)
        told[event] = (bool(read.tickets), read.findings)

    assert {event for event, (tickets, _) in told.items() if tickets} == {
        event for event in events if event.startswith("issues-")
    }
    assert {event for event, (_, findings) in told.items() if findings} == {
        event for event in events if event.startswith(("code-scanning", "dependabot"))
    }


def test_an_issue_closed_there_is_followed_by_asking_for_it_alone(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    make_task("Another")
    sync()
    github.touch(1, state="closed", state_reason="completed")
    github.requests.clear()

    send(connected)
    engine.sync(connected.pk)

    task.refresh_from_db()
    asked = [request.path.removeprefix("/repos/acme/web-app") for request in github.asked("GET")]
    assert (task.status, Verification.objects.filter(task=task).count()) == ("ready_verify", 1)
    assert asked == ["", "/issues/1", "/issues/1"]
    assert Delivery.objects.get().done_at is not None


def test_our_own_change_coming_back_is_known_and_not_asked_for(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    github.requests.clear()
    known = datetime.fromisoformat(github.issues[1]["updated_at"])

    body = json.dumps(SENDERS["github"].payload(known)).encode()
    call(connected, body, SENDERS["github"].headers(body))
    engine.sync(connected.pk)

    assert [request.path for request in github.asked("GET")] == ["/repos/acme/web-app"]


def test_a_call_that_lies_about_the_state_changes_nothing(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    send(connected)
    engine.sync(connected.pk)

    task.refresh_from_db()
    assert (task.status, Verification.objects.count()) == ("backlog", 0)


def test_a_call_that_comes_while_a_sync_runs_is_looked_at_after_it(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    def meanwhile() -> Any:
        github.touch(1, state="closed", state_reason="completed")
        return 404, {}, {}

    services.request_sync(connected.project, "github", by=SYSTEM)
    row = Integration.objects.get()
    send(connected)
    assert engine._end(row, {"status": "connected", "lease_until": None})
    meanwhile()
    engine.sync(connected.pk)

    task.refresh_from_db()
    assert task.status == "ready_verify"


def test_many_calls_are_one_run(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    before = SyncRun.objects.count()
    for place in range(20):
        sender = SENDERS["github"]
        body = json.dumps({**sender.payload(now()), "place": place}).encode()
        call(connected, body, {**sender.headers(body), "X-GitHub-Delivery": str(place)})

    engine.sync(connected.pk)

    assert SyncRun.objects.count() - before == 1
    assert Delivery.objects.filter(done_at=None).count() == 0


def test_news_of_alerts_is_gathered_for_half_a_minute(connected: Integration) -> None:
    body = json.dumps({"action": "created", "alert": {"number": 1}}).encode()
    headers = {**SENDERS["github"].headers(body), "X-GitHub-Event": "dependabot_alert"}

    call(connected, body, headers)

    connected.refresh_from_db()
    assert connected.scope == "all"
    assert timedelta(seconds=20) < connected.not_before - timezone.now() <= timedelta(seconds=30)


def test_a_body_that_is_too_large_is_refused_unread(connected: Integration) -> None:
    body = b" " * (5 * 1024 * 1024 + 1)

    answer = call(connected, body, SENDERS["github"].headers(body))

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "payload_too_large")


def test_calls_are_counted_by_address(connected: Integration, settings: Settings) -> None:
    settings.KRAFTER_RATE_HOOKS = 2

    caller = Client(REMOTE_ADDR="203.0.113.9")
    address = f"/api/v1/hooks/github/{connected.pk}"

    answers = [caller.post(address, b"{}", content_type="application/json").status_code for _ in range(5)]

    assert (answers[0], answers[-1]) == (404, 429)


def test_only_post_is_taken(connected: Integration) -> None:
    assert Client().get(f"/api/v1/hooks/github/{connected.pk}").status_code == 405


@pytest.fixture
def api() -> factories.Scenario:
    made = factories.scenario()
    services.connect(made.project, "github", credentials={"token": "a-token"}, by=SYSTEM)
    return made


ADDRESS = "integrations/github/webhook"


def test_the_secret_is_shown_once_and_signs_calls(api: factories.Scenario, settings: Settings) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    made = api.client.ask("put", ADDRESS, {}).json()["data"]
    again = api.client.ask("get", ADDRESS).json()["data"]

    row = Integration.objects.get()
    body = json.dumps(SENDERS["github"].payload(now())).encode()
    headers = {
        **SENDERS["github"].headers(body),
        "X-Hub-Signature-256": f"sha256={signature(body, made['secret'])}",
    }
    assert made["url"] == f"https://audit.example.com/api/v1/hooks/github/{row.pk}"
    assert {name: value for name, value in made.items() if name != "secret"} == again
    assert call(row, body, headers).status_code == 202


def test_a_secret_of_the_providers_own_is_not_shown_at_all(api: factories.Scenario) -> None:
    made = api.client.ask("put", ADDRESS, {"secret": SECRET})

    assert "secret" not in made.json()["data"]
    assert SECRET not in made.content.decode()
    assert hooks.secret_of(Hook.objects.get()) == SECRET


def test_a_new_secret_voids_the_one_before(connected: Integration) -> None:
    hooks.make(connected.project, "github", secret=None, by=SYSTEM)

    assert send(connected).status_code == 404


def test_a_webhook_is_taken_away(api: factories.Scenario) -> None:
    api.client.ask("put", ADDRESS, {})

    gone = api.client.ask("delete", ADDRESS)

    assert (gone.status_code, api.client.ask("get", ADDRESS).status_code) == (200, 404)


@pytest.mark.parametrize(("name", "status"), [("cloudflare", 404), ("gitlab", 409), ("unheard_of", 404)])
def test_there_is_no_webhook_where_nobody_calls(api: factories.Scenario, name: str, status: int) -> None:
    assert api.client.ask("put", f"integrations/{name}/webhook", {}).status_code == status


def test_calls_are_forgotten_after_a_week(connected: Integration) -> None:
    send(connected)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=8), done_at=timezone.now())

    jobs.tidy()

    assert Delivery.objects.count() == 0


def test_the_link_that_is_followed_is_of_the_same_place(
    connected: Integration, sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    tasks = [make_task(f"Task {number}") for number in range(11)]
    sync()
    github.touch(11, state="closed", state_reason="completed")
    github.requests.clear()

    send(connected)
    engine.sync(connected.pk)

    assert {request.path for request in github.asked("GET", "/issues/11")} == set()
    assert {task.status for task in Task.objects.filter(pk__in=[task.pk for task in tasks])} == {"backlog"}
