"""Actions on selected rows show a form or a confirmation only for the rows on which they can work."""

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.errors import ProjectArchived
from accounts.models import ApiKey, Membership, Project
from krafter_audit.admin import base
from remediation.errors import TaskDone
from remediation.models import Task
from remediation.services import verdicts
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def api_key(scenario: Scenario) -> ApiKey:
    return ApiKey.objects.get(organization=scenario.organization)


def test_confirmation_names_and_repeats_the_rows_that_can_change(scenario: Scenario) -> None:
    kept, revoked = api_key(scenario), api_key(factories.scenario())
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    client = staff.logged_in_client()

    page = run_action(client, "revoke", kept, revoked)
    done = run_action(client, "revoke", kept, confirmed="1")

    assert page.context["selected"] == [str(kept.pk)]
    assert messages_of(page) == [f"{revoked}: The key is revoked."]
    assert messages_of(done) == [f"{kept}: revoked."]


def test_no_confirmation_is_shown_for_rows_that_cannot_change(scenario: Scenario) -> None:
    key = api_key(scenario)
    ApiKey.objects.update(revoked_at=timezone.now())

    page = run_action(staff.logged_in_client(), "revoke", key)

    assert ("cl" in page.context, messages_of(page)) == (True, [f"{key}: The key is revoked."])


def test_form_of_an_action_lists_the_rows_that_can_change(scenario: Scenario) -> None:
    done, late = factories.task(scenario), factories.task(scenario)
    Task.objects.update(sla_due_at=timezone.now())
    verdicts.approve(factories.verification(scenario, of=done).pk, by=SYSTEM)

    page = run_action(staff.logged_in_client(), "extend_due_date", done, late)

    assert list(page.context["rows"]) == [late]
    assert [text.endswith(TaskDone.message) for text in messages_of(page)] == [True]


def test_too_many_rows_are_refused_before_the_form(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MAX_ACTION_ROWS", 1)

    page = run_action(
        staff.logged_in_client(), "extend_due_date", factories.task(scenario), factories.task(scenario)
    )

    assert ("cl" in page.context, messages_of(page)) == (True, ["Select at most 1 rows."])


def test_values_are_requested_as_long_as_one_row_may_change(scenario: Scenario) -> None:
    elsewhere = factories.scenario()
    rows = [factories.task(scenario), factories.task(elsewhere)]
    Project.objects.filter(pk=elsewhere.project.pk).update(archived_at=timezone.now())
    client = staff.logged_in_client()

    form = run_action(client, "set_values", *rows)
    preview = run_action(client, "set_values", *rows, set_values="1", priority="low")

    assert ("form" in form.context, "cl" in form.context) == (True, False)
    assert ProjectArchived.message in preview.content.decode()


def test_member_who_joined_is_not_on_the_page_that_revokes_invitations(scenario: Scenario) -> None:
    joined = Membership.objects.get(user=member_of(scenario.organization, Membership.Role.MEMBER))

    page = run_action(staff.logged_in_client(), "revoke", joined)

    assert "cl" in page.context
    assert ["joined already" in text for text in messages_of(page)] == [True]


def test_action_on_the_page_of_a_row_keeps_the_filters_of_its_list(scenario: Scenario) -> None:
    task, client = factories.task(scenario), staff.logged_in_client()
    filters = "status__exact=backlog&q=fix&p=2"
    page = client.get(admin_url(Task, "change", task.pk), {"_changelist_filters": filters})
    backs = re.findall(r'name="_back" value="([^"]+)"', page.content.decode())

    done = run_action(client, "assign_to_me", task, _back=html.unescape(backs[0]))

    crumb = f'href="{admin_url(Task, "changelist")}?{html.escape(filters)}"'
    assert (crumb in page.content.decode(), crumb in done.content.decode()) == (True, True)


def test_pages_with_actions_keep_the_filters_of_their_lists() -> None:
    templates = Path(settings.BASE_DIR, "templates")
    fields = [
        line.strip()
        for template in templates.rglob("*.html")
        for line in template.read_text().splitlines()
        if 'name="_back"' in line and "request.path" in line
    ]

    assert fields == []


@pytest.mark.parametrize("action", ["block", ""])
def test_action_without_a_selected_row_requests_a_selection(scenario: Scenario, action: str) -> None:
    task = factories.task(scenario)
    client = staff.logged_in_client()

    page = client.post(admin_url(Task, "changelist"), {"action": action, "index": "0"}, follow=True)

    task.refresh_from_db()
    assert (messages_of(page), task.status) == (["Select at least one row."], "backlog")


def test_actions_that_take_something_away_are_red() -> None:
    verbs = ("Cancel", "Delete", "Disable", "Disconnect", "Dismiss", "Revoke")
    tones = {
        f"{model._meta.label}: {action.short_description}": page.tones.get(action.__name__)
        for model, page in admin.site._registry.items()
        for action in (getattr(page, name) if isinstance(name, str) else name for name in page.actions or ())
        if action.short_description.startswith(verbs)
    }

    assert len(tones) > 5
    assert {name: tone for name, tone in tones.items() if tone != "danger"} == {}
