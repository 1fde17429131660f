import re
from dataclasses import replace

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


def rename(scenario: Scenario, name: str) -> None:
    Project.objects.filter(pk=scenario.project.pk).update(name=name)


def test_list_shows_the_name_of_a_project(scenario: Scenario, member: Client):
    rename(scenario, "Production website")
    factories.finding(scenario)

    assert projects_in_list(member) == ["Production website"]


def test_slugs_distinguish_projects_of_the_same_name(scenario: Scenario, member: Client):
    rename(scenario, "Production website")
    second = create_project(
        scenario.organization, slug="shop", site_url="https://two.example.com", name="Production website"
    )
    factories.finding(scenario)
    factories.finding(replace(scenario, project=second))

    assert projects_in_list(member) == ["Production website shop", "Production website"]


def test_organisation_is_below_the_project_for_people_who_have_several(scenario: Scenario):
    user = staff.member_of(scenario.organization, "member")
    other = factories.scenario()
    Membership.objects.create(organization=other.organization, user=user, role="viewer")
    rename(other, "Web shop")
    factories.finding(scenario)
    factories.finding(other)

    assert projects_in_list(staff.logged_in_client(user)) == [
        f"Web shop {other.organization.name} · production-website",
        f"production-website {scenario.organization.name}",
    ]


def test_picker_shows_name_and_slug(scenario: Scenario, member: Client):
    rename(scenario, "Web shop")
    source = {"app_label": "findings", "model_name": "finding", "field_name": "project"}

    response = member.get(reverse("admin:autocomplete"), {**source, "term": "web"})

    assert [result["text"] for result in response.json()["results"]] == ["Web shop · production-website"]
