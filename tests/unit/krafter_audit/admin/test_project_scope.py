"""A person chooses a project in the header: lists, pickers and the overview show only its rows."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Project
from findings.models import Finding
from remediation.models import Task
from scans.models import SiteCredentials
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHOOSE = "/admin/choose-project/"
# Backups are of the whole installation.
SCOPED = [
    model
    for model, page in admin.site._registry.items()
    if getattr(page, "project_path", "") and model._meta.app_label != "operations"
]


def choose(client: Client, project: Project | None, **more: str) -> Any:
    return client.post(CHOOSE, {"project": str(project.pk) if project else "", **more})


def listed(client: Client, model: type[Model]) -> set[Any]:
    return {row.pk for row in client.get(admin_url(model, "changelist")).context["cl"].queryset}


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_lists_show_the_rows_of_the_chosen_project_until_it_is_cleared(model: type[Model]):
    mine, other = factories.scenario(), factories.scenario()
    wanted, unwanted = ROWS[model](mine), ROWS[model](other)
    client = staff.logged_in_client()

    choose(client, mine.project)
    chosen = listed(client, model)
    choose(client, None)
    cleared = listed(client, model)

    assert (wanted.pk in chosen, unwanted.pk in chosen) == (True, False)
    assert {wanted.pk, unwanted.pk} <= cleared


def test_overview_and_quick_filters_count_the_chosen_project(scenario: Scenario):
    factories.finding(scenario, severity="critical")
    factories.finding(factories.scenario(), severity="critical")
    client = staff.logged_in_client()

    choose(client, scenario.project)
    overview = client.get("/admin/")
    findings = client.get(admin_url(Finding, "changelist"))

    assert overview.context["cards"][0]["number"] == 1
    assert [row["project"] for row in overview.context["projects"]] == [scenario.project]
    assert findings.context["quick_filters"][1]["count"] == "1"
    assert "production-website" in overview.content.decode()


def test_picker_offers_the_chosen_project_alone(scenario: Scenario):
    factories.scenario()
    client = staff.logged_in_client()
    parameters = {"app_label": "findings", "model_name": "finding", "field_name": "project", "term": ""}

    choose(client, scenario.project)
    offered = client.get(reverse("admin:autocomplete"), parameters).json()["results"]

    assert [row["id"] for row in offered] == [str(scenario.project.pk)]


def test_page_of_a_row_opens_and_works_whatever_is_chosen(scenario: Scenario):
    other = factories.task(factories.scenario())
    client = staff.logged_in_client()
    here = admin_url(Task, "change", other.pk)

    choose(client, scenario.project)
    page = client.get(here)
    messages = messages_of(run_action(client, "start", other, _back=here))

    assert page.status_code == 200
    assert messages == ["Fix it: in progress."]


def test_project_of_another_organisation_cannot_be_chosen(scenario: Scenario):
    theirs = factories.finding(factories.scenario())
    client = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.OWNER))

    choose(client, theirs.project)
    listed = client.get(admin_url(Finding, "changelist"))

    assert "project" not in client.session
    assert list(listed.context["cl"].queryset) == []


def test_choice_is_void_when_the_person_has_lost_the_project(scenario: Scenario):
    second = factories.scenario()
    user = staff.member_of(scenario.organization, Membership.Role.MEMBER)
    membership = Membership.objects.create(organization=second.organization, user=user, role="member")
    kept = factories.finding(scenario)
    client = staff.logged_in_client(user)
    choose(client, second.project)

    membership.delete()

    assert list(client.get(admin_url(Finding, "changelist")).context["cl"].queryset) == [kept]


@pytest.mark.parametrize(
    ("kept", "dropped"),
    [
        ("?status__exact=new&q=csp&o=1", "&p=2"),
        ("", "?p=3"),
        ("?status__exact=new", "&project__id__exact=01a22712-9948-70ee-b346-c277dd60c29f"),
    ],
)
def test_choice_keeps_the_filters_of_the_list_and_neither_its_page_nor_its_project(
    scenario: Scenario, kept: str, dropped: str
):
    url = admin_url(Finding, "changelist")

    response = choose(staff.logged_in_client(), scenario.project, next=f"{url}{kept}{dropped}")

    assert response["location"] == f"{url}{kept}"


def test_filter_by_a_project_stays_when_the_choice_is_cleared(scenario: Scenario):
    url = f"{admin_url(Finding, 'changelist')}?project__id__exact={scenario.project.pk}"

    assert choose(staff.logged_in_client(), None, next=f"{url}&p=2")["location"] == url


def test_form_of_a_new_row_begins_with_the_project_of_the_list_or_the_chosen_one(scenario: Scenario):
    other, archived = factories.scenario().project, factories.scenario().project
    Project.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    client = staff.logged_in_client()

    def project_of_form(filtered_by: Project | None) -> Any:
        filters = {"_changelist_filters": f"project__id__exact={filtered_by.pk}"} if filtered_by else {}
        page = client.get(admin_url(SiteCredentials, "add"), filters)
        return page.context["adminform"].form["project"].value()

    before = [project_of_form(None), project_of_form(other), project_of_form(archived)]
    choose(client, scenario.project)
    after = [project_of_form(None), project_of_form(other)]

    assert (before, after) == ([None, other.pk, None], [scenario.project.pk, other.pk])
