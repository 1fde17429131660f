import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Project
from accounts.services import create_project
from findings.models import Finding
from tests import factories, staff
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(scenario: Scenario) -> Client:
    return staff.logged_in_client(staff.member_of(scenario.organization, "member"))


def projects_in_list(client: Client) -> list[str]:
    """Return the text of each cell of the column with the project."""
    page = client.get(staff.admin_url(Finding, "changelist")).content.decode()
    cells = re.findall(r'<td class="[^"]*field-project[^"]*"[^>]*>(.*?)</td>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells]


def test_list_shows_the_name_of_a_project(scenario: Scenario, member: Client):
    Project.objects.filter(pk=scenario.project.pk).update(name="Web shop")
    factories.finding(scenario)

    assert projects_in_list(member) == ["Web shop"]


def test_slugs_distinguish_projects_of_the_same_name(scenario: Scenario, member: Client):
    Project.objects.filter(pk=scenario.project.pk).update(name="Web shop")
    create_project(scenario.organization, slug="shop-2", site_url="https://two.example.com", name="Web shop")
    factories.finding(scenario)

    assert projects_in_list(member) == ["Web shop production-website"]


def test_organisation_is_below_the_project_for_people_who_have_several(scenario: Scenario):
    user = staff.member_of(scenario.organization, "member")
    other = factories.scenario()
    Membership.objects.create(organization=other.organization, user=user, role="viewer")
    factories.finding(scenario)
    factories.finding(other)

    client = staff.logged_in_client(user)

    # Both organisations have a project of this name: the organisation tells them apart.
    assert sorted(projects_in_list(client)) == sorted(
        f"production-website {each.organization.name}" for each in (scenario, other)
    )


def test_picker_shows_name_and_slug(scenario: Scenario, member: Client):
    Project.objects.filter(pk=scenario.project.pk).update(name="Web shop")
    source = {"app_label": "findings", "model_name": "finding", "field_name": "project"}

    answer = member.get(reverse("admin:autocomplete"), {**source, "term": "web"})

    assert [each["text"] for each in answer.json()["results"]] == ["Web shop · production-website"]
