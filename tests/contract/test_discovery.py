"""A developer with a URL and a key finds out everything else, and administers the organisation by role."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiKey, Membership, Project, User
from accounts.services import create_project, create_user
from krafter_audit.api.models import IdempotentResponse
from scans.services import schedules
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(scenario: Scenario) -> str:
    return f"/api/v1/orgs/{scenario.organization.pk}"


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def member_client(scenario: Scenario, role: str) -> AuditClient:
    """Return a client with a key of a new member."""
    user = create_user(f"{role}@example.com", organization=scenario.organization, role=role)
    return factories.api_key(scenario, user=user, scopes=["audit:read" if role == "viewer" else "*"])


def test_me_says_who_the_key_is_and_what_it_may_do(scenario: Scenario):
    me = scenario.client.get("/api/v1/me").json()["data"]

    assert (me["user"]["id"], me["user"]["email"], me["user"]["role"]) == (
        str(scenario.owner.pk),
        scenario.owner.email,
        "owner",
    )
    assert me["organization"]["id"] == str(scenario.organization.pk)
    assert (me["key"]["key_prefix"], me["key"]["scopes"], me["key"]["projects"]) == (
        scenario.key[:12],
        ["*"],
        [],
    )
    assert [project["id"] for project in me["projects"]] == ["production-website"]
    assert me["limits"]["key"] is None
    assert scenario.key not in str(me)


def test_orgs_has_the_organisation_of_the_key_alone(scenario: Scenario):
    factories.scenario()

    body = scenario.client.get("/api/v1/orgs").json()

    assert [organization["id"] for organization in body["data"]] == [str(scenario.organization.pk)]


def test_project_is_created_changed_archived_and_restored(scenario: Scenario, org: str):
    body = {"id": "shop", "site_url": "https://shop.example"}

    created = scenario.client.call("post", f"{org}/projects", body)
    path = created["location"]
    renamed = scenario.client.call("patch", path, {"name": "Shop"})
    archived = scenario.client.call("patch", path, {"archived": True})
    refused = scenario.client.call("post", f"{path}/audit/findings", {"domain": "seo", "title": "A"})
    read = scenario.client.call("get", f"{path}/audit/findings")
    tested = scenario.client.call("post", f"{path}/audit/policies/test", {"config": {}})
    scenario.client.call("patch", path, {"archived": False})
    allowed = scenario.client.call("post", f"{path}/audit/findings", {"domain": "seo", "title": "A"})

    assert (created.status_code, path, created.json()["data"]["name"]) == (
        201,
        f"{org}/projects/shop",
        "shop",
    )
    assert renamed.json()["data"]["name"] == "Shop"
    assert archived.json()["data"]["archived_at"] is not None
    assert code(refused) == (409, "project_archived")
    assert (read.status_code, tested.status_code, allowed.status_code) == (200, 200, 201)
    assert [project["id"] for project in scenario.client.get(f"{org}/projects").json()["data"]] == [
        "shop",
        "production-website",
    ]


def test_archived_project_is_not_scanned_by_schedule(scenario: Scenario, enqueued: list[Any]):
    schedules.apply_config(scenario.project, {"scans": {"schedule": "daily", "hour": 3}})
    schedules.ScanSchedule.objects.update(next_at=timezone.now() - timedelta(hours=1))
    Project.objects.update(archived_at=timezone.now())

    assert schedules.start_due() == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": "production-website", "site_url": "https://a.example"}, (409, "slug_taken")),
        ({"id": "No Slug", "site_url": "https://a.example"}, (422, "invalid_params")),
        ({"id": "a", "site_url": "ftp://a.example"}, (422, "invalid_params")),
        ({"id": "a", "site_url": "http://vault.internal"}, (422, "invalid_params")),
        ({"id": "a", "site_url": "https://10.0.0.1"}, (422, "invalid_params")),
        ({"id": "a"}, (422, "invalid_params")),
    ],
)
def test_invalid_project_is_rejected(scenario: Scenario, org: str, body: Any, expected: Any):
    assert code(scenario.client.call("post", f"{org}/projects", body)) == expected
    assert Project.objects.filter(organization=scenario.organization).count() == 1


def test_member_is_invited_promoted_and_removed(scenario: Scenario, org: str):
    body = {"email": "New@Example.com", "role": "viewer"}

    invited = scenario.client.call("post", f"{org}/members", body)
    again = scenario.client.call("post", f"{org}/members", {**body, "role": "admin"})
    path = invited["location"]
    promoted = scenario.client.call("patch", path, {"role": "admin"})
    removed = scenario.client.call("delete", path)

    assert (invited.status_code, again.status_code) == (201, 200)
    assert (invited.json()["data"]["email"], again.json()["data"]["role"]) == ("new@example.com", "viewer")
    assert (promoted.json()["data"]["role"], removed.status_code) == ("admin", 200)
    assert scenario.client.get(path).status_code == 404
    assert not User.objects.get(email="new@example.com").has_usable_password()


def test_admin_who_becomes_a_member_loses_the_keys_that_write(scenario: Scenario, org: str):
    client = member_client(scenario, "admin")
    user = User.objects.get(email="admin@example.com")
    key = ApiKey.objects.get(user=user)
    path = f"{org}/members/{user.pk}"

    changed = scenario.client.call("patch", path, {"role": "member"})
    again = scenario.client.call("patch", path, {"role": "member"})

    assert changed.json()["meta"]["warnings"] == [f"The API key {key} is revoked."]
    assert (again.status_code, "warnings" in again.json()["meta"]) == (200, False)
    assert client.call("get", "tasks").status_code == 401


def test_the_last_owner_stays(scenario: Scenario, org: str):
    path = f"{org}/members/{scenario.owner.pk}"

    assert code(scenario.client.call("delete", path)) == (409, "last_owner")
    assert code(scenario.client.call("patch", path, {"role": "admin"})) == (409, "last_owner")
    assert Membership.objects.get(user=scenario.owner).role == "owner"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "projects", {"id": "a", "site_url": "https://a.example"}),
        ("patch", "projects/production-website", {"name": "A"}),
        ("post", "members", {"email": "a@example.com"}),
        ("post", "keys", {"name": "a"}),
        ("get", "keys", None),
    ],
)
def test_members_do_not_administer(scenario: Scenario, org: str, method: str, path: str, body: Any):
    response = member_client(scenario, "member").call(method, f"{org}/{path}", body)

    assert code(response) == (403, "insufficient_role")


def test_viewers_do_not_list_keys(scenario: Scenario, org: str):
    response = member_client(scenario, "viewer").call("get", f"{org}/keys")

    assert code(response) == (403, "insufficient_role")


def test_an_admin_does_not_touch_owners(scenario: Scenario, org: str):
    admin = member_client(scenario, "admin")
    owner = f"{org}/members/{scenario.owner.pk}"
    self = f"{org}/members/{User.objects.get(email='admin@example.com').pk}"

    refused = [
        admin.call("patch", owner, {"role": "viewer"}),
        admin.call("delete", owner),
        admin.call("patch", self, {"role": "owner"}),
        admin.call("post", f"{org}/members", {"email": "a@example.com", "role": "owner"}),
    ]

    assert [code(response) for response in refused] == [(403, "insufficient_role")] * 4


def test_key_is_issued_used_and_revoked(scenario: Scenario, org: str):
    body = {"name": "CI", "scopes": ["audit:write"], "projects": ["production-website"], "rate_limit": 50}

    issued = scenario.client.call("post", f"{org}/keys", body, idempotency_key="once")
    again = scenario.client.call("post", f"{org}/keys", body, idempotency_key="once")
    key, row = issued.json()["data"]["key"], again.json()["data"]
    client = AuditClient(scenario.project, key)
    used = client.call("get", "tasks")
    revoked = scenario.client.call("delete", issued["location"])

    assert (issued.status_code, used.status_code, used["x-ratelimit-limit"]) == (201, 200, "50")
    assert (row["id"], row["key"]) == (issued.json()["data"]["id"], None)
    assert (row["projects"], row["scopes"]) == (["production-website"], ["audit:write"])
    assert revoked.json()["data"]["revoked_at"] is not None
    assert client.call("get", "tasks").status_code == 401
    assert key.encode() not in bytes(IdempotentResponse.objects.get().body)
    assert key not in str(scenario.client.get(f"{org}/keys").json())


def test_bound_key_sees_its_projects_alone_and_does_not_administer(scenario: Scenario, org: str):
    create_project(scenario.organization, slug="other", site_url="https://other.example")
    client = factories.api_key(scenario, scopes=["*"], projects=[scenario.project])

    assert client.call("get", "tasks").status_code == 200
    assert client.get(f"{org}/projects/other/audit/tasks").status_code == 404
    assert [project["id"] for project in client.get(f"{org}/projects").json()["data"]] == [
        "production-website"
    ]
    assert [project["id"] for project in client.get("/api/v1/me").json()["data"]["projects"]] == [
        "production-website"
    ]
    assert code(client.call("post", f"{org}/keys", {"name": "wider"})) == (403, "insufficient_role")


def test_key_does_not_issue_a_wider_or_longer_one(scenario: Scenario, org: str):
    end = timezone.now() + timedelta(days=1)
    client = factories.api_key(scenario, scopes=["audit:write"], expires_at=end)
    later = (end + timedelta(days=1)).isoformat()
    bodies = [
        {"name": "a", "scopes": ["*"], "expires_at": end.isoformat()},
        {"name": "a", "expires_at": later},
        {"name": "a"},
        {"name": "a", "projects": ["elsewhere"], "expires_at": end.isoformat()},
    ]

    fields = [list(client.call("post", f"{org}/keys", body).json()["error"]["details"]) for body in bodies]

    assert fields == [["scopes"], ["expires_at"], ["expires_at"], ["projects"]]
    assert ApiKey.objects.count() == 2


def test_rows_of_another_organisation_are_not_found(scenario: Scenario, org: str):
    other = factories.scenario()
    key = ApiKey.objects.get(organization=other.organization)

    assert code(scenario.client.get(f"{org}/members/{other.owner.pk}")) == (404, "not_found")
    assert code(scenario.client.call("delete", f"{org}/keys/{key.pk}")) == (404, "not_found")
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None
