"""Journeys through the admin in a real browser, on a desktop and on a phone.

Each page that is opened is checked by axe-core; no page logs an error.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from findings.models import Finding
from remediation.models import Task, Verification
from tests import factories
from tests.browser.chromium import database_allowed
from tests.browser.scenarios import POLICY, staff_owner, verified
from tests.browser.visitor import SCREENS, WINDOWS, visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.needs_chromium

TOGGLED = {"true": "false", "false": "true"}


@pytest.mark.django_db(transaction=True)
def test_approve_from_the_overview_in_two_clicks_with_the_evidence_seen(
    live_server: Any, scenario: Scenario
) -> None:
    verification, user = verified(scenario), staff_owner(scenario)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open("/admin/")
        visitor.check_page("overview")
        cards = page.locator(".k-card").all()
        numbers = {card.locator("span").inner_text(): card.locator("b").inner_text() for card in cards}
        hidden = [
            (name, card.inner_text())
            for name, _ in visitor.screens()
            for card in cards
            if (box := card.bounding_box()) is None or box["y"] + box["height"] > WINDOWS[name][1]
        ]
        page.click("section[aria-labelledby=reviews] li a")
        page.wait_for_selector("button[value=approve]")
        visitor.check_page("verification")
        changed = page.locator(".k-diff tr.changed td").all_inner_texts()
        approve = page.locator("button[value=approve]")
        boxes = {name: approve.bounding_box() for name, _ in visitor.screens()}
        approve.click()
        page.wait_for_selector("text=Fix it: approved.")
        approved_at = page.url
        visitor.check_page("approved")
        disabled, reasons = approve.is_disabled(), page.locator(".k-actions").inner_text()

    assert visitor.problems == []
    assert numbers == {
        "Critical, open": "1", "Overdue": "1", "Due in 48 h": "0", "Ready to approve": "1",
        "Integrations failing": "0",
    }  # fmt: skip
    assert hidden == []
    assert changed == ["not sent", POLICY]
    assert approved_at == live_server.url + admin_url(Verification, "change", verification.pk)
    assert [name for name, box in boxes.items() if box is None or box["y"] >= WINDOWS[name][1]] == []
    assert (disabled, "This verification is approved." in reasons) == (True, True)
    assert factories.remediation_state(verification)["task"] == "done"


@pytest.mark.django_db(transaction=True)
def test_each_card_leads_to_its_list_and_each_row_to_its_page(live_server: Any, scenario: Scenario) -> None:
    verification, user = verified(scenario), staff_owner(scenario)
    rows: dict[str, tuple[int, int]] = {}

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        for index in range(5):
            visitor.open("/admin/")
            card = page.locator(".k-card").nth(index)
            name, number = card.locator("span").inner_text(), int(card.locator("b").inner_text())
            card.click()
            page.wait_for_selector("#changelist")
            visitor.check_page(f"list-{index}")
            rows[name] = (number, page.locator("#result_list tr.data-row").count())
        visitor.open(admin_url(Finding, "change", verification.task.finding_id))
        visitor.check_page("finding")
        finding = page.locator(".k-page").inner_text()
        visitor.open(admin_url(Task, "change", verification.task_id))
        visitor.check_page("task")
        task = page.locator(".k-page").inner_text()

    assert visitor.problems == []
    assert [number for number, shown in rows.values() if number != shown] == []
    for words in (
        "Description",
        "curl -sSI https://example.com/",
        "add_header Content-Security-Policy",
        "Timeline",
    ):
        assert words in finding
    assert "{" not in finding  # no JSON unless it is opened
    assert "h late" in task
    assert "Ready to approve" in task


@pytest.mark.django_db(transaction=True)
def test_keyboard_alone_opens_the_menu_skips_it_and_edits_a_finding(
    live_server: Any, scenario: Scenario
) -> None:
    finding, user = verified(scenario).task.finding, staff_owner(scenario)

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "change", finding.pk))
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.textContent")
        menu = page.get_by_role("button", name="Menu", exact=True)
        states = {}
        for screen in visitor.screens():
            before = menu.get_attribute("aria-expanded")
            menu.focus()
            for state in (TOGGLED[before], before):
                page.keyboard.press("Enter")
                expect(menu).to_have_attribute("aria-expanded", state)
            is_dark = page.evaluate("document.documentElement.classList.contains('dark')")
            states[screen] = (before, is_dark)
        page.locator("#edit > summary").focus()
        page.keyboard.press("Enter")
        page.locator("#id_title").focus()
        dismiss = page.get_by_role("button", name="Dismiss…").count()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("No policy is sent")
        visitor.check_page("edit")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=was changed successfully")

    finding.refresh_from_db()
    assert visitor.problems == []
    assert first == "Skip to content"
    assert states == {
        (window, theme): ("true" if window == "desktop" else "false", theme == "dark")
        for window, theme in SCREENS
    }
    assert finding.title == "No policy is sent"
    assert dismiss == 1


@pytest.mark.django_db(transaction=True)
def test_task_follows_its_verification_and_keeps_a_comment_that_is_being_written(
    live_server: Any, scenario: Scenario
) -> None:
    verification, user = factories.verification(scenario, checks="running"), staff_owner(scenario)

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Task, "change", verification.task_id))
        state = page.locator("#live-verifications li .k-badge")
        before = state.inner_text()
        page.get_by_label("Add a comment").fill("Deployed at noon")
        with database_allowed():
            checks = [{**check, "after": "passed", "status": "passed"} for check in verification.checks]
            Verification.objects.filter(pk=verification.pk).update(running=False, checks=checks)
        expect(state).to_have_text("Ready to approve")
        comment = page.get_by_label("Add a comment").input_value()

    assert visitor.problems == []
    assert (before, comment) == ("Running", "Deployed at noon")
