"""Pages in a real browser: no error of the Content Security Policy, and no horizontal scrolling."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import User
from krafter_audit.api.schema import CachedSchemaGenerator
from remediation.evidence.chain import append
from remediation.models import Verification
from scans.models import ScanResult
from tests import factories, staff
from tests.browser.chromium import launch_chromium, new_page
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.needs_chromium

PHONE, DESKTOP = 390, 1280


def open_window(browser: Browser, width: int) -> tuple[Page, list[str]]:
    """Open a window of this width and return it with the list of its errors and warnings."""
    page = new_page(browser, viewport={"width": width, "height": 900})
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


def log_in(page: Page, origin: str, user: User) -> None:
    page.goto(f"{origin}/admin/login/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", staff.PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(f"{origin}/admin/")


def too_wide(page: Page, width: int) -> bool:
    """Resize the window and return whether the page is wider."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


@pytest.mark.django_db(transaction=True)
def test_pages_follow_their_content_security_policy_and_fit_phone_and_desktop(
    live_server: Any, scenario: Scenario
) -> None:
    """Open each page at phone width, then resize: no page loads or runs anything that depends on the width."""
    verification = factories.verification(scenario)
    result = staff.ROWS[ScanResult](scenario)
    rows: tuple[Any, ...] = (
        scenario.organization,
        scenario.owner,
        verification.task.finding,
        verification.task,
    )
    rows += (verification, result, result.scan)  # type: ignore[attr-defined]
    paths = ["/admin/", "/api/docs"]
    paths += [admin_url(type(row), "changelist") for row in rows]
    paths += [admin_url(type(row), "change", row.pk) for row in rows]
    with transaction.atomic():
        append(verification, "security_header_csp", {"pages": [{"url": f"https://example.com/{'a' * 300}"}]})
    paths.append(f"{admin_url(Verification, 'changelist')}{verification.pk}/evidence/")
    user = staff.superuser()

    wider: list[tuple[str, int]] = []
    with sync_playwright() as play:
        browser = launch_chromium(play)
        page, errors = open_window(browser, PHONE)
        log_in(page, live_server.url, user)
        for path in paths:
            page.set_viewport_size({"width": PHONE, "height": 900})
            page.goto(live_server.url + path, wait_until="load")
            wider += [(path, width) for width in (PHONE, DESKTOP) if too_wide(page, width)]
        browser.close()

    assert (errors, wider) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_api_docs_show_and_open_every_operation(live_server: Any) -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()
    operations = sum(len(methods) for methods in paths)

    with sync_playwright() as play:
        browser = launch_chromium(play)
        page, errors = open_window(browser, PHONE)
        # Swagger UI renders the operations that are within the window.
        page.set_viewport_size({"width": PHONE, "height": 20_000})
        page.goto(f"{live_server.url}/api/docs")
        expect(page.locator(".opblock")).to_have_count(operations)
        operation = page.locator(".opblock", has_text="List findings, highest score first")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator("input[placeholder=cursor]").fill("next")
        wider = [width for width in (PHONE, DESKTOP) if too_wide(page, width)]
        browser.close()

    assert (errors, wider) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_approve_button_approves_a_verification(live_server: Any, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="passed")
    path = admin_url(type(verification), "change", verification.pk)
    user = staff.superuser()

    with sync_playwright() as play:
        browser = launch_chromium(play)
        page, errors = open_window(browser, DESKTOP)
        log_in(page, live_server.url, user)
        page.goto(live_server.url + path)
        page.click("button[value=approve]")
        page.wait_for_selector("text=Fix it: approved.")
        url = page.url
        browser.close()

    assert (errors, url) == ([], live_server.url + path)
    assert factories.remediation_state(verification)["task"] == "done"
