"""The link in the QR code of a PDF opens the report when it is shared, and not before."""

from typing import Any

import pytest
from django.test import Client

from reports.models import Report, Share
from reports.sharing import links
from reports.snapshots.snapshotting import load_snapshot
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = pytest.mark.django_db


def test_link_of_the_qr_code_opens_with_the_first_share(
    call_api: CallApi, export_report: ExportReport
) -> None:
    url = load_snapshot(export_report("json")).share_url
    before = Client().get(url)

    shared = call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"]

    assert (before.status_code, "has not shared this report" in before.content.decode()) == (404, True)
    assert shared == url
    assert Client().get(url).status_code == 200


def test_later_shares_have_links_of_their_own(call_api: CallApi, export_report: ExportReport) -> None:
    export_report("json")

    urls = [call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"] for _ in range(3)]

    assert len(set(urls)) == 3


def test_link_of_the_qr_code_closes_with_its_share(call_api: CallApi, export_report: ExportReport) -> None:
    report = export_report("json")
    for _ in range(2):
        call_api("post", "reports/share", {"channel": "link"})

    call_api("delete", f"reports/shares/{Share.objects.earliest('created_at').pk}")

    assert Client().get(links.url_of_key(Report.objects.get(pk=report.pk).link_key)).status_code == 410


def test_link_that_an_earlier_release_has_made_is_valid(settings: Any) -> None:
    settings.SECRET_KEY = "of an installation"

    assert links.key_from_token("a-key.uF3isxV1ZsupDo0-4cTmkGl2LsEr33E_weHRtg1h7q0") == "a-key"
