"""Words that do not fit on a phone: a page is never wider than the window."""

from typing import Any

import pytest
from django.urls import reverse

from accounts import saved_views
from accounts.models import User
from findings.models import Finding
from integrations.models import Integration
from scans.models import Site
from tests import factories, staff
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
WORD = "x" * 80


def test_long_words_make_no_page_wider_than_a_phone(live_server: Any, scenario: Scenario) -> None:
    finding = factories.finding(scenario, title=WORD, description=f"A {WORD}.")
    task = factories.task(scenario, of=finding, title=WORD)
    site = staff.ROWS[Site](scenario)
    integration = staff.ROWS[Integration](scenario)
    Integration.objects.filter(pk=integration.pk).update(
        status="error", last_error=WORD, credentials=b"sealed"
    )
    user = staff.superuser()
    member = staff.member_of(scenario.organization, "viewer")
    User.objects.filter(pk=member.pk).update(email=f"{'y' * 60}@example.com", name=WORD)
    saved_views.save(user, list_name="findings.finding", name=WORD, query="", organization_id=None)

    with visiting(live_server.url) as visitor:
        visitor.sign_in(user)
        for row in (finding, task, site, integration, scenario.organization):
            visitor.open(admin_url(type(row), "change", row.pk))
            visitor.check_page(f"long-words-{row._meta.model_name}", contrast=False)
        for shot, page in (
            ("views", admin_url(Finding, "changelist")),
            ("password", reverse("admin:auth_user_password_change", args=[member.pk])),
        ):
            visitor.open(page)
            visitor.check_page(f"long-words-{shot}", contrast=False)

    assert visitor.problems == []


def test_label_of_a_shared_view_with_a_long_name_stays_in_one_line(
    live_server: Any, scenario: Scenario
) -> None:
    user = staff.member_of(scenario.organization, "member")
    saved_views.save(
        user, list_name="findings.finding", name=WORD, query="", organization_id=scenario.organization.pk
    )

    with visiting(live_server.url) as visitor:
        visitor.sign_in(user)
        visitor.open(admin_url(Finding, "changelist"))
        box = visitor.page.get_by_text("shared", exact=True).bounding_box()
        visitor.check_page("shared-view", contrast=False)

    assert visitor.problems == []
    assert box is not None
    assert box["height"] < 2 * 16
