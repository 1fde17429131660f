"""Journeys through the lists of the admin: choose a project, find by keyboard, change many rows and undo it."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from findings.models import Finding
from remediation.admin.tasks import TaskAdmin
from remediation.models import Task
from tests import factories, staff
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

# Badges and the row's checkbox have no label.
UNLABELLED = """cells => cells.filter(cell => cell.checkVisibility()
  && !cell.matches(".action-checkbox, :has(.k-badge, span.uppercase)")
  && !/^".+: "$/.test(getComputedStyle(cell, "::before").content)).map(cell => cell.outerHTML)"""
pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_names_of_links_and_buttons_have_no_names_of_icons(live_server: Any, scenario: Scenario) -> None:
    user = staff.superuser()

    with visiting(live_server.url, "desktop") as visitor:
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "changelist"))
        visitor.page.wait_for_selector("[aria-hidden=true] >> text=bug_report")
        named = [
            visitor.page.get_by_role("link", name=name, exact=True).count()
            for name in ("Findings", "Add finding", "Krafter Audit", "verified", "add")
        ]
        searches = visitor.page.get_by_role("button", name="search", exact=True).count()

    assert (named, searches, visitor.problems) == ([2, 2, 1, 0, 0], 1, [])


def test_find_a_finding_and_choose_a_project_by_keyboard_alone(live_server: Any, scenario: Scenario) -> None:
    other = factories.scenario()
    finding = factories.finding(scenario, title="Session cookies leak")
    factories.task(scenario, of=finding, title="Set the cookie flags")
    factories.finding(other, title="Cookies of the blog")
    user = staff.superuser()

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open("/admin/")
        page.keyboard.press("Control+k")
        page.keyboard.type("cookie")
        page.wait_for_selector("[role=option] >> text=Set the cookie flags")
        visitor.check_page("palette", full_page=False)
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
        page.keyboard.press("Tab")
        skip = page.evaluate("document.activeElement.textContent")
        page.get_by_role("button", name="Project: All projects").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=option] >> text=All projects")
        page.keyboard.type(scenario.organization.name)
        expect(page.locator("[role=option]")).to_have_count(1)
        visitor.check_page("projects", full_page=False)
        page.keyboard.press("Enter")
        switcher = page.get_by_role("button", name="Project: production-website")
        switcher.wait_for()
        visitor.check_page("one-project")
        url, rows = page.url, page.locator("#result_list tr.data-row").all_inner_texts()
        switcher.focus()
        page.keyboard.press("Enter")
        page.keyboard.type("all proj")
        expect(page.locator("[role=option]")).to_have_count(1)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Project: All projects").wait_for()
        every = page.locator("#result_list tr.data-row").count()

    assert visitor.problems == []
    assert expanded == "true"
    assert first.startswith(("Session cookies leak", "Cookies of the blog"))
    assert last.startswith("Set the cookie flags")
    assert closed
    assert skip == "Skip to content"
    assert url.endswith("?status__exact=new")
    assert [("Session cookies leak" in row) for row in rows] == [True]
    assert every == 2


def test_change_all_that_match_after_a_preview_and_undo_it(
    live_server: Any, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TaskAdmin, "list_per_page", 5)
    monkeypatch.setattr(TaskAdmin, "list_max_show_all", 5)
    factories.task(scenario, title="Fixed", status="done")
    for index in range(10):
        factories.task(scenario, title=f"Fix {index}")
    user = staff.superuser()

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Task, "changelist"))
        page.locator("#result_list input.action-select").first.check()
        page.locator("#action-toggle").check()
        page.get_by_text("Select all 11 that match").click()
        visitor.check_page("selected", full_page=False)
        page.locator("select[name=action]").select_option("block")
        page.get_by_role("button", name="Run").click()
        page.get_by_role("heading", name="What would change").wait_for()
        visitor.check_page("preview")
        preview = page.locator(".k-page").inner_text()
        page.get_by_role("button", name="Block: change").click()
        page.get_by_role("button", name="Undo", exact=True).wait_for()
        visitor.check_page("changed", full_page=False)
        done = page.locator("[role=status]").first.inner_text()
        page.get_by_role("link", name="Details").click()
        page.get_by_role("heading", name="Rows").wait_for()
        visitor.check_page("bulk-change")
        visitor.open("/admin/bulk_changes/bulkchange/")
        visitor.check_page("bulk-changes")
        page.locator("#result_list a").first.click()
        page.get_by_role("button", name="Undo", exact=True).first.click()
        page.wait_for_selector("text=restored")
        visitor.check_page("undone", full_page=False)
        undone = page.locator("[role=status]").first.inner_text()

    assert visitor.problems == []
    assert "10 of 11 tasks would change, 1 would be refused." in preview
    assert "The task is done. Reopen its verification" in preview
    assert "10 tasks changed, 1 refused" in done
    assert "10 tasks restored." in undone
    assert set(Task.objects.values_list("status", flat=True)) == {"backlog", "done"}


def test_set_values_of_selected_findings_by_keyboard(live_server: Any, scenario: Scenario) -> None:
    finding, user = factories.finding(scenario), staff.superuser()

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "changelist"))
        page.locator("#result_list input.action-select").first.focus()
        page.keyboard.press("Space")
        page.locator("select[name=action]").select_option("set_values")
        page.get_by_role("button", name="Run").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Set in 1 finding").wait_for()
        page.get_by_label("Severity").select_option("low")
        visitor.check_page("set-values")
        page.get_by_role("button", name="Preview").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="What would change").wait_for()
        page.get_by_role("button", name="Set values: change 1").focus()
        page.keyboard.press("Enter")
        undo = page.get_by_role("button", name="Undo", exact=True)
        undo.wait_for()
        undo.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 finding restored.")

    assert visitor.problems == []
    assert Finding.objects.get(pk=finding.pk).severity == "high"


def test_create_tasks_for_selected_findings_and_undo_it(live_server: Any, scenario: Scenario) -> None:
    for _ in range(3):
        factories.finding(scenario)
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "changelist"))
        for row in range(3):
            page.locator("#result_list input.action-select").nth(row).check()
        page.locator("select[name=action]").select_option("create_tasks")
        page.get_by_role("button", name="Run").click()
        page.get_by_role("heading", name="3 findings").wait_for()
        page.get_by_label("Owner").select_option(str(scenario.owner.pk))
        visitor.check_page("create-tasks")
        page.get_by_role("button", name="Create tasks").click()
        page.wait_for_selector("text=3 tasks created.")
        visitor.check_page("created-tasks", full_page=False)
        page.get_by_role("button", name="Undo", exact=True).click()
        page.wait_for_selector("text=3 tasks deleted.")

    assert visitor.problems == []
    assert not Task.objects.exists()


def test_save_a_view_by_keyboard_share_it_rename_it_and_delete_it(
    live_server: Any, scenario: Scenario
) -> None:
    factories.finding(scenario, title="Session cookies leak")
    user = staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "changelist") + "?severity__exact=high&q=cookies")
        page.get_by_text("Save view").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Name").focus()
        page.keyboard.type("High cookies")
        page.get_by_label("Visible to").select_option(f"Members of {scenario.organization.name}")
        visitor.check_page("save-view", full_page=False)
        page.get_by_label("Name").press("Enter")
        page.get_by_text("View “High cookies” saved.").wait_for()
        visitor.open(admin_url(Finding, "changelist"))
        page.get_by_role("link", name="High cookies").click()
        page.wait_for_selector("text=Session cookies leak")
        page.locator(".k-views summary", has_text="Edit").focus()
        page.keyboard.press("Enter")
        visitor.check_page("saved-view", full_page=False)
        page.get_by_label("Name").fill("Cookies")
        page.get_by_role("button", name="Rename").click()
        page.get_by_text("View “Cookies” renamed.").wait_for()
        page.locator(".k-views summary", has_text="Edit").click()
        page.get_by_role("button", name="Delete").click()
        page.get_by_text("View “Cookies” deleted.").wait_for()
        views = page.locator(".k-views").count()

    assert visitor.problems == []
    assert views == 0


def test_cards_on_a_phone_hide_empty_values(live_server: Any, scenario: Scenario) -> None:
    factories.task(scenario)
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        visitor.sign_in(user)
        visitor.open(admin_url(Task, "changelist"))
        shown = [
            visitor.page.locator(f"td.field-{name}").is_visible() for name in ("score", "owner", "ticket")
        ]

    assert visitor.problems == []
    assert shown == [True, False, False]


def test_findings_fit_the_window_and_titles_the_header(live_server: Any, scenario: Scenario) -> None:
    name = "Shop of the northern hemisphere (relaunch)"
    Project.objects.filter(pk=scenario.project.pk).update(name=name)
    User.objects.filter(pk=scenario.owner.pk).update(name="Mehmet Öztürk-Wojciechowski")
    finding = factories.finding(
        scenario, title="Buttons have no accessible name", owner_id=scenario.owner.pk, domain="accessibility"
    )
    factories.task(scenario, of=finding)
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        # The menu is beside the list in the wide window.
        page.set_viewport_size({"width": 1280, "height": 800})
        visitor.open(admin_url(Finding, "changelist"))
        at_1280 = cut_off(page, "div:has(> #result_list), div:has(> * > #result_list)")
        page.set_viewport_size({"width": 1440, "height": 900})
        at_1440 = cut_off(page, "div:has(> #result_list), div:has(> * > #result_list)")
        page.set_viewport_size({"width": 390, "height": 844})
        visitor.open("/admin/scans/scanschedule/add/")
        heading = cut_off(page, "h1, .k-breadcrumb")

    assert (at_1280, at_1440, heading) == ([], [], [])


@pytest.mark.slow
def test_rows_of_every_list_are_cards_with_labels_on_a_phone(live_server: Any) -> None:
    for model in admin.site._registry:
        with transaction.atomic():
            staff.ROWS[model](factories.scenario())  # some are unique in a project
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        visitor.sign_in(user)
        found = {}
        for model in admin.site._registry:
            visitor.open(admin_url(model, "changelist"))
            found[model._meta.label] = (
                cut_off(visitor.page, "html, div:has(> #result_list)"),
                visitor.page.eval_on_selector_all("#result_list td", UNLABELLED),
            )

    assert visitor.problems == []
    assert found == dict.fromkeys(found, ([], []))


def cut_off(page: Page, selector: str) -> list[str]:
    """Return the texts of the elements that are wider than their boxes; there is at least one element."""
    page.locator(selector).first.wait_for()
    script = (
        "all => all.filter(element => element.scrollWidth > element.clientWidth + 1)"
        ".map(element => element.innerText)"
    )
    found: list[str] = page.eval_on_selector_all(selector, script)
    return found
