"""Journeys through the lists of the admin: choose a project, find by keyboard, change many rows and undo it."""

from typing import Any

import pytest

from findings.models import Finding
from tests import factories, staff
from tests.browser.visitor import WINDOWS, visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
every_window = pytest.mark.parametrize("window", WINDOWS)
every_theme = pytest.mark.parametrize("theme", ["light", "dark"])


@every_window
@every_theme
def test_find_a_finding_and_choose_a_project_by_keyboard_alone(
    live_server: Any, scenario: Scenario, window: str, theme: str
) -> None:
    other = factories.scenario()
    finding = factories.finding(scenario, title="Session cookies leak")
    factories.task(scenario, of=finding, title="Set the cookie flags")
    factories.finding(other, title="Cookies of the blog")
    user = staff.superuser()

    with visiting(live_server.url, window, theme) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        page.keyboard.press("Control+k")
        page.keyboard.type("cookie")
        page.wait_for_selector("[role=option] >> text=Set the cookie flags")
        visitor.look("palette", full_page=False)
        field = page.get_by_role("combobox", name="Find findings, tasks, projects and pages")
        expanded = field.get_attribute("aria-expanded")
        first = page.locator(f"#{field.get_attribute('aria-activedescendant')}").inner_text()
        page.keyboard.press("ArrowUp")
        last = page.locator("[role=option][aria-selected=true]").inner_text()
        page.keyboard.press("Escape")
        closed = page.locator("#palette").is_hidden()
        page.keyboard.press("Control+k")
        page.keyboard.type("session leak")
        page.wait_for_selector("[role=option] >> text=Session cookies leak")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{admin_url(Finding, 'change', finding.pk)}")

        visitor.open(admin_url(Finding, "changelist") + "?status__exact=new")
        page.get_by_role("button", name="Project: All projects").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=option] >> text=All projects")
        page.keyboard.type(scenario.organization.name)
        page.wait_for_function("document.querySelectorAll('[role=option]').length == 1")
        visitor.look("projects", full_page=False)
        page.keyboard.press("Enter")
        switcher = page.get_by_role("button", name="Project: production-website")
        switcher.wait_for()
        visitor.look("one-project")
        url, rows = page.url, page.locator("#result_list tr.data-row").all_inner_texts()
        switcher.focus()
        page.keyboard.press("Enter")
        page.keyboard.type("all proj")
        page.wait_for_function("document.querySelectorAll('[role=option]').length == 1")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Project: All projects").wait_for()
        every = page.locator("#result_list tr.data-row").count()

    assert visitor.problems == []
    assert expanded == "true"
    assert first.startswith(("Session cookies leak", "Cookies of the blog"))
    assert last.startswith("Set the cookie flags")
    assert closed
    assert url.endswith("?status__exact=new")
    assert [("Session cookies leak" in row) for row in rows] == [True]
    assert every == 2
