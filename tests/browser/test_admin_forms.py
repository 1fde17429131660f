"""The pages of every model of the admin, checked by axe-core, and a form that is sent by a double click."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from accounts.models import Project
from findings.models import Finding
from remediation.evidence.chain import append
from remediation.models import Task, Verification
from tests import factories, staff
from tests.browser.page_structure import with_new_structure
from tests.browser.visitor import SCREENSHOTS, visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.slow]


def paths() -> Iterator[str]:
    """Yield the paths of the pages of each model."""
    for model in admin.site._registry:
        with transaction.atomic():
            row = staff.ROWS[model](factories.scenario())  # some are unique in a project
        yield admin_url(model, "change", row.pk)
        yield admin_url(model, "add")
        yield admin_url(model, "changelist")
    verification = factories.verification(factories.scenario())
    with transaction.atomic():
        append(verification, "security_header_csp", {"pages": [{"url": f"https://example.com/{'a' * 300}"}]})
    yield f"{admin_url(Verification, 'changelist')}{verification.pk}/evidence/"
    yield admin_url(Finding, "import_report")


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Yield the path and the HTML of the pages; there is no page to add rows of some models."""
    for path in paths():
        response = client.get(path)
        if response.status_code == 200:
            yield path, response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_the_pages_of_any_model(live_server: Any) -> None:
    """Only one of pages that are built alike is opened; `./krafter screenshots` opens all."""
    user = staff.superuser()
    found = list(pages(staff.logged_in_client(user)))

    with visiting(live_server.url, "desktop") as visitor:
        visitor.sign_in(user)
        for path in [path for path, _ in found] if SCREENSHOTS else with_new_structure(found):
            visitor.open(path)
            visitor.check_page(f"form{path.removeprefix('/admin').replace('/', '-')}", contrast=False)

    assert visitor.problems == []


@pytest.mark.django_db(transaction=True)
def test_double_click_sends_a_form_once(live_server: Any) -> None:
    user, finding = staff.superuser(), factories.finding(factories.scenario())
    click_twice = """button => new Promise(end => {
      button.click();
      setTimeout(() => { button.click(); end() }, 40);
    })"""

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(f"{admin_url(Task, 'add')}?finding={finding.pk}")
        page.fill("[name=title]", "Only one")
        with page.expect_navigation(url=f"**{admin_url(Task, 'changelist')}"):
            page.locator("[name=_save]").evaluate(click_twice)

    assert Task.objects.filter(title="Only one").count() == 1


@pytest.mark.django_db(transaction=True)
def test_report_of_another_tool_is_chosen_without_an_error(live_server: Any) -> None:
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "import_report"))
        visitor.page.set_input_files(
            "input[type=file]", {"name": "report.sarif", "mimeType": "application/json", "buffer": b"{}"}
        )
        chosen = visitor.page.eval_on_selector("input[type=file]", "input => input.files[0].name")

    assert (chosen, visitor.problems) == ("report.sarif", [])


@pytest.mark.django_db(transaction=True)
def test_slug_of_a_new_project_follows_its_name(live_server: Any, scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url, "desktop") as visitor:
        visitor.sign_in(user)
        visitor.open(admin_url(Project, "add"))
        visitor.page.locator("#id_name").press_sequentially("My Shop")
        slug = visitor.page.locator("#id_slug").input_value()

    assert (slug, visitor.problems) == ("my-shop", [])
