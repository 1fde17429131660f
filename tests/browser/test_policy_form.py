"""The form of a policy in a real browser: from a value to its preview, its application and an earlier version."""

from typing import Any

import pytest

from remediation.models import Policy
from remediation.services import policies
from tests import factories
from tests.browser.scenarios import staff_owner
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.needs_chromium


@pytest.mark.django_db(transaction=True)
def test_change_a_deadline_see_its_impact_apply_it_and_restore_the_version_before(
    live_server: Any, scenario: Scenario
) -> None:
    task = factories.task(scenario, of=factories.finding(scenario, severity="critical"))
    policy, user = policies.current(scenario.project), staff_owner(scenario)
    due = task.sla_due_at

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Policy, "change", policy.pk))
        page.locator("summary", has_text="Performance").click()
        visitor.check_page("policy")
        page.get_by_label("Critical (hours)").fill("-1")
        page.click("text=Preview the changes")
        page.wait_for_selector("text=Nothing was saved. Correct the marked values.")
        visitor.check_page("policy-error")
        page.get_by_label("Critical (hours)").fill("48")
        page.locator("summary", has_text="Performance").click()
        page.locator("input[name='checks.ttfb.threshold']").fill("900")
        page.click("text=Preview the changes")
        page.wait_for_selector("text=Due dates of tasks move")
        visitor.check_page("policy-preview")
        page.click("text=Save and change the listed rows")
        page.wait_for_selector("text=The policy was changed, and the listed findings and tasks with it.")
        page.click("text=Compare or restore")
        page.wait_for_selector("text=Restore version 1")
        visitor.check_page("policy-versions")
        page.click("text=Restore version 1")
        page.wait_for_selector("text=Impact on open findings and tasks")
        page.click("text=Save for new findings and tasks")
        page.wait_for_selector("text=It applies to new findings and tasks.")

    task.refresh_from_db()
    policy.refresh_from_db()
    assert visitor.problems == []
    assert (task.sla_due_at - due).total_seconds() == pytest.approx(86400, abs=2)
    assert (policy.version, policy.config) == (3, policies.DEFAULT_CONFIG)
