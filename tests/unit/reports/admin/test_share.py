"""Admin page of shares."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from reports.models import Share
from tests import staff
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = pytest.mark.slow


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

    response = operator.get(reverse("admin:reports_share_change", args=[share.pk]))
    html = response.content.decode()

    assert (response.status_code, str(share.pk) in html) == (200, True)
    assert share.key not in html
    assert "services/T/B" not in html


def test_page_shows_the_link_and_its_views(
    operator: Client, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    url = call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"]
    Client().get(url)

    page = operator.get(reverse("admin:reports_share_change", args=[Share.objects.get().pk]))

    assert (page.context["detail"]["state"], page.context["detail"]["url"]) == ("Valid", url)
    assert "<dt>Views</dt><dd>1 " in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "state", "refused"),
    [
        ({}, "Valid", set()),
        ({"revoked_at": timezone.now()}, "Revoked", {"revoke"}),
        ({"expires_at": timezone.now()}, "Expired", {"revoke"}),
    ],
)
def test_page_says_whether_the_link_works(
    operator: Client,
    call_api: CallApi,
    export_report: ExportReport,
    changes: dict[str, Any],
    state: str,
    refused: set[str],
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    Share.objects.update(channel="link", **changes)

    page = operator.get(reverse("admin:reports_share_change", args=[Share.objects.get().pk]))

    assert page.context["detail"]["state"] == state
    assert {button.name for button in page.context["buttons"] if button.refusal} == refused


def test_revoke_action_revokes_the_link(
    operator: Client, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    data = {"action": "revoke", "confirmed": "1", "_selected_action": [str(Share.objects.get().pk)]}

    operator.post(reverse("admin:reports_share_changelist"), data)

    assert Share.objects.get().revoked_at is not None


def test_users_with_view_permission_cannot_revoke(
    db: None, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    viewer = User.objects.create_user("viewer@example.com", staff.PASSWORD, is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_share"))

    staff.logged_in_client(viewer).post(
        reverse("admin:reports_share_changelist"),
        {"action": "revoke", "confirmed": "1", "_selected_action": [str(Share.objects.get().pk)]},
    )

    assert Share.objects.get().revoked_at is None
