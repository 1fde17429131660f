"""Sign-in, second factor and password reset in a real browser."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from playwright.sync_api import expect

from accounts.models import User
from krafter_audit.db import redis_client
from tests import staff
from tests.browser.chromium import lent_browser, new_page
from tests.browser.visitor import Visitor, visiting
from tests.factories import Scenario

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]

NEW_PASSWORD = "a longer staple 42"


@pytest.fixture(autouse=True)
def _no_attempts() -> Iterator[None]:
    yield
    server = redis_client.connection()
    for key in server.scan_iter("krafter:lockout:*"):
        server.delete(key)


def enter(visitor: Visitor, user: User, password: str) -> None:
    visitor.page.fill("[name=username]", user.email)
    visitor.page.fill("[name=password]", password)
    visitor.page.keyboard.press("Enter")


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_required_second_factor_is_set_up_and_used(
    live_server: Any, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_REQUIRE_SECOND_FACTOR = True
    settings.KRAFTER_OIDC_URL, settings.KRAFTER_OIDC_NAME = "https://login.example.com", "Example ID"
    user = staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.open("/admin/")
        visitor.check_page("sign-in")
        with page.expect_navigation():
            enter(visitor, user, "wrong")
        page.wait_for_selector("[role=alert]")
        visitor.check_page("sign-in-wrong")
        enter(visitor, user, staff.PASSWORD)
        page.wait_for_selector("h1:has-text('Set up a second factor')")
        visitor.check_page("second-factor-set-up")
        secret = page.locator("#key").inner_text()
        # The code of the next half minute signs in later without a wait: each code works once.
        page.get_by_label("Authenticator code").fill(code_of(secret))
        page.get_by_role("button", name="Set up").click()
        page.wait_for_selector("h1:has-text('Recovery codes')")
        visitor.check_page("recovery-codes")
        codes = page.locator("ul[aria-label='Unused recovery codes'] > li").all_inner_texts()
        page.get_by_role("link", name="I have saved them").click()
        page.wait_for_url(f"{live_server.url}/admin/")
        visitor.open("/admin/second-factor/")
        visitor.check_page("second-factor")
        visitor.open("/admin/sessions/")
        visitor.check_page("sessions")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign out everywhere").click()
        visitor.check_page("signed-out")
        visitor.open("/admin/")
        enter(visitor, user, staff.PASSWORD)
        page.wait_for_selector("h1:has-text('Enter the code')")
        visitor.check_page("second-factor-code")
        page.locator("[name=code]").fill(code_of(secret, 1))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_server.url}/admin/")

    assert visitor.problems == []
    assert len(codes) == 10


@pytest.mark.usefixtures("eager_jobs")
def test_password_is_reset_by_the_link_of_the_mail_after_a_lock_out(
    live_server: Any, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_PUBLIC_URL = live_server.url
    settings.KRAFTER_SIGN_IN_ATTEMPTS = 2
    user = staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.open("/admin/login/")
        for _ in range(3):
            with page.expect_navigation():
                enter(visitor, user, "wrong")
        page.wait_for_selector("h1:has-text('Sign-in is paused')")
        visitor.check_page("sign-in-paused")
        page.get_by_role("link", name="Reset the password").click()
        page.wait_for_selector("h1:has-text('Reset the password')")
        visitor.check_page("password-reset")
        page.get_by_label("E-mail").fill(user.email)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Check your mail')")
        visitor.check_page("password-reset-sent")
        [message] = mail.outbox
        [link] = re.findall(r"http://\S+/admin/password/reset/\S+", str(message.body))
        page.goto("about:blank")
        page.set_content(str(message.alternatives[0][0]))  # type: ignore[attr-defined]
        visitor.check_page("mail-password-reset")
        page.goto(link)
        visitor.check_page("password-reset-confirm")
        page.locator("[name=new_password1]").fill(NEW_PASSWORD)
        page.locator("[name=new_password2]").fill(NEW_PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('The password is changed')")
        visitor.check_page("password-reset-complete")
        page.goto(link)
        visitor.check_page("password-reset-invalid")
        visitor.open("/admin/login/")
        enter(visitor, user, NEW_PASSWORD)
        page.wait_for_url(f"{live_server.url}/admin/")
        visitor.open("/admin/password_change/")
        visitor.check_page("password-change")

    # The browser reports the status of the page that says the pause.
    assert [problem for problem in visitor.problems if "429 (Too Many Requests)" not in str(problem)] == []


def test_sign_in_works_without_scripts(live_server: Any, scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, "owner")

    with lent_browser() as browser:
        page = new_page(browser, java_script_enabled=False)
        page.goto(f"{live_server.url}/admin/")
        page.fill("[name=username]", user.email)
        page.fill("[name=password]", staff.PASSWORD)
        page.press("[name=password]", "Enter")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
