"""Saved views in the API: a user's own, and those shared with the organisation."""

from typing import Any

import pytest

from accounts import saved_views, services
from accounts.actors import SYSTEM
from accounts.errors import InsufficientRole
from accounts.models import Membership, SavedView, User
from krafter_audit.api.errors import Forbidden, NotFound
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BODY = {"list": "findings.finding", "name": "Open cookies", "query": "quick=open&q=cookie"}


def url(scenario: Scenario, view: Any = "") -> str:
    return f"/api/v1/orgs/{scenario.organization.pk}/saved-views{view and f'/{view}'}"


def save(scenario: Scenario, client: AuditClient | None = None, **body: Any) -> Any:
    return (client or scenario.client).call("post", url(scenario), {**BODY, **body})


def colleague(scenario: Scenario, role: str) -> AuditClient:
    """Return the client of a key of another user of the organisation."""
    email = f"colleague-{role}-{User.objects.count()}@example.com"
    user = services.create_user(email, organization=scenario.organization, role=role)
    return factories.api_key(scenario, user=user, scopes=["audit:write"])


def names(scenario: Scenario, client: AuditClient, query: str = "") -> list[str]:
    return [row["name"] for row in client.call("get", url(scenario) + query).json()["data"]]


def test_view_is_saved_read_changed_and_deleted(scenario: Scenario):
    created = save(scenario, query="quick=open&q=cookie&p=3")
    view = created.json()["data"]
    replaced = save(scenario, query="quick=mine")
    changed = scenario.client.call("patch", created["location"], {"name": "Mine", "shared": True})
    deleted = scenario.client.call("delete", created["location"])

    assert (created.status_code, replaced.status_code) == (201, 200)
    assert (view["query"], view["shared"], view["user_id"]) == (
        "q=cookie&quick=open",
        False,
        str(scenario.owner.pk),
    )
    assert view["url"].endswith("/admin/findings/finding/?q=cookie&quick=open")
    assert (changed.json()["data"]["name"], changed.json()["data"]["shared"]) == ("Mine", True)
    assert changed.json()["data"]["query"] == "quick=mine"
    assert (deleted.status_code, scenario.client.call("get", created["location"]).status_code) == (200, 404)


def test_view_that_is_saved_again_without_a_change_keeps_its_etag(scenario: Scenario):
    etags = [save(scenario, query=query)["etag"] for query in ("quick=open", "quick=open", "quick=mine")]

    assert (etags[0] == etags[1], etags[1] == etags[2]) == (True, False)


def test_list_has_own_and_shared_views_of_the_organisation(scenario: Scenario):
    save(scenario, name="Own")
    save(scenario, name="Shared", shared=True)
    elsewhere = services.create_organization("Elsewhere")
    services.set_member(elsewhere, scenario.owner, role="owner")
    saved_views.save(
        scenario.owner, list_name="findings.finding", name="Other", query="", organization_id=elsewhere.pk
    )

    assert names(scenario, scenario.client) == ["Shared", "Own"]
    assert names(scenario, scenario.client, "?shared=false&list=findings.finding") == ["Own"]
    assert names(scenario, colleague(scenario, "member")) == ["Shared"]
    assert (
        save(scenario, name="Other").json()["error"]["message"] == "There is a view with this name already."
    )


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("admin", 200)])
def test_shared_view_of_another_user_is_changed_by_administrators(scenario: Scenario, role: str, status: int):
    view = save(scenario, query="quick=open", shared=True)["location"]

    response = colleague(scenario, role).call("patch", view, {"query": "quick=mine"})

    assert (response.status_code, SavedView.objects.get().query) == (
        status,
        "quick=mine" if status == 200 else "quick=open",
    )


def test_shared_view_is_not_changed_by_its_user_after_they_left(scenario: Scenario):
    user = services.create_user("left@example.com", organization=scenario.organization, role="member")
    view, _ = saved_views.save(
        user, list_name="findings.finding", name="Ours", query="", organization_id=scenario.organization.pk
    )
    services.remove_member(Membership.objects.get(user=user), by=SYSTEM)

    with pytest.raises(NotFound):
        saved_views.update(view.pk, changes={"name": "Call this number"}, by=User.objects.get(pk=user.pk))

    assert SavedView.objects.get().name == "Ours"


def test_shared_view_is_not_replaced_by_its_user_after_they_left(scenario: Scenario):
    user = services.create_user("left@example.com", organization=scenario.organization, role="member")
    values = {"list_name": "findings.finding", "name": "Ours"}
    saved_views.save(user, **values, query="", organization_id=scenario.organization.pk)
    services.remove_member(Membership.objects.get(user=user), by=SYSTEM)
    left = User.objects.get(pk=user.pk)

    with pytest.raises(saved_views.NameTaken):
        saved_views.save(left, **values, query="q=planted", organization_id=None)

    view = SavedView.objects.get()
    assert (view.query, view.organization) == ("", scenario.organization)
    assert list(saved_views.visible(left, "findings.finding")) == []


def test_shared_view_is_not_changed_by_its_user_as_a_viewer(scenario: Scenario):
    user = services.create_user("viewer@example.com", organization=scenario.organization, role="member")
    values = {"list_name": "findings.finding", "name": "Ours", "organization_id": scenario.organization.pk}
    view, _ = saved_views.save(user, **values, query="")
    Membership.objects.filter(user=user).update(role="viewer")
    viewer = User.objects.get(pk=user.pk)

    with pytest.raises(InsufficientRole):
        saved_views.update(view.pk, changes={"name": "Other"}, by=viewer)
    with pytest.raises(InsufficientRole):
        saved_views.delete(view.pk, by=viewer)
    with pytest.raises(saved_views.NameTaken):
        saved_views.save(viewer, **values | {"organization_id": None}, query="")

    assert SavedView.objects.get(name="Ours", organization=scenario.organization).pk == view.pk


@pytest.mark.parametrize("role", ["viewer", None])
def test_own_view_is_not_shared_with_an_organisation_by_a_viewer_or_stranger(
    scenario: Scenario, role: str | None
):
    other = factories.scenario().organization
    user = services.create_user("ada@example.com", organization=scenario.organization if role else other)
    Membership.objects.filter(user=user).update(role=role or "owner")
    view, _ = saved_views.save(
        user, list_name="findings.finding", name="Mine", query="", organization_id=None
    )

    with pytest.raises(Forbidden):
        saved_views.update(view.pk, changes={"organization_id": scenario.organization.pk}, by=user)

    assert SavedView.objects.get().organization is None


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_view_of_another_user_is_not_found(scenario: Scenario, method: str):
    view = save(scenario)["location"]

    response = colleague(scenario, "owner").call(
        method, view, {"name": "Mine"} if method == "patch" else None
    )

    assert (response.status_code, SavedView.objects.get().name) == (404, BODY["name"])


def test_key_that_reads_saves_no_view(scenario: Scenario):
    response = save(scenario, factories.api_key(scenario, scopes=["audit:read"]))

    assert (response.json()["error"]["code"], SavedView.objects.count()) == ("insufficient_scope", 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"list": "no.list"}, "list"),
        ({"name": ""}, "name"),
        ({"query": "x" * 2001}, "query"),
        ({"shared": "yes"}, "shared"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_invalid_views_are_not_saved(scenario: Scenario, wrong: dict[str, Any], field: str):
    response = save(scenario, **wrong)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert not SavedView.objects.exists()


def test_name_of_another_view_is_refused(scenario: Scenario):
    save(scenario, name="First")
    second = save(scenario, name="Second")["location"]

    response = scenario.client.call("patch", second, {"name": "First"})

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_params")


def test_limit_is_of_a_person_and_a_list_and_a_view_can_still_be_replaced(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)

    saved = [
        save(scenario),
        save(scenario, name="Further"),
        save(scenario, query="quick=mine"),
        save(scenario, name="Further", list="remediation.task"),
        save(scenario, colleague(scenario, "admin"), name="Further"),
    ]

    assert [response.status_code for response in saved] == [201, 422, 200, 201, 201]


def test_view_that_is_shared_with_another_organisation_is_not_replaced(scenario: Scenario):
    elsewhere = factories.scenario().organization
    services.set_member(elsewhere, scenario.owner, role="owner")
    owner = User.objects.get(pk=scenario.owner.pk)
    shared = {"list_name": BODY["list"], "name": BODY["name"], "organization_id": elsewhere.pk}
    saved_views.save(owner, **shared, query="")

    refused = save(scenario)
    saved = [
        save(scenario, colleague(scenario, "admin")),
        save(scenario, list="remediation.task"),
        save(scenario, name="Ours", shared=True),
        save(scenario, name="Ours"),
    ]

    assert (refused.status_code, SavedView.objects.get(organization=elsewhere).query) == (422, "")
    assert [response.status_code for response in saved] == [201, 201, 201, 200]


def test_views_of_a_list_are_sorted_by_name(scenario: Scenario):
    for name, label in (("b", BODY["list"]), ("a", BODY["list"]), ("c", "remediation.task")):
        save(scenario, name=name, list=label)

    views = saved_views.visible(scenario.owner, BODY["list"])

    assert [view.name for view in views] == ["a", "b"]


def test_filter_by_an_unknown_list_names_the_lists(scenario: Scenario):
    rejected = scenario.client.call("get", f"{url(scenario)}?list=findings.findings")

    assert rejected.status_code == 422
    assert "findings.finding," in rejected.json()["error"]["details"]["list"][0]
    assert scenario.client.call("get", f"{url(scenario)}?list=findings.finding").json()["data"] == []
