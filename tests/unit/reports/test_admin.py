from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reports.models import Report, Share
from tests.factories import Scenario
from tests.unit.reports.conftest import Ask

Exported = Callable[..., Report]


@pytest.fixture
def operator(db: None) -> Client:
    """A browser in which a member of staff is logged in."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.com", "correct horse battery"))
    return client


@pytest.mark.parametrize("listed", ["report", "share"])
def test_a_list_of_many_costs_as_many_statements_as_a_list_of_one(
    operator: Client,
    ask: Ask,
    exported: Exported,
    listed: str,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(6):
        exported("json")
        ask("post", "reports/share", {"channel": "link"})

    with django_assert_max_num_queries(9):
        response = operator.get(reverse(f"admin:reports_{listed}_changelist"))

    assert response.status_code == 200
    assert response.context["cl"].result_count == 6


def test_neither_status_nor_anything_else_can_be_changed_by_hand(
    operator: Client, exported: Exported
) -> None:
    address = reverse("admin:reports_report_change", args=[exported("json").pk])

    shown, changed = operator.get(address), operator.post(address, {"status": "queued"})

    assert (shown.status_code, changed.status_code) == (200, 403)
    assert Report.objects.get().status == "exported"


def test_the_link_and_the_webhook_are_not_shown_to_operators(
    operator: Client, ask: Ask, exported: Exported
) -> None:
    exported("json")
    ask(
        "post",
        "reports/share",
        {"channel": "slack", "webhook_url": "https://hooks.slack.com/services/T/B/secret"},
    )
    share = Share.objects.get()

    html = operator.get(reverse("admin:reports_share_change", args=[share.pk])).content.decode()

    assert share.key not in html
    assert "services/T/B" not in html


def test_operators_revoke_links_as_clients_do(operator: Client, ask: Ask, exported: Exported) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "link"})
    chosen = {"action": "revoke", "_selected_action": [str(Share.objects.get().pk)]}

    operator.post(reverse("admin:reports_share_changelist"), chosen)

    assert Share.objects.get().revoked_at is not None


def test_operators_export_again_and_are_told_when_the_quota_is_used_up(
    operator: Client, scenario: Scenario, exported: Exported
) -> None:
    chosen = {"action": "export_again", "_selected_action": [str(exported("csv").pk)]}
    address = reverse("admin:reports_report_changelist")

    operator.post(address, chosen)
    scenario.organization.ai_quota = 0
    scenario.organization.save()
    refused = operator.post(address, chosen, follow=True)

    assert sorted(Report.objects.values_list("format", "status")) == [("csv", "exported"), ("csv", "queued")]
    assert "quota" in refused.content.decode()


def test_operators_export_a_project_and_are_told_in_the_form_when_the_quota_is_used_up(
    operator: Client, scenario: Scenario
) -> None:
    asked = {"project": scenario.project.pk, "format": "csv"}
    address = reverse("admin:reports_report_add")

    made = operator.post(address, asked)
    scenario.organization.ai_quota = 1
    scenario.organization.save()
    refused = operator.post(address, asked)

    assert (made.status_code, refused.status_code) == (302, 200)
    assert list(Report.objects.values_list("project", "format", "status")) == [
        (scenario.project.pk, "csv", "queued")
    ]
    assert "quota for this month is used up" in refused.content.decode()


def test_who_may_only_look_has_no_actions(db: None, ask: Ask, exported: Exported) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "link"})
    viewer = User.objects.create_user("viewer@example.com", "correct horse battery", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_share"))
    client = Client()
    client.force_login(viewer)

    client.post(
        reverse("admin:reports_share_changelist"),
        {"action": "revoke", "_selected_action": [str(Share.objects.get().pk)]},
    )

    assert Share.objects.get().revoked_at is None
