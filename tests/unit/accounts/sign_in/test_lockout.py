from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts import services
from accounts.actors import SYSTEM
from accounts.models import Membership, User
from accounts.sign_in import lockout
from events.models import Event
from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.db import redis_client
from tests import factories, staff
from tests.factories import Scenario
from tests.races.threads import racers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.KRAFTER_SIGN_IN_ATTEMPTS = 5
    settings.KRAFTER_SIGN_IN_PAUSE_SECONDS = 900


def sign_in(email: str, password: str, address: str = "192.0.2.1") -> Any:
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": email, "password": password})


def statuses(email: str, times: int, password: str = "wrong") -> list[int]:
    return [sign_in(email, password).status_code for _ in range(times)]


def test_sixth_attempt_is_paused_with_the_time(time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    user = staff.superuser()

    before = statuses(user.email, 5)
    paused = sign_in(user.email, staff.PASSWORD)

    assert (before, paused.status_code, paused["retry-after"]) == ([200] * 5, 429, "30")
    page = " ".join(paused.content.decode().split())
    assert "Try again in 30 seconds" in page
    assert "10:00:30 UTC" in page


def test_address_may_be_written_in_capitals() -> None:
    user = staff.superuser()

    responses = [sign_in(written, staff.PASSWORD) for written in (user.email.upper(), f" {user.email} ")]

    assert [answer.status_code for answer in responses] == [302, 302]


def test_right_password_signs_in_after_the_pause(time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    user = staff.superuser()
    statuses(user.email, 5)

    time_machine.shift(timedelta(seconds=29))
    early = sign_in(user.email, staff.PASSWORD)
    time_machine.shift(timedelta(seconds=2))
    late = sign_in(user.email, staff.PASSWORD)

    assert (early.status_code, late.status_code, late["location"]) == (429, 302, "/admin/")


def test_pauses_grow_up_to_the_longest(time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    account = lockout.account_subject("ada@example.com")
    pauses = []
    for _ in range(4):
        lockout.count_attempt(account)

    for _ in range(7):
        lockout.count_attempt(account)
        # A refused attempt says how long; its own count is taken back, so that only checked attempts are compared.
        pauses.append(lockout.count_attempt(account).wait)
        lockout.uncount_attempt(account)
        time_machine.shift(timedelta(seconds=pauses[-1]))

    assert pauses == [30, 60, 120, 240, 480, 900, 900]


def test_success_clears_the_account_and_takes_back_one_attempt_of_the_address() -> None:
    user = staff.superuser()
    statuses(user.email, 4)

    statuses(user.email, 1, staff.PASSWORD)

    counts = redis_client.connection().hget(lockout.address_subject("192.0.2.1").key, "count")
    assert (statuses(user.email, 5), counts) == ([200] * 5, b"4")


def test_address_is_paused_after_attempts_with_many_accounts(settings: Any) -> None:
    settings.KRAFTER_SIGN_IN_ATTEMPTS = 1
    user = staff.superuser()
    for number in range(10):
        sign_in(f"nobody{number}@example.com", "wrong")

    here, elsewhere = sign_in(user.email, staff.PASSWORD), sign_in(user.email, staff.PASSWORD, "192.0.2.2")

    assert (here.status_code, elsewhere.status_code) == (429, 302)


def test_network_of_ipv6_addresses_is_paused_as_one_address(settings: Any) -> None:
    settings.KRAFTER_SIGN_IN_ATTEMPTS = 1
    user = staff.superuser()
    for number in range(10):
        sign_in(f"nobody{number}@example.com", "wrong", f"2001:db8:4:4::{number}")

    here, elsewhere = (
        sign_in(user.email, staff.PASSWORD, address) for address in ("2001:db8:4:4:9::1", "2001:db8:4:5::1")
    )

    assert (here.status_code, elsewhere.status_code) == (429, 302)


@pytest.mark.parametrize("kind", ["unknown", "inactive", "not staff", "no password"])
def test_response_to_a_wrong_password_is_the_same_for_every_account(kind: str, time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:00Z", tick=False)
    known, other = staff.superuser(), f"other{next(factories.number)}@example.com"
    if kind != "unknown":
        password = None if kind == "no password" else staff.PASSWORD
        User.objects.create_user(other, password, is_staff=kind != "not staff", is_active=kind != "inactive")

    pages = [
        [
            (page.status_code, _without_token(page, email))
            for page in [sign_in(email, "wrong") for _ in range(6)]
        ]
        for email in (known.email, other)
    ]

    assert pages[0] == pages[1]
    assert pages[0][-1][0] == 429


def _without_token(page: Any, email: str) -> str:
    html = page.content.decode().replace(email, "EMAIL")
    return "".join(part for part in html.splitlines() if "csrf" not in part)


def test_password_is_hashed_once_for_unknown_and_known_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    user = staff.superuser()
    hashed.clear()

    sign_in(user.email, "wrong")
    known = len(hashed)
    sign_in("nobody@example.com", "wrong")

    assert (known, len(hashed) - known) == (1, 1)


def test_lock_is_in_the_audit_log_of_each_organisation(scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, Membership.Role.ADMIN)

    statuses(user.email, 6)

    [event] = Event.objects.filter(name="sign_in.locked")
    assert (event.organization_id, event.subject_id, event.actor_id) == (
        scenario.organization.pk,
        user.pk,
        None,
    )
    assert event.data == {"kind": "account", "email": user.email, "address": "192.0.2.1"}


def test_address_of_a_person_in_several_organisations_is_for_superusers_alone(scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, Membership.Role.ADMIN)
    services.invite_member(
        factories.scenario().organization, email=user.email, role=Membership.Role.VIEWER, by=SYSTEM
    )

    statuses(user.email, 6)

    events = Event.objects.filter(name="sign_in.locked")
    known = {"kind": "account", "email": user.email}
    assert [event.data for event in events.exclude(organization=None)] == [known, known]
    assert events.get(organization=None).data == {**known, "address": "192.0.2.1"}


def test_lock_of_an_unknown_account_is_in_the_audit_log_of_superusers(scenario: Scenario) -> None:
    statuses("nobody@example.com", 5)

    shown = [
        client.get("/admin/events/event/").context["cl"].result_count
        for client in (
            staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.OWNER)),
            staff.logged_in_client(),
        )
    ]
    [event] = Event.objects.filter(name="sign_in.locked")
    assert (event.organization_id, event.data["email"]) == (None, "nobody@example.com")
    assert shown == [0, 1]


def test_attempts_are_not_limited_without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "call_or_default", lambda call, default: default)

    assert statuses(staff.superuser().email, 7) == [200] * 7


def test_attempts_without_redis_are_counted_as_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    server = redis_client.connection()
    unchecked_requests.store(server)
    server.delete(unchecked_requests.KEY)

    with monkeypatch.context() as patch:
        patch.setattr(redis_client, "call_or_default", lambda call, default: default)
        for _ in range(3):
            lockout.count_attempt(lockout.account_subject("ada@example.com"))
    unchecked_requests.store(server)
    found = unchecked_requests.find(server)
    server.delete(unchecked_requests.KEY)

    assert found is not None
    assert found.number == 3


def test_five_of_a_hundred_simultaneous_attempts_proceed_and_all_are_counted() -> None:
    account = lockout.account_subject("ada@example.com")

    with racers(25) as race:
        waits = [
            outcome.wait for _ in range(4) for outcome in race(*[lambda: lockout.count_attempt(account)] * 25)
        ]

    assert (len([wait for wait in waits if wait == 0]), len(waits)) == (5, 100)
    assert redis_client.connection().hget(account.key, "count") == b"100"
