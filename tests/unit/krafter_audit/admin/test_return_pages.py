import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import RequestFactory

from krafter_audit.admin.return_pages import page_after_action, page_to_return_to
from krafter_audit.db.models import uuid7
from remediation.models import Task
from scans.models import Site
from tests import factories
from tests.factories import Scenario
from tests.staff import admin_url, logged_in_client, member_of


@pytest.mark.parametrize(
    ("back", "page"),
    [
        ("/admin/", "/admin/"),
        ("http://testserver/admin/", "http://testserver/admin/"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_request_leads_back_to_this_host_only(back: str, page: str) -> None:
    assert page_to_return_to(RequestFactory().post("/admin/", {"_back": back})) == page


@pytest.mark.django_db
def test_action_leads_back_to_the_page_of_its_row(scenario: Scenario) -> None:
    task = factories.task(scenario)
    back = admin_url(Task, "change", task.pk) + "?_changelist_filters=q%3Dcsp"
    request = RequestFactory().post("/", {"_back": back, ACTION_CHECKBOX_NAME: [str(task.pk)]})

    assert page_after_action(request, Task.objects.all()) == back


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "filters"), [("?_changelist_filters=q%3Dcsp", "?q=csp"), ("", "")])
def test_action_that_deletes_the_row_of_its_page_leads_to_the_list(
    query: str, filters: str, scenario: Scenario
) -> None:
    deleted = uuid7()
    factories.task(scenario)
    back = admin_url(Task, "change", deleted) + query
    request = RequestFactory().post("/", {"_back": back, ACTION_CHECKBOX_NAME: [str(deleted)]})

    assert page_after_action(request, Task.objects.all()) == admin_url(Task, "changelist") + filters


@pytest.mark.django_db
def test_action_that_deletes_a_row_of_a_list_leads_back_to_the_list() -> None:
    back = admin_url(Task, "changelist") + "?q=csp"
    request = RequestFactory().post("/", {"_back": back, ACTION_CHECKBOX_NAME: [str(uuid7())]})

    assert page_after_action(request, Task.objects.all()) == back


@pytest.mark.django_db
def test_action_on_a_row_of_another_organisation_leads_to_the_same_page_as_on_an_absent_row(
    scenario: Scenario,
) -> None:
    client = logged_in_client(member_of(scenario.organization, "member"))
    pages = []
    for pk in (factories.task(factories.scenario()).pk, uuid7()):
        sent = {"action": "start", "index": "0", ACTION_CHECKBOX_NAME: [str(pk)]}
        back = {"_back": admin_url(Task, "change", pk)}
        pages.append(client.post(admin_url(Task, "changelist"), sent | back).headers["location"])

    assert pages == [admin_url(Task, "changelist")] * 2


@pytest.mark.django_db
def test_form_leads_to_the_page_of_a_new_row_that_cannot_be_edited(scenario: Scenario) -> None:
    client = logged_in_client(member_of(scenario.organization, "admin"))

    added = client.post(admin_url(Site, "add"), {"project": scenario.project.pk, "host": "shop.example.com"})

    assert added.headers["location"] == admin_url(Site, "change", Site.objects.get().pk)
