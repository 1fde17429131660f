"""The shared report and the proof of a fix in a real browser, on a desktop and on a phone, in both themes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from findings.models import Finding
from remediation.models import Task
from remediation.services import verdicts
from reports import export, services
from reports.models import Report
from reports.sharing import links
from tests import factories
from tests.browser.chromium import lent_browser, new_page
from tests.browser.scenarios import verified
from tests.browser.visitor import visiting
from tests.factories import Scenario

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]

SIGNING_KEY = "k1:" + "QUFB" * 10 + "QUE="
LONG_URL = f"https://example.com/{'a-very-long-path/' * 12}"
FIX = {
    "summary": "Compress text responses.",
    "steps": ["Turn on compression.", "nginx: gzip on;\ngzip_types text/css application/javascript;"],
    "references": ["https://developer.mozilla.org/docs/Web/HTTP/Compression"],
}


@pytest.fixture
def shared_url(scenario: Scenario, settings: Any, tmp_path: Any) -> str:
    """Share a report with a fixed, an overdue and several open findings; return the path of its page."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.KRAFTER_SIGNING_KEYS = SIGNING_KEY
    approved = verified(scenario)
    verdicts.approve(approved.pk, project=scenario.project, by=scenario.actor)
    for severity, domain in (("critical", "security"), ("medium", "performance"), ("low", "seo")):
        found = factories.finding(
            scenario,
            title=f"{severity} problem of {LONG_URL}",
            severity=severity,
            domain=domain,
            description="The pages are sent without compression.",
            affected_assets=[{"type": "url", "value": LONG_URL}] * 12,
            recommended_fix=FIX,
        )
    task = factories.task(scenario, of=found, title="Write descriptions")
    Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() - timedelta(days=4))
    Finding.objects.update(created_at=timezone.now() - timedelta(days=30))
    report = services.queue_export(scenario.project, format="csv", by=scenario.actor)
    export.export_report(report.pk)
    share = services.share_latest(scenario.project, channel="link", by=scenario.actor)
    settings.KRAFTER_PUBLIC_URL = ""
    return links.share_url(share)


def test_shared_report_shows_proof_overdue_tasks_and_findings(live_server: Any, shared_url: str) -> None:
    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.open(shared_url)
        visitor.check_page("shared")
        broken_images = page.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
        tables_without_caption = page.locator("table:not(:has(caption))").count()
        fixed = page.locator("section[aria-labelledby=fixed]").inner_text()
        overdue = page.locator("section[aria-labelledby=overdue]").inner_text()
        for finding in page.locator("details.finding > summary").all():
            finding.click()
        visitor.check_page("shared-open")
        opened = page.locator("details.finding").first.inner_text()
        page.get_by_role("link", name="Verify the evidence").click()
        page.wait_for_selector("h1:has-text('Evidence of a fix')")
        visitor.check_page("evidence")
        proof = page.locator("main").inner_text()
        cookies = page.context.cookies()

    assert visitor.problems == []
    assert (cookies, broken_images, tables_without_caption) == ([], 0, 0)
    for words in ("Content-Security-Policy is missing", "failed", "passed", "Verified on"):
        assert words in fixed
    assert "Write descriptions" in overdue
    assert "4 days late" in overdue
    for words in ("The pages are sent without compression.", LONG_URL, "and 2 more", "gzip on;"):
        assert words in opened
    assert "The signatures are valid." in proof
    assert "Check: Content-Security-Policy is missing or not enforced" in proof
    assert "Decision: approved" in proof


def test_long_name_of_a_project_makes_the_page_no_wider(live_server: Any, shared_url: str) -> None:
    Report.objects.update(subject={"organization": "x" * 80, "project": "y" * 80, "site_url": LONG_URL})

    with visiting(live_server.url) as visitor:
        visitor.open(shared_url)
        visitor.check_page("shared-long-name", contrast=False)

    assert visitor.problems == []


def test_page_of_an_invalid_link_is_accessible(live_server: Any) -> None:
    with visiting(live_server.url) as visitor:
        visitor.open("/insights/audit/reports/shared/x")
        visitor.check_page("shared-not-found")

    # The browser reports the status of the page.
    assert [problem for problem in visitor.problems if "404 (Not Found)" not in str(problem)] == []


def test_findings_open_without_script_and_by_keyboard(live_server: Any, shared_url: str) -> None:
    with lent_browser() as browser:
        page = new_page(browser, java_script_enabled=False)
        page.goto(live_server.url + shared_url)
        page.locator("details.finding > summary").first.focus()
        page.keyboard.press("Enter")
        shown = page.get_by_text("Turn on compression.").first.is_visible()

    assert shown
