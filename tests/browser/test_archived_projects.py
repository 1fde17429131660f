"""Pages of an archived project in a real browser: they say that it is read-only, and what still works."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from remediation.models import Task
from tests import factories, staff
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_pages_of_an_archived_project_are_read_only(live_server: Any, scenario: Scenario) -> None:
    task = factories.task(scenario)
    row = services.connect(scenario.project, "jira", credentials={"api_token": "jt-123456"}, by=SYSTEM)
    user = staff.member_of(scenario.organization, "owner")
    Project.objects.update(archived_at=timezone.now())

    with visiting(live_server.url, "desktop") as visitor:
        visitor.sign_in(user)
        page = visitor.page
        visitor.open(f"/admin/findings/finding/{task.finding_id}/change/")
        visitor.check_page("archived-finding")
        visitor.open(admin_url(Task, "change", task.pk))
        visitor.check_page("archived-task")
        enabled = page.locator("main button:enabled").count()
        visitor.open(admin_url(Integration, "change", row.pk))
        page.get_by_text("No sync starts before the project is restored.").wait_for()
        visitor.check_page("archived-connection")
        working = page.locator("main button:enabled").all_inner_texts()
        visitor.open(admin_url(Task, "changelist"))
        visitor.check_page("archived-list")
        visitor.open(admin_url(Task, "change", task.pk))
        page.get_by_role("link", name="Open the project").click()
        page.wait_for_url("**/accounts/project/**")
        visitor.check_page("archived-project")
        page.get_by_role("button", name="Restore").click()
        page.get_by_text("restored.").wait_for()

    assert (enabled, working) == (0, ["Disconnect"])
    assert not Project.objects.filter(archived_at__isnull=False).exists()
    assert visitor.problems == []
