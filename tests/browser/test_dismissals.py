"""Dismiss findings by a form, one from its page and others from the list, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.formats import date_format

from findings.models import Dismissal, Finding
from findings.services import dismissals
from tests import factories
from tests.browser.scenarios import staff_owner
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_dismiss_a_finding_from_its_page_and_another_from_the_list(
    live_server: Any, scenario: Scenario
) -> None:
    finding = factories.finding(scenario, title="Session cookies leak")
    factories.finding(scenario, title="Images have no alternative text", severity="low")
    user, until = staff_owner(scenario), dismissals.today() + timedelta(days=20)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "change", finding.pk))
        page.locator(".k-actions button[value=dismiss]").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Dismiss Session cookies leak").wait_for()
        visitor.check_page("dismiss-form")
        page.get_by_label("Reason").select_option("accepted_risk")
        page.get_by_label("Comment").fill("Only reachable from the office network.")
        page.get_by_label("Accepted until").fill(until.isoformat())
        page.get_by_role("button", name="Dismiss", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_text(f"Dismissed: accepted risk until {date_format(until)}").first.wait_for()
        visitor.check_page("dismissed-finding")
        shown = page.locator(".k-page").inner_text()
        page.locator(".k-actions button[value=dismiss]").click()
        page.get_by_text("This replaces:").wait_for()
        visitor.check_page("dismiss-again")
        visitor.open(admin_url(Finding, "changelist"))
        page.get_by_role("link", name="Accepted, ends in 30 d 1").click()
        page.wait_for_url("**quick=ending**")
        visitor.check_page("acceptance-ends")
        ending = page.locator("#result_list tr.data-row").all_inner_texts()
        visitor.open(admin_url(Finding, "changelist") + "?severity__exact=low")
        page.locator("#result_list input.action-select").first.check()
        page.locator("select[name=action]").select_option("dismiss")
        page.get_by_role("button", name="Run").click()
        page.get_by_label("Reason").select_option("wont_fix")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("heading", name="What would change").wait_for()
        visitor.check_page("dismiss-preview")
        page.get_by_role("button", name="Dismiss: change 1").click()
        page.get_by_role("button", name="Undo", exact=True).click()
        page.wait_for_selector("text=1 finding restored.")

    assert visitor.problems == []
    assert f"by {user}: Only reachable from the office network." in shown
    assert [("Session cookies leak" in row) for row in ending] == [True]
    assert set(Dismissal.objects.values_list("reason", "end_reason")) == {
        ("accepted_risk", None),
        ("wont_fix", "reopened"),
    }
