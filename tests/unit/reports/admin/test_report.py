from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from reports.models import Report, Share
from reports.sharing import links
from tests import factories, staff
from tests.factories import Scenario
from tests.unit.reports.conftest import ExportReport

pytestmark = pytest.mark.slow


def test_report_cannot_be_edited(operator: Client, export_report: ExportReport) -> None:
    url = reverse("admin:reports_report_change", args=[export_report("json").pk])

    page, change = operator.get(url), operator.post(url, {"status": "queued"})

    assert (page.status_code, change.status_code) == (200, 403)
    assert Report.objects.get().status == "exported"


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


def report_page(operator: Client, page: str, report: Report, data: Any = None) -> Any:
    url = reverse(f"admin:reports_report_{page}", args=[report.pk])
    return operator.get(url) if data is None else operator.post(url, data, follow=True)


def test_report_page_shows_the_summary_in_words_and_no_json(
    operator: Client, export_report: ExportReport
) -> None:
    html = report_page(operator, "change", export_report("csv")).content.decode()

    assert "Report of " in html
    assert "has no open findings." in html
    assert "Download CSV" in html
    assert "risk_burn_down" not in html


def test_preview_shows_the_page_of_a_link_before_there_is_one(
    operator: Client, export_report: ExportReport
) -> None:
    page = report_page(operator, "preview", export_report("json"))

    assert (page.status_code, "This is a preview." in page.content.decode()) == (200, True)
    assert not Share.objects.exists()


def test_download_sends_the_file_of_the_report(operator: Client, export_report: ExportReport) -> None:
    report = export_report("csv")

    found = [
        operator.get(reverse("admin:reports_report_download", args=[report.pk]), query)
        for query in ({}, {"kind": "tasks"}, {"kind": "nothing"})
    ]

    assert [response.status_code for response in found] == [200, 200, 302]
    assert found[1].headers["content-disposition"].endswith('-tasks.csv"')


def test_share_form_shares_the_report_and_its_page_shows_the_link(
    operator: Client, export_report: ExportReport
) -> None:
    report = export_report("json")

    page = report_page(operator, "share", report, {"channel": "link", "days": "7"})

    share = Share.objects.get()
    assert round((share.expires_at - share.created_at).total_seconds()) == 7 * 24 * 3600
    assert links.share_url(share) in page.content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"channel": "email", "days": "7"}, "Enter at least one address."),
        ({"channel": "email", "days": "7", "recipients": " , "}, "Enter at least one address."),
        (
            {"channel": "email", "days": "7", "recipients": "ada@example.com, ada"},
            "Enter a valid email address.",
        ),
        ({"channel": "slack", "days": "7"}, "Enter the URL of the webhook"),
        (
            {"channel": "slack", "days": "7", "webhook_url": "https://example.com/hook"},
            "Use a Slack incoming-webhook URL",
        ),
    ],
)
def test_share_form_shows_what_a_channel_needs(
    operator: Client, export_report: ExportReport, data: dict[str, str], sentence: str
) -> None:
    page = report_page(operator, "share", export_report("json"), data)

    assert (page.status_code, sentence in page.content.decode()) == (200, True)
    assert not Share.objects.exists()


def test_report_says_that_a_link_has_expired(operator: Client, export_report: ExportReport) -> None:
    report = export_report("json")
    report_page(operator, "share", report, {"channel": "link", "days": "7"})
    Share.objects.update(expires_at=timezone.now() - timedelta(days=2))

    words = LexborHTMLParser(report_page(operator, "change", report).text).css_first("#shares + ul").text()

    assert ("· expired " in words, "expires" in words) == (True, False)


def test_older_reports_are_not_shared(operator: Client, export_report: ExportReport) -> None:
    older, _ = export_report("json"), export_report("json")

    page = report_page(operator, "share", older, {"channel": "link", "days": "7"})

    assert "Only the latest report of a project is shared." in page.content.decode()
    assert not Share.objects.exists()


@pytest.mark.parametrize("page", ["preview", "download", "share"])
def test_staff_of_another_organisation_open_no_page_of_a_report(
    export_report: ExportReport, page: str
) -> None:
    other = staff.logged_in_client(staff.member_of(factories.scenario().organization, "owner"))
    data = {"channel": "link", "days": "7"} if page == "share" else None

    response = report_page(other, page, export_report("json"), data)

    assert (response.status_code, Share.objects.count()) == (404, 0)


def test_viewers_do_not_share(scenario: Scenario, export_report: ExportReport) -> None:
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    response = report_page(viewer, "share", export_report("json"), {"channel": "link", "days": "7"})

    assert (response.status_code, Share.objects.count()) == (403, 0)
