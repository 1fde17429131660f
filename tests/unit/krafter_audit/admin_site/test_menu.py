"""The menu of the admin."""

import pytest
from django.contrib import admin
from django.test import Client

from findings.models import Finding
from krafter_audit.admin_site.menu import MENU
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.slow


def test_menu_leads_to_the_list_of_every_model_once() -> None:
    pages = [model for _, _, models in MENU for _, model in models]
    registered = [model._meta.label_lower for model in admin.site._registry]

    assert sorted(pages) == sorted(registered)


def test_entry_is_marked_on_all_of_its_lists_and_their_rows(scenario: Scenario) -> None:
    finding, client = factories.finding(scenario), staff.logged_in_client()
    paths = [
        staff.admin_url(Finding, "changelist"),
        "/admin/findings/regression/",
        staff.admin_url(Finding, "change", finding.pk),
    ]

    pages = [client.get(path) for path in paths]

    marked = [
        [item["title"] for item in page.context["sidebar_navigation"][0]["items"] if item["active"]]
        for page in pages
    ]
    assert marked == [["Findings"]] * 3


def tabs_of(client: Client, path: str) -> list[str]:
    html = client.get(path).content.decode()
    bar = html.partition('class="k-tabbar"')[2].partition("</nav>")[0]
    return [part.partition("<")[0] for part in bar.split(">") if part.endswith("</a")]


def test_tabs_are_the_lists_that_a_user_may_view(scenario: Scenario) -> None:
    everything = tabs_of(staff.logged_in_client(), "/admin/accounts/user/")
    member = tabs_of(
        staff.logged_in_client(staff.member_of(scenario.organization, "member")), "/admin/accounts/user/"
    )

    assert (everything, member) == (["Users", "Groups", "Backups", "Restore drills"], [])


def test_breadcrumbs_name_a_page_as_the_menu_does(scenario: Scenario) -> None:
    client = staff.logged_in_client()

    html = client.get("/admin/accounts/organization/").content.decode()

    assert ">Settings</a>" in html
    assert ">Organisations</span>" in html
    assert "Organizations" not in html


def test_breadcrumb_of_a_list_has_the_filters_with_which_it_was_left(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    change = admin_url(Finding, "change", finding.pk)
    filters = {"_changelist_filters": 'quick=open&q="><b>'}

    html = staff.logged_in_client().get(change, filters).content.decode()

    assert (
        f'href="{admin_url(Finding, "changelist")}?quick=open&amp;q=&quot;&gt;&lt;b&gt;">Findings</a>' in html
    )
