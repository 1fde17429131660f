from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from accounts.models import User
from events.models import Event
from tests import staff
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def sign_in(user: User, browser: str = "Firefox") -> Client:
    client = Client(headers={"user-agent": browser})
    client.post("/admin/login/", {"username": user.email, "password": staff.PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/admin/second-factor/").status_code == 200


def test_idle_session_ends(settings: Any, time_machine: Any) -> None:
    settings.KRAFTER_SESSION_IDLE_MINUTES = 30
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    client = sign_in(staff.superuser())

    states = []
    for minutes in (29, 29, 31):
        time_machine.shift(timedelta(minutes=minutes))
        states.append(is_signed_in(client))

    assert states == [True, True, False]


def test_session_ends_at_its_age_also_in_use(settings: Any, time_machine: Any) -> None:
    settings.KRAFTER_SESSION_HOURS = 1
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    client = sign_in(staff.superuser())

    states = []
    for _ in range(4):
        time_machine.shift(timedelta(minutes=19))
        states.append(is_signed_in(client))

    assert states == [True, True, True, False]


def test_requests_write_the_session_once_a_minute(time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    client = sign_in(staff.superuser())

    writes = []
    for seconds in (0, 59, 1, 30):
        time_machine.shift(timedelta(seconds=seconds))
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/second-factor/")
        writes.append(sum(query["sql"].startswith("UPDATE") for query in captured))

    assert writes == [0, 0, 1, 0]


def test_rows_of_expired_sessions_are_deleted(settings: Any, time_machine: Any) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    sign_in(staff.superuser())
    time_machine.shift(timedelta(minutes=50))
    current = sign_in(User.objects.get())
    time_machine.shift(timedelta(minutes=20))

    jobs.delete_expired_sessions()

    rows = (Session.objects, UserSession.objects)
    assert [list(manager.values_list("session_key", flat=True)) for manager in rows] == [
        [current.session.session_key]
    ] * 2
    assert is_signed_in(current)


def test_sign_in_changes_the_session_key_and_the_csrf_token() -> None:
    client, user = Client(), staff.superuser()
    client.get("/admin/login/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    before = (client.cookies["sessionid"].value, client.cookies["csrftoken"].value)

    client.post("/admin/login/", {"username": user.email, "password": staff.PASSWORD})

    after = (client.cookies["sessionid"].value, client.cookies["csrftoken"].value)
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert Client(headers={"cookie": f"sessionid={before[0]}"}).get("/admin/").status_code == 302


def test_session_cookie_is_for_this_site_and_not_for_scripts() -> None:
    cookie = sign_in(staff.superuser()).cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        "Lax",
        "/",
        "",
    )


def test_list_shows_own_sessions_alone(scenario: Scenario) -> None:
    user = staff.superuser()
    client = sign_in(user)
    sign_in(user, "Chrome on a phone")
    sign_in(staff.superuser(), "another person")

    page = client.get("/admin/sessions/").content.decode()

    assert [name in page for name in ("Firefox", "Chrome on a phone", "another person", "This session")] == [
        True, True, False, True,
    ]  # fmt: skip


def test_other_sessions_are_signed_out() -> None:
    user = staff.superuser()
    here, elsewhere = sign_in(user), sign_in(user)

    here.post("/admin/sessions/")

    assert [is_signed_in(client) for client in (here, elsewhere)] == [True, False]


def test_sign_out_everywhere_ends_all_sessions_of_the_user() -> None:
    user, other_user = staff.superuser(), sign_in(staff.superuser())
    here, elsewhere = sign_in(user), sign_in(user)

    response = here.post("/admin/sessions/end/")

    assert [is_signed_in(client) for client in (here, elsewhere, other_user)] == [False, False, True]
    assert response["clear-site-data"] == '"cache", "storage"'
    [event] = Event.objects.filter(name="sessions.ended")
    assert (event.subject_id, event.data) == (user.pk, {"number": 2})


def test_sign_out_clears_the_site_data_and_is_in_the_audit_log() -> None:
    user = staff.superuser()

    response = sign_in(user).post("/admin/logout/")

    names = Event.objects.filter(subject_id=user.pk).order_by("id").values_list("name", flat=True)
    assert response["clear-site-data"] == '"cache", "storage"'
    assert list(names) == ["sign_in.succeeded", "sign_in.ended"]


def test_pages_of_the_account_are_not_cached() -> None:
    client = sign_in(staff.superuser())

    paths = (
        "/admin/sessions/", "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/password_change/",
        "/admin/password_change/done/", "/admin/jsi18n/",
    )  # fmt: skip

    assert ["no-store" in client.get(path).get("cache-control", "") for path in paths] == [True] * 6
