import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from events.models import Event
from tests import factories, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eager_jobs")]

RESET = "/admin/password/reset/"
NEW = "a longer staple 42"


def request_reset(email: str) -> Any:
    return Client().post(RESET, {"email": email})


def link() -> str:
    [message] = mail.outbox
    found = re.search(r"https?://\S+?(/admin/password/reset/\S+)", str(message.body))
    assert found
    return found[1]


def set_password(path: str, password: str) -> Any:
    client = Client()
    form = client.get(path, follow=True)
    return client.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_link_of_the_mail_sets_a_password() -> None:
    user = staff.superuser()

    request_reset(user.email.upper())
    done = set_password(link(), NEW)

    user.refresh_from_db()
    assert (done.status_code, user.check_password(NEW)) == (302, True)
    assert [event.subject_id for event in Event.objects.filter(name="password.reset")] == [user.pk]


def test_invalid_address_is_described_by_its_error() -> None:
    page = request_reset("nobody").content.decode()

    assert [text in page for text in ('aria-describedby="id_email_error"', 'id="id_email_error"')] == [
        True
    ] * 2


def test_mail_has_html_and_its_link_leads_to_the_public_url(settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    request_reset(staff.superuser().email)

    [message] = mail.outbox
    [(html, kind)] = message.alternatives  # type: ignore[attr-defined]  # an EmailMultiAlternatives
    assert kind == "text/html"
    assert all(f"https://audit.example.com{link()}" in str(text) for text in (html, message.body))


def test_log_has_no_token(caplog: pytest.LogCaptureFixture) -> None:
    request_reset(staff.superuser().email)
    path = link()
    set_password(path, NEW)

    token = path.split("/")[-2]
    assert len(token) > 30
    assert "/admin/password/reset/" in caplog.text
    assert token not in caplog.text


def test_link_works_once_and_for_an_hour(time_machine: Any) -> None:
    user = staff.superuser()
    request_reset(user.email)
    path = link()

    time_machine.move_to(user.created_at + timedelta(seconds=3700), tick=False)
    late = Client().get(path, follow=True).content.decode()
    time_machine.move_to(user.created_at + timedelta(seconds=3000), tick=False)
    set_password(path, NEW)
    again = Client().get(path, follow=True).content.decode()

    assert ["not valid any more" in page for page in (late, again)] == [True, True]


@pytest.mark.parametrize("kind", ["unknown", "inactive", "no password"])
def test_answer_is_the_same_without_an_account(kind: str) -> None:
    other = f"other{next(factories.number)}@example.com"
    if kind != "unknown":
        User.objects.create_user(
            other, None if kind == "no password" else staff.PASSWORD, is_active=kind != "inactive"
        )

    responses = [
        (response.status_code, response["location"])
        for response in (request_reset(staff.superuser().email), request_reset(other))
    ]

    assert responses[0] == responses[1]
    assert len(mail.outbox) == 1


def test_fourth_mail_to_an_address_has_to_wait() -> None:
    user = staff.superuser()

    responses = [request_reset(email).status_code for email in [user.email] * 4 + ["nobody@example.com"] * 4]

    assert responses == [302, 302, 302, 429] * 2
    assert len(mail.outbox) == 3


def test_weak_passwords_are_refused() -> None:
    user = staff.superuser()
    request_reset(user.email)

    pages = [
        set_password(link(), password) for password in ("short", "123456789012", user.email, "1q2w3e4r5t6y")
    ]

    user.refresh_from_db()
    assert ([page.status_code for page in pages], user.check_password(staff.PASSWORD)) == ([200] * 4, True)


@pytest.mark.slow
def test_reset_ends_the_sessions_and_the_pause() -> None:
    user = staff.superuser()
    session = staff.logged_in_client(user)
    for _ in range(6):
        Client().post("/admin/login/", {"username": user.email, "password": "wrong"})
    request_reset(user.email)

    set_password(link(), NEW)

    signed_in = Client().post("/admin/login/", {"username": user.email, "password": NEW})
    assert (session.get("/admin/").status_code, signed_in["location"]) == (302, "/admin/")


def test_unavailable_broker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.sign_in.views.enqueue", lambda *arguments: False)

    page = request_reset("nobody@example.com")

    assert (page.status_code, "cannot be sent now" in page.content.decode()) == (200, True)


def test_password_change_ends_the_other_sessions() -> None:
    user = staff.superuser()
    here, elsewhere = staff.logged_in_client(user), staff.logged_in_client(user)
    passwords = {"old_password": staff.PASSWORD, "new_password1": NEW, "new_password2": NEW}

    changed = here.post("/admin/password_change/", passwords)

    statuses = [client.get("/admin/").status_code for client in (here, elsewhere)]
    assert (changed.status_code, statuses) == (302, [200, 302])
    assert Event.objects.filter(name="password.changed", subject_id=user.pk, actor_id=user.pk).count() == 1


def test_pages_of_the_password_change_have_our_words() -> None:
    client = staff.logged_in_client()

    form = client.get("/admin/password_change/").content.decode()
    done = client.get("/admin/password_change/done/")

    texts = ("security’s sake", "All other sessions of the account end", "Change the password\n")
    assert [text in form for text in texts] == [False, True, True]
    assert done.context["title"] == "The password is changed"


@pytest.mark.slow
def test_guesses_of_the_old_password_are_paused() -> None:
    client = staff.logged_in_client()
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}

    responses = [client.post("/admin/password_change/", wrong).status_code for _ in range(6)]

    assert responses == [200] * 5 + [429]
