"""E-mails, the page of an alert and unsubscribing in a real browser, on a desktop and on a phone, in both themes."""

from typing import Any

import pytest
from django.core import mail

from accounts.actors import SYSTEM
from notifications import destinations, unsubscriptions
from reports import services
from reports.sharing import delivery
from tests.browser.scenarios import verified
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.unit.notifications.conftest import make_findings, run_workers

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def html_of(message: Any) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(html)


def test_reader_opens_the_alert_from_the_mail_and_unsubscribes(
    live_server: Any, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_PUBLIC_URL = live_server.url
    destinations.set_destination(scenario.project, "email", recipients=["ada@example.com"], by=SYSTEM)
    verified(scenario)
    make_findings(scenario, 12)
    run_workers()
    [alert] = mail.outbox

    with visiting(live_server.url) as visitor:
        page = visitor.page
        page.set_content(html_of(alert))
        visitor.check_page("mail-alert")
        page.get_by_role("link", name="Open the alert").click()
        page.wait_for_selector("h2:has-text('Most severe findings')")
        page.locator("details.finding > summary", has_text="Content-Security-Policy").click()
        visitor.check_page("alert")
        opened = page.locator("details[open]").inner_text()
        page.goto("about:blank")  # the policy of the page before would block the styles of the mail
        page.set_content(html_of(alert))
        page.get_by_role("link", name="Unsubscribe from these alerts").click()
        page.wait_for_selector("h1:has-text('Unsubscribe from alerts?')")
        visitor.check_page("unsubscribe")
        page.get_by_role("button", name="Unsubscribe").click()
        page.wait_for_selector("h1:has-text('You are unsubscribed')")
        visitor.check_page("unsubscribed")

    assert visitor.problems == []
    assert "Send a policy." in opened
    assert unsubscriptions.is_unsubscribed(scenario.project, "ada@example.com")


def test_report_mail_is_accessible(live_server: Any, scenario: Scenario, settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = live_server.url
    verified(scenario)
    services.queue_export(scenario.project, format="json", by=scenario.actor)
    share = services.share_latest(
        scenario.project, channel="email", recipients=["ada@example.com"], by=scenario.actor
    )
    delivery.deliver_share(share.pk)
    [report] = mail.outbox

    with visiting(live_server.url) as visitor:
        visitor.page.set_content(html_of(report))
        visitor.check_page("mail-report")
        visitor.page.get_by_role("link", name="View report").click()
        visitor.page.wait_for_selector("h2:has-text('Fixed and verified')")

    assert visitor.problems == []
