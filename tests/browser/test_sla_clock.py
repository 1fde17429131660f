"""The SLA clock on the page of a task, and an extension of its due date, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from remediation.models import Task
from remediation.services.extensions import extend
from tests import factories
from tests.browser.scenarios import staff_owner
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url
from tests.unit.remediation.sla.clock_scenarios import OFFICE, set_policy, set_status

pytestmark = pytest.mark.needs_chromium


def blocked_and_extended(scenario: Scenario) -> Task:
    set_policy(scenario, OFFICE)
    with time_machine.travel(timezone.now() - timedelta(days=4)) as clock:
        task = factories.task(scenario, title="Send the header")
        clock.shift(timedelta(hours=2))
        set_status(scenario, task, "blocked")
        clock.shift(timedelta(days=1))
        set_status(scenario, task, "in_progress")
        extend(task.pk, hours=24, reason="The vendor is late.", by=scenario.actor)
    return task


@pytest.mark.django_db(transaction=True)
def test_extend_the_due_date_from_the_page_of_a_task(live_server: Any, scenario: Scenario) -> None:
    task, user = blocked_and_extended(scenario), staff_owner(scenario)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Task, "change", task.pk))
        visitor.check_page("sla-clock")
        page.click(".k-actions button[value=extend_due_date]")
        page.wait_for_selector("#id_hours")
        visitor.check_page("sla-extension")
        page.fill("#id_hours", "8")
        page.fill("#id_reason", "The release is frozen.")
        page.get_by_role("button", name="Extend", exact=True).click()
        page.wait_for_selector("text=the due date was extended.")
        shown = page.locator("section[aria-labelledby=sla-clock]").inner_text()

    assert visitor.problems == []
    for words in ("The vendor is late.", "The release is frozen.", "Paused"):
        assert words in shown
    assert Task.objects.get().sla_extensions.count() == 2
