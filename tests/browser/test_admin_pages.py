"""Pages for people in a real browser: no policy of content refuses any of it, nothing is wider than the screen."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User
from krafter_audit.api.schema import CachedSchemaGenerator
from remediation.evidence.chain import append
from remediation.models import Verification
from scans.models import ScanResult
from tests import factories, staff
from tests.browser.chromium import chromium
from tests.factories import Scenario
from tests.staff import address

pytestmark = pytest.mark.needs_chromium

PHONE, DESK = 390, 1280


def watched(browser: Browser, width: int) -> tuple[Page, list[str]]:
    """Open a window of that width and return it with the list of what it complains about."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def log_in(page: Page, origin: str, user: User) -> None:
    page.goto(f"{origin}/admin/login/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", staff.PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(f"{origin}/admin/")


def too_wide(page: Page, width: int) -> bool:
    """Give the window that width and say whether the page needs more."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


@pytest.mark.django_db(transaction=True)
def test_pages_run_under_their_policy_and_fit_a_phone_and_a_desk(
    live_server: Any, scenario: Scenario
) -> None:
    """Each is opened on a phone and then widened: nothing that a page loads or runs asks how wide the window is."""
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
    paths += [address(type(row), "changelist") for row in rows]
    paths += [address(type(row), "change", row.pk) for row in rows]
    with transaction.atomic():
        append(verification, "security_header_csp", {"pages": [{"url": f"https://example.com/{'a' * 300}"}]})
    paths.append(f"{address(Verification, 'changelist')}{verification.pk}/evidence/")
    user = staff.superuser()

    wider: list[tuple[str, int]] = []
    with sync_playwright() as play:
        browser = chromium(play)
        page, complaints = watched(browser, PHONE)
        log_in(page, live_server.url, user)
        for path in paths:
            page.set_viewport_size({"width": PHONE, "height": 900})
            page.goto(live_server.url + path, wait_until="load")
            wider += [(path, width) for width in (PHONE, DESK) if too_wide(page, width)]
        browser.close()

    assert (complaints, wider) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_the_page_of_the_docs_shows_every_operation_and_opens_one(live_server: Any) -> None:
    described = CachedSchemaGenerator().get_schema(public=True)["paths"].values()

    with sync_playwright() as play:
        browser = chromium(play)
        page, complaints = watched(browser, PHONE)
        page.goto(f"{live_server.url}/api/docs")
        page.wait_for_selector(".opblock")
        shown = page.locator(".opblock").count()
        operation = page.locator(".opblock", has_text="List findings, highest score first")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator("input[placeholder=cursor]").fill("next")
        wider = [width for width in (PHONE, DESK) if too_wide(page, width)]
        browser.close()

    assert (complaints, wider) == ([], [])
    assert shown == sum(len(methods) for methods in described)


@pytest.mark.django_db(transaction=True)
def test_a_verification_is_approved_by_its_button(live_server: Any, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="passed")
    path = address(type(verification), "change", verification.pk)
    user = staff.superuser()

    with sync_playwright() as play:
        browser = chromium(play)
        page, complaints = watched(browser, DESK)
        log_in(page, live_server.url, user)
        page.goto(live_server.url + path)
        page.click("button[value=approve]")
        page.wait_for_selector("text=Fix it: approved.")
        landed = page.url
        browser.close()

    assert (complaints, landed) == ([], live_server.url + path)
    assert factories.remediation_state(verification)["task"] == "done"
