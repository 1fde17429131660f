from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reports.models import Report, Share
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport


@pytest.fixture
def operator(db: None) -> Client:
    """Return a client that is logged in as a superuser."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.com", "correct horse battery"))
    return client


@pytest.mark.parametrize("model", ["report", "share"])
def test_list_of_6_rows_needs_at_most_9_queries(
    operator: Client,
    call_api: CallApi,
    export_report: ExportReport,
    model: str,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(6):
        export_report("json")
        call_api("post", "reports/share", {"channel": "link"})

    with django_assert_max_num_queries(9):
        response = operator.get(reverse(f"admin:reports_{model}_changelist"))

    assert response.status_code == 200
    assert response.context["cl"].result_count == 6


def test_report_cannot_be_edited(operator: Client, export_report: ExportReport) -> None:
    url = reverse("admin:reports_report_change", args=[export_report("json").pk])

    page, change = operator.get(url), operator.post(url, {"status": "queued"})

    assert (page.status_code, change.status_code) == (200, 403)
    assert Report.objects.get().status == "exported"


def test_share_page_shows_neither_key_nor_webhook(
    operator: Client, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api(
        "post",
        "reports/share",
        {"channel": "slack", "webhook_url": "https://hooks.slack.com/services/T/B/secret"},
    )
    share = Share.objects.get()

    html = operator.get(reverse("admin:reports_share_change", args=[share.pk])).content.decode()

    assert share.key not in html
    assert "services/T/B" not in html


def test_revoke_action_revokes_the_link(
    operator: Client, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    data = {"action": "revoke", "confirmed": "1", "_selected_action": [str(Share.objects.get().pk)]}

    operator.post(reverse("admin:reports_share_changelist"), data)

    assert Share.objects.get().revoked_at is not None


def test_export_again_action_reports_an_exceeded_quota(
    operator: Client, scenario: Scenario, export_report: ExportReport
) -> None:
    data = {"action": "export_again", "_selected_action": [str(export_report("csv").pk)]}
    url = reverse("admin:reports_report_changelist")

    operator.post(url, data)
    scenario.organization.ai_quota = 0
    scenario.organization.save()
    refused = operator.post(url, data, follow=True)

    assert sorted(Report.objects.values_list("format", "status")) == [("csv", "exported"), ("csv", "queued")]
    assert "quota" in refused.content.decode()


def test_add_form_exports_a_project_and_reports_an_exceeded_quota(
    operator: Client, scenario: Scenario
) -> None:
    data = {"project": scenario.project.pk, "format": "csv"}
    url = reverse("admin:reports_report_add")

    created = operator.post(url, data)
    scenario.organization.ai_quota = 1
    scenario.organization.save()
    refused = operator.post(url, data)

    assert (created.status_code, refused.status_code) == (302, 200)
    assert list(Report.objects.values_list("project", "format", "status")) == [
        (scenario.project.pk, "csv", "queued")
    ]
    assert "quota for this month is used up" in refused.content.decode()


def test_users_with_view_permission_cannot_revoke(
    db: None, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    viewer = User.objects.create_user("viewer@example.com", "correct horse battery", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_share"))
    client = Client()
    client.force_login(viewer)

    client.post(
        reverse("admin:reports_share_changelist"),
        {"action": "revoke", "confirmed": "1", "_selected_action": [str(Share.objects.get().pk)]},
    )

    assert Share.objects.get().revoked_at is None
