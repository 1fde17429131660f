"""The palette finds what the person may see, and chooses a project."""

import unicodedata
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Membership, Project, User
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.django_db
PALETTE, CHOOSE = "/admin/palette/", "/admin/choose-project/"


def search(client: Client, text: str, **more: str) -> dict[str, list[str]]:
    """Return the titles that the palette shows, by the label of their group."""
    groups = client.get(PALETTE, {"q": text, **more}).json()["groups"]
    return {group["label"]: [option["title"] for option in group["options"]] for group in groups}


def test_finds_pages_findings_tasks_and_projects_by_words(scenario: Scenario):
    finding = factories.finding(scenario, title="Session cookies leak")
    task = factories.task(scenario, of=finding, title="Set the cookie flags")
    client = staff.logged_in_client()

    [findings, tasks] = client.get(PALETTE, {"q": "cookie"}).json()["groups"]

    assert search(client, "schedules") == {"Pages": ["Scan schedules"]}
    assert search(client, scenario.organization.name)["Projects"] == ["production-website"]
    assert findings["options"][0]["url"] == admin_url(type(finding), "change", finding.pk)
    assert [option["title"] for option in tasks["options"]] == [task.title]


def test_finds_nothing_of_other_organisations(scenario: Scenario):
    other = factories.scenario()
    factories.task(
        other, of=factories.finding(other, title="Session cookies leak"), title="Set the cookie flags"
    )
    client = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.OWNER))

    assert search(client, "cookie") == {}
    assert search(client, other.organization.name, only="projects") == {}
    assert search(client, "", only="projects") == {"Show the rows of": ["All projects", "production-website"]}


def test_finds_rows_of_the_chosen_project_alone(scenario: Scenario):
    factories.finding(scenario, title="Cookie of the shop")
    factories.finding(factories.scenario(), title="Cookie of the blog")
    client = staff.logged_in_client()

    client.post(CHOOSE, {"project": str(scenario.project.pk)})

    assert search(client, "cookie") == {"Findings": ["Cookie of the shop"]}


def test_finds_only_what_the_person_may_view(scenario: Scenario):
    factories.task(scenario, of=factories.finding(scenario, title="Cookie"), title="Cookie")
    user = User.objects.create_user("viewer@example.com", staff.PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_finding"))

    assert search(staff.logged_in_client(user), "cookie") == {}
    assert search(staff.logged_in_client(user), "tasks") == {}


def test_title_does_not_reverse_what_is_beside_it(scenario: Scenario):
    factories.finding(scenario, title="Cookie\u202e")

    assert search(staff.logged_in_client(), "cookie") == {"Findings": ["Cookie\ufffd"]}


@pytest.mark.parametrize("text", ["\x00", "%", "'", "a", "x" * 5000])
def test_any_text_can_be_searched(scenario: Scenario, text: str):
    assert staff.logged_in_client().get(PALETTE, {"q": text}).status_code == 200


@pytest.mark.parametrize(
    ("next_page", "location"),
    [
        ("/admin/findings/finding/?quick=open", "/admin/findings/finding/?quick=open"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_choice_returns_to_the_page_and_to_no_other_site(scenario: Scenario, next_page: str, location: str):
    response = staff.logged_in_client().post(CHOOSE, {"project": str(scenario.project.pk), "next": next_page})

    assert (response.status_code, response["location"]) == (302, location)


@pytest.mark.parametrize("project", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_unknown_project_shows_all(scenario: Scenario, project: str):
    client = staff.logged_in_client()
    client.post(CHOOSE, {"project": str(scenario.project.pk)})
    before = client.session["project"]

    client.post(CHOOSE, {"project": project})

    assert (before, client.session.get("project")) == (str(scenario.project.pk), None)


@pytest.mark.parametrize("path", [PALETTE, CHOOSE])
def test_members_who_are_not_staff_are_sent_to_the_login(scenario: Scenario, path: str):
    client = staff.logged_in_client(scenario.owner)
    response: Any = client.get(path)

    assert (response.status_code, response["location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_project_is_found_however_its_accents_are_encoded(scenario: Scenario, form: str):
    Project.objects.filter(pk=scenario.project.pk).update(name=unicodedata.normalize(form, "Café"))
    client = staff.logged_in_client()

    found = [
        search(client, unicodedata.normalize(other_form, "café"), only="projects")
        for other_form in ("NFC", "NFD")
    ]

    assert [list(groups.values()) for groups in found] == [[[unicodedata.normalize(form, "Café")]]] * 2
