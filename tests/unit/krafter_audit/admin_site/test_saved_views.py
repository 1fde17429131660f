"""Saved views of lists: a person's own, and those shared with an organisation."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Organization, SavedView, User
from findings.models import Finding
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SAVE = "/admin/saved-views/"
QUERY = "quick=open&severity__exact=high&q=cookie&o=-5"


def save(client: Client, name: str = "Open cookies", **more: Any) -> Any:
    body = {"list": "findings.finding", "name": name, "query": QUERY, **more}
    return client.post(SAVE, body, follow=True)


def change(client: Client, view: SavedView, **body: str) -> Any:
    return client.post(f"{SAVE}{view.pk}/", body, follow=True)


def member(organization: Organization, role: str = "member") -> tuple[User, Client]:
    user = staff.member_of(organization, role)
    return user, staff.logged_in_client(user)


def shown(client: Client, query: str = "") -> str:
    page = client.get(admin_url(Finding, "changelist") + query).content.decode()
    return page.partition('aria-label="Saved views"')[2].partition("result-list")[0]


def test_view_is_saved_with_its_filters_and_shown_to_its_owner_alone(scenario: Scenario):
    user, client = member(scenario.organization)
    _, colleague = member(scenario.organization, "owner")

    page = save(client, query=f"{QUERY}&p=3")

    view = SavedView.objects.get()
    assert (view.user, view.organization, view.query) == (
        user, None, "o=-5&q=cookie&quick=open&severity__exact=high",
    )  # fmt: skip
    assert page.redirect_chain == [(f"{admin_url(Finding, 'changelist')}?{view.query}", 302)]
    assert messages_of(page) == ["View “Open cookies” saved."]
    assert ("Open cookies" in shown(client), "Open cookies" in shown(colleague)) == (True, False)


def test_shared_view_is_shown_to_the_members_of_the_organisation(scenario: Scenario):
    _, client = member(scenario.organization)
    _, colleague = member(scenario.organization, "viewer")
    _, other_client = member(factories.scenario().organization)

    save(client, organization=str(scenario.organization.pk))

    assert ("Open cookies" in shown(colleague), "Open cookies" in shown(other_client)) == (True, False)


@pytest.mark.parametrize("case", ["viewer", "member of another organisation"])
def test_view_is_shared_by_members_above_viewer_alone(scenario: Scenario, case: str):
    own = scenario.organization if case == "viewer" else factories.scenario().organization
    _, client = member(own, "viewer" if case == "viewer" else "owner")

    page = save(client, organization=str(scenario.organization.pk))

    assert messages_of(page) == ["Your role does not allow you to share a view with this organisation."]
    assert not SavedView.objects.exists()


def test_same_name_replaces_the_view(scenario: Scenario):
    _, client = member(scenario.organization)

    save(client)
    save(client, query="quick=mine")

    assert list(SavedView.objects.values_list("query", flat=True)) == ["quick=mine"]


def test_same_name_replaces_the_view_that_the_person_shares(scenario: Scenario):
    _, client = member(scenario.organization)

    for query in (QUERY, "quick=mine"):
        save(client, query=query, organization=str(scenario.organization.pk))

    view = SavedView.objects.get()
    assert (view.query, view.organization) == ("quick=mine", scenario.organization)


def test_view_is_renamed_and_deleted(scenario: Scenario):
    _, client = member(scenario.organization)
    save(client)
    view = SavedView.objects.get()

    renamed = change(client, view, name=" Cookies  now ")
    name = SavedView.objects.get().name
    deleted = change(client, view, delete="1")

    assert (messages_of(renamed), name) == (["View “Cookies now” renamed."], "Cookies now")
    assert (messages_of(deleted), SavedView.objects.count()) == (["View “Cookies now” deleted."], 0)


@pytest.mark.parametrize(("role", "allowed"), [("viewer", False), ("member", False), ("admin", True)])
def test_shared_view_of_another_person_is_deleted_by_administrators_alone(
    scenario: Scenario, role: str, allowed: bool
):
    save(member(scenario.organization)[1], organization=str(scenario.organization.pk))
    _, client = member(scenario.organization, role)

    change(client, SavedView.objects.get(), delete="1")

    assert SavedView.objects.exists() != allowed


@pytest.mark.parametrize("role", Membership.Role.values)
def test_view_of_another_person_cannot_be_changed(scenario: Scenario, role: str):
    save(member(scenario.organization)[1])
    _, client = member(scenario.organization, role)

    page = change(client, SavedView.objects.get(), name="Mine now")

    assert messages_of(page) == ["This view was not found among those that you can change."]
    assert SavedView.objects.get().name == "Open cookies"


@pytest.mark.parametrize(
    "invalid", [{"name": ""}, {"name": "\u200b\u2060"}, {"name": "x" * 81}, {"query": f"q={'x' * 3000}"}]
)
def test_invalid_views_are_not_saved(scenario: Scenario, invalid: dict[str, str]):
    page = save(member(scenario.organization)[1], **invalid)

    assert (page.status_code, SavedView.objects.count(), len(messages_of(page))) == (200, 0, 1)


@pytest.mark.parametrize(
    ("invalid", "status"),
    [({"list": "no.list"}, 404), ({"organization": "x"}, 404), ({"list": "auth.group"}, 403)],
)
def test_unknown_and_forbidden_lists_have_no_views(scenario: Scenario, invalid: dict[str, str], status: int):
    page = save(member(scenario.organization)[1], **invalid)

    assert (page.status_code, SavedView.objects.count()) == (status, 0)


def test_number_of_views_is_limited(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("accounts.saved_views.MAX_VIEWS", 1)
    _, client = member(scenario.organization)

    save(client)
    page = save(client, name="Another")

    assert messages_of(page) == ["You have 1 saved views of this list. Delete one first."]
    assert SavedView.objects.count() == 1
