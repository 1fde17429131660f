"""Changes of members, API keys, projects and organisations are in the audit log, with their author."""

from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import ApiKey, Membership, Organization, Project
from accounts.services import create_user
from accounts.sign_in.account_events import log_account_event
from events.models import Event
from tests import factories, staff
from tests.factories import AuditClient, Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(scenario: Scenario) -> str:
    return f"/api/v1/orgs/{scenario.organization.pk}"


def logged() -> list[tuple[str, str, dict[str, Any]]]:
    """Return name, author and data of the events of organisations."""
    rows = Event.objects.filter(project=None).order_by("id")
    return [(row.name, row.actor, row.data) for row in rows]


def test_changes_of_members_are_logged(scenario: Scenario, org: str) -> None:
    path = scenario.client.call("post", f"{org}/members", {"email": "a@example.com"})["location"]
    scenario.client.call("patch", path, {"role": "admin"})
    scenario.client.call("patch", path, {"role": "admin"})
    scenario.client.call("delete", path)

    assert logged() == [
        ("member.added", "api_key", {"email": "a@example.com", "role": "member"}),
        ("member.role_changed", "api_key", {"before": "member", "after": "admin"}),
        ("member.removed", "api_key", {"email": "a@example.com"}),
    ]
    assert {str(event.subject_id) for event in Event.objects.filter(project=None)} == {path.split("/")[-1]}
    assert set(Event.objects.values_list("actor_id", flat=True)) == {scenario.owner.pk}


def test_changes_of_api_keys_are_logged_without_the_key(scenario: Scenario, org: str) -> None:
    issued = scenario.client.call("post", f"{org}/keys", {"name": "CI"})
    scenario.client.call("delete", issued["location"])
    scenario.client.call("delete", issued["location"])

    key = issued.json()["data"]
    assert [(name, data["name"], data["key_prefix"]) for name, _, data in logged()] == [
        ("api_key.issued", "CI", key["key_prefix"]),
        ("api_key.revoked", "CI", key["key_prefix"]),
    ]
    assert key["key"] not in str(logged())


def test_changes_of_projects_are_logged(scenario: Scenario, org: str) -> None:
    body = {"id": "shop", "site_url": "https://shop.example"}
    path = scenario.client.call("post", f"{org}/projects", body)["location"]
    scenario.client.call("patch", path, {"archived": True})

    assert logged() == [
        ("project.created", "api_key", {"slug": "shop", "site_url": "https://shop.example"}),
        ("project.updated", "api_key", {"slug": "shop", "after": {"archived": True}}),
    ]


def test_refused_changes_are_not_logged(scenario: Scenario, org: str) -> None:
    scenario.client.call("delete", f"{org}/members/{scenario.owner.pk}")
    scenario.client.call(
        "post", f"{org}/projects", {"id": "production-website", "site_url": "https://a.example"}
    )

    assert logged() == []


def test_changes_by_command_are_logged_as_the_system() -> None:
    call_command("create_organization", "Acme")
    call_command("set_quota", str(Organization.objects.get().pk), "5")

    assert logged() == [
        ("organization.created", "system", {"name": "Acme"}),
        ("organization.updated", "system", {"after": {"ai_quota": 5}}),
    ]


def test_changes_in_the_admin_are_logged_with_the_staff_user(scenario: Scenario) -> None:
    client, organization = staff.logged_in_client(), scenario.organization
    url = staff.admin_url(Organization, "change", organization.pk)
    user = create_user("b@example.com", organization=factories.scenario().organization)
    added = Membership(organization=organization, user=user, role="viewer")
    before = len(logged())

    data = {"name": "Renamed", "ai_quota": "", **staff.membership_fields(organization, added)}
    response = client.post(url, data)

    assert response.status_code == 302
    assert logged()[before:] == [
        ("organization.updated", "admin", {"after": {"name": "Renamed"}}),
        ("member.added", "admin", {"email": "b@example.com", "role": "viewer"}),
    ]


def test_projects_of_the_admin_are_logged_as_those_of_the_api(scenario: Scenario) -> None:
    client = staff.logged_in_client()
    data = {"slug": "shop", "name": "Shop", "site_url": "https://shop.example"}

    client.post(staff.admin_url(Project, "add"), {"organization": scenario.organization.pk, **data})
    project = Project.objects.get(slug="shop")
    client.post(staff.admin_url(Project, "change", project.pk), {**data, "name": "The shop"})

    assert logged() == [
        ("project.created", "admin", {"slug": "shop", "site_url": "https://shop.example"}),
        ("project.updated", "admin", {"slug": "shop", "after": {"name": "The shop"}}),
    ]


def change_members(scenario: Scenario, **fields: str) -> Any:
    """Send the form of an organisation with its two members, the owner first."""
    data = {"name": scenario.organization.name, "ai_quota": ""}
    data |= staff.membership_fields(scenario.organization)
    url = staff.admin_url(Organization, "change", scenario.organization.pk)
    return staff.logged_in_client().post(url, data | fields)


def test_roles_on_the_page_of_the_organisation_are_logged_with_the_former_one(scenario: Scenario) -> None:
    create_user("m@example.com", organization=scenario.organization)
    before = len(logged())

    change_members(scenario, **{"memberships-0-role": "viewer", "memberships-1-role": "owner"})

    assert logged()[before:] == [
        ("member.role_changed", "admin", {"before": "member", "after": "owner"}),
        ("member.role_changed", "admin", {"before": "owner", "after": "viewer"}),
        ("api_key.revoked", "admin", {"name": "tests", "key_prefix": scenario.key[:12]}),
    ]


def test_page_of_the_organisation_keeps_the_users_of_its_members(scenario: Scenario) -> None:
    create_user("m@example.com", organization=scenario.organization)
    other = factories.scenario().owner
    before = list(Membership.objects.order_by("pk").values("user", "role")), len(logged())

    change_members(scenario, **{"memberships-1-user": str(other.pk)})

    after = list(Membership.objects.order_by("pk").values("user", "role")), len(logged())
    assert after == before


def test_feed_of_the_organisation_is_filtered(scenario: Scenario, org: str) -> None:
    scenario.client.call("post", f"{org}/members", {"email": "a@example.com"})
    scenario.client.call("post", f"{org}/keys", {"name": "CI"})
    factories.finding(scenario)

    def types(query: str = "") -> list[str]:
        return [row["type"] for row in scenario.client.get(f"{org}/events{query}").json()["data"]]

    assert types() == ["api_key.issued", "member.added"]
    assert types("?type=member.*") == ["member.added"]
    assert types("?sort=created_at&created_before=2024-01-01T00:00:00Z") == []
    [row] = scenario.client.get(f"{org}/events?limit=1").json()["data"]
    assert (row["project_id"], row["actor_id"]) == (None, str(scenario.owner.pk))
    wrong = scenario.client.get(f"{org}/events?type=finding.created")
    assert (wrong.status_code, list(wrong.json()["error"]["details"])) == (422, ["type"])


def test_feed_of_the_organisation_is_filtered_by_sign_ins(scenario: Scenario, org: str) -> None:
    log_account_event("sign_in.succeeded", user=scenario.owner)
    log_account_event("password.changed", user=scenario.owner)

    rows = scenario.client.get(f"{org}/events?type=sign_in.*").json()["data"]

    assert [row["type"] for row in rows] == ["sign_in.succeeded"]


def test_members_do_not_read_the_feed_of_the_organisation(scenario: Scenario, org: str) -> None:
    user = create_user("m@example.com", organization=scenario.organization)
    client: AuditClient = factories.api_key(scenario, user=user, scopes=["*"])

    assert client.get(f"{org}/events").json()["error"]["code"] == "insufficient_role"
    assert ApiKey.objects.count() == 2
