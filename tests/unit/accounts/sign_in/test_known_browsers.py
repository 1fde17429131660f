"""Attempts elsewhere do not lock out a person whose browser has signed in before."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.sign_in import lockout
from tests import staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LOGIN = "/admin/login/"
NEW = "a longer staple 42"


@pytest.fixture
def user(settings: Any) -> User:
    settings.KRAFTER_SIGN_IN_ATTEMPTS = 5
    settings.KRAFTER_SIGN_IN_PAUSE_SECONDS = 900
    return staff.superuser()


def sign_in(browser: Client, user: User, password: str = staff.PASSWORD) -> int:
    status: int = browser.post(LOGIN, {"username": user.email, "password": password}).status_code
    return status


def signed_out_browser(user: User) -> Client:
    """Return a browser that has signed in to the account and has signed out again."""
    browser = Client(REMOTE_ADDR="192.0.2.1")
    sign_in(browser, user)
    browser.post("/admin/logout/")
    return browser


def attack(user: User, times: int = 7) -> None:
    for number in range(times):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), user, "wrong")


def test_owner_signs_in_while_the_account_is_paused_for_others(user: User) -> None:
    browser = signed_out_browser(user)
    attack(user)

    assert (sign_in(Client(), user), sign_in(browser, user)) == (429, 302)


def test_wrong_passwords_of_a_known_browser_are_paused_too(user: User) -> None:
    browser = signed_out_browser(user)

    assert [sign_in(browser, user, "wrong") for _ in range(6)] == [200] * 5 + [429]


def test_cookie_is_of_one_account(user: User) -> None:
    other = staff.superuser()
    browser = signed_out_browser(other)
    attack(user)

    assert sign_in(browser, user) == 429


def test_cookie_that_was_changed_or_is_old_has_no_effect(user: User, time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    changed, old = signed_out_browser(user), signed_out_browser(user)
    changed.cookies["known_browser"] = f"x{changed.cookies['known_browser'].value}"
    time_machine.shift(timedelta(days=91))
    attack(user)

    assert (sign_in(changed, user), sign_in(old, user)) == (429, 429)


def test_password_reset_makes_the_browser_known(user: User) -> None:
    browser = Client()
    number, token = urlsafe_base64_encode(str(user.pk).encode()), default_token_generator.make_token(user)
    form = browser.get(f"/admin/password/reset/{number}/{token}/", follow=True)
    browser.post(form.request["PATH_INFO"], dict.fromkeys(("new_password1", "new_password2"), NEW))
    attack(user)

    assert sign_in(browser, user, NEW) == 302


def test_success_of_a_known_browser_gives_others_no_further_attempts(user: User) -> None:
    browser = signed_out_browser(user)
    attack(user)
    sign_in(browser, user)

    assert lockout.count_attempt(lockout.account_subject(user.email)).wait > 0
