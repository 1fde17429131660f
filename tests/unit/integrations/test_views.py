"""The API of integrations: list, connect, sync, disconnect, log."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import api_keys
from accounts.actors import SYSTEM
from accounts.models import Project, Scope
from accounts.services import create_organization, create_project, create_user
from integrations import services
from integrations.models import Integration
from integrations.sync import engine
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, Call, MakeTask

pytestmark = pytest.mark.django_db


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_list_has_eight_placeholders_in_order(call: Call) -> None:
    response = call("GET", "integrations")

    names = ["ga4", "gsc", "sentry", "github", "gitlab", "jira", "linear", "cloudflare"]
    assert response.status_code == 200
    assert response.json()["data"] == [
        {
            "id": None,
            "provider": name,
            "status": "disconnected",
            "credentials": {},
            "last_sync_at": None,
            "inserted_at": None,
            "updated_at": None,
        }
        for name in names
    ]
    assert list(response.json()["data"][0]) == [
        "id", "provider", "status", "credentials", "last_sync_at", "inserted_at", "updated_at",
    ]  # fmt: skip
    assert list(response.json()["meta"]) == ["request_id"]


def test_connect_returns_the_integration_and_the_list_contains_it(call: Call, project: Project) -> None:
    response = call("POST", "integrations/github/connect", {"credentials": CREDENTIALS})

    row = response.json()["data"]
    assert response.status_code == 200
    assert list(row) == [
        "id", "org_id", "project_id", "provider", "status", "last_sync_at", "created_at", "updated_at",
    ]  # fmt: skip
    assert row["org_id"] == str(project.organization_id)
    assert (row["project_id"], row["provider"], row["status"]) == (
        "production-website",
        "github",
        "connected",
    )
    assert row["last_sync_at"] is None
    assert call("GET", "integrations").json()["data"][3] == row


def test_list_needs_one_query(
    call: Call, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    call("GET", "integrations")
    with django_assert_num_queries(1):
        call("GET", "integrations")
    for name in ("ga4", "github", "jira"):
        services.connect(project, name, credentials={"token": "x"}, by=SYSTEM)
    with django_assert_num_queries(1):
        call("GET", "integrations")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"credentials": {"token": "x"}, "auth_code": "y"}, "body"),
        ({"credentials": {}}, "credentials"),
        ({"credentials": []}, "credentials"),
        ({"credentials": None}, "credentials"),
        ({"credentials": "x"}, "credentials"),
        ({"auth_code": ""}, "auth_code"),
        ({"auth_code": 7}, "auth_code"),
        ({"credentials": {"a": 1}, "redirect_uri": "https://x.example"}, "redirect_uri"),
        ({"credentials": {"a": 1}, "token": "x"}, "token"),
    ],
)
def test_invalid_connect_is_refused_with_the_field(call: Call, body: Any, field: str) -> None:
    response = call("POST", "integrations/github/connect", body)

    assert code(response) == (422, "invalid_params")
    assert field in response.json()["error"]["details"]
    assert Integration.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "integrations/bitbucket/connect"),
        ("POST", "integrations/bitbucket/sync"),
        ("DELETE", "integrations/bitbucket"),
        ("GET", "integrations/bitbucket/log"),
        ("DELETE", "integrations/github"),
    ],
)
def test_unknown_or_never_connected_provider_is_not_found(call: Call, method: str, path: str) -> None:
    body = {"credentials": {"a": "b"}} if path.endswith("connect") else None

    assert code(call(method, path, body)) == (404, "not_found")


def test_sync_starts_once(call: Call, project: Project) -> None:
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    first = call("POST", "integrations/github/sync")
    second = call("POST", "integrations/github/sync", {})

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["data"]["status"] == "syncing"
    assert first.json()["data"] == second.json()["data"]


def test_sync_of_a_disconnected_provider_is_refused(call: Call, project: Project) -> None:
    never = code(call("POST", "integrations/github/sync"))
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    services.disconnect(project, "github", by=SYSTEM)

    assert never == (409, "not_connected")
    assert code(call("POST", "integrations/github/sync")) == (409, "not_connected")


def test_sync_accepts_no_body(call: Call, project: Project) -> None:
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    assert code(call("POST", "integrations/github/sync", {"full": True})) == (422, "invalid_params")
    assert Integration.objects.get().status == "connected"


def test_disconnect_deletes_the_credentials_and_keeps_the_integration(call: Call, project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    first = call("DELETE", "integrations/github")
    second = call("DELETE", "integrations/github")

    row.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["data"]["status"] == "disconnected"
    assert first.json()["data"]["id"] == str(row.pk)
    assert row.credentials is None
    assert call("GET", "integrations").json()["data"][3] == first.json()["data"]


def test_log_shows_the_changes_of_a_sync(
    call: Call, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    services.sync_now(project, "github", by=SYSTEM)
    engine.sync(row.pk)

    (run,) = call("GET", "integrations/github/log").json()["data"]

    assert list(run) == [
        "id", "outcome", "started_at", "finished_at", "pushed", "pulled", "refusals", "notes", "error",
    ]  # fmt: skip
    assert (run["outcome"], run["pushed"], run["pulled"], run["refusals"]) == ("succeeded", 1, 0, [])
    assert len(run["notes"]) == 2


def test_log_of_a_never_connected_provider_is_empty(call: Call) -> None:
    assert call("GET", "integrations/github/log").json()["data"] == []


def test_integrations_belong_to_one_project(call: Call, project: Project) -> None:
    other = create_project(project.organization, slug="shop", site_url="https://shop.example")
    foreign = create_project(
        create_organization("Other"), slug="production-website", site_url="https://o.example"
    )
    for elsewhere in (other, foreign):
        services.connect(elsewhere, "github", credentials=CREDENTIALS, by=SYSTEM)

    assert {entry["id"] for entry in call("GET", "integrations").json()["data"]} == {None}
    assert code(call("DELETE", "integrations/github")) == (404, "not_found")
    assert Integration.objects.filter(status="connected").count() == 2


def test_read_key_cannot_connect(call: Call, project: Project) -> None:
    user = create_user("reader@acme.example", organization=project.organization)
    _, key = api_keys.issue(project.organization, user=user, name="reads", scopes=[Scope.READ])
    reader = {"authorization": f"Bearer {key}"}

    refused = call("POST", "integrations/github/connect", {"credentials": CREDENTIALS}, **reader)

    assert code(refused) == (403, "insufficient_scope")
    assert call("GET", "integrations", **reader).status_code == 200


def test_times_are_utc_in_whole_seconds(call: Call, project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    Integration.objects.filter(pk=row.pk).update(last_sync_at=timezone.now())

    shown = call("GET", "integrations").json()["data"][3]

    for name in ("last_sync_at", "created_at", "updated_at"):
        assert len(shown[name]) == 20
        assert shown[name].endswith("Z")
