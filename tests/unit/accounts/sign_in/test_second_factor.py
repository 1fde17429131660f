import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.sign_in import second_factor
from accounts.sign_in.forms import KEY_MISSING
from events.models import Event
from tests import staff
from tests.races.threads import racers

pytestmark = pytest.mark.django_db(transaction=True)

SET_UP = "/admin/second-factor/set-up/"
CODE = "/admin/second-factor/code/"


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up(client: Client) -> str:
    """Set up an authenticator app as the user who is signed in; return its secret."""
    page = client.get(SET_UP)
    secret = str(page.context["form"].secret)
    client.post(SET_UP, {"code": code_of(secret)})
    return secret


def sign_in(user: User) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/admin/login/", {"username": user.email, "password": staff.PASSWORD})


def with_app(time_machine: Any) -> tuple[User, str]:
    """Return a user with an authenticator app, and its secret; a minute passes afterwards."""
    time_machine.move_to("2026-11-27T10:00:10Z", tick=False)
    user = staff.superuser()
    client, _ = sign_in(user)
    secret = set_up(client)
    time_machine.shift(timedelta(seconds=60))
    return user, secret


@pytest.mark.slow
def test_sign_in_takes_password_and_code(time_machine: Any) -> None:
    user, secret = with_app(time_machine)

    client, after_password = sign_in(user)
    between = client.get("/admin/").status_code
    after_code = client.post(CODE, {"code": code_of(secret)})

    assert (after_password["location"], between, after_code["location"]) == (CODE, 302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert Event.objects.filter(name="second_factor.added", subject_id=user.pk).count() == 1


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clock_may_be_half_a_minute_wrong(time_machine: Any, steps: int, accepted: bool) -> None:
    time_machine.move_to("2026-11-27T10:00:10Z", tick=False)
    secret = "GEZDGNBVGY3TQOJQ"
    authenticator = TOTP.activate(staff.superuser(), secret).instance

    assert second_factor.use_code(authenticator, code_of(secret, steps)) is accepted


@pytest.mark.slow
def test_lost_key_is_said_at_the_sign_in(time_machine: Any, settings: Any) -> None:
    user, secret = with_app(time_machine)
    settings.KRAFTER_ENCRYPTION_KEYS = f"other:{settings.KRAFTER_ENCRYPTION_KEYS.partition(':')[2]}"

    client, _ = sign_in(user)
    page = client.post(CODE, {"code": code_of(secret)})

    assert (page.status_code, KEY_MISSING in page.content.decode()) == (200, True)
    assert client.get("/admin/").status_code == 302


@pytest.mark.slow
def test_code_works_once(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    first, second = sign_in(user)[0], sign_in(user)[0]
    code = code_of(secret)

    statuses = [client.post(CODE, {"code": code}).status_code for client in (first, second)]

    assert statuses == [302, 200]


@pytest.mark.slow
def test_code_works_once_in_simultaneous_requests(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    authenticator = Authenticator.objects.get(user=user, type="totp")

    with racers(8) as race:
        used = race(*[lambda: second_factor.use_code(authenticator, code_of(secret))] * 8)

    assert sorted(used) == [False] * 7 + [True]


def test_code_of_the_set_up_does_not_sign_in(time_machine: Any) -> None:
    time_machine.move_to("2026-11-27T10:00:10Z", tick=False)
    user = staff.superuser()
    client, _ = sign_in(user)
    secret = set_up(client)

    other, _ = sign_in(user)

    assert other.post(CODE, {"code": code_of(secret)}).status_code == 200


@pytest.mark.slow
def test_sixth_wrong_code_is_paused(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    client, _ = sign_in(user)

    wrong = [client.post(CODE, {"code": "000000"}).status_code for _ in range(5)]
    right = client.post(CODE, {"code": code_of(secret)})

    assert (wrong, right.status_code, right["retry-after"]) == ([200] * 5, 429, "30")


def test_recovery_code_works_once(time_machine: Any) -> None:
    user, _ = with_app(time_machine)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()

    locations = [sign_in(user)[0].post(CODE, {"code": codes[3]}).get("location") for _ in range(2)]

    assert (len(codes), locations) == (10, ["/admin/", None])
    assert Event.objects.filter(name="second_factor.recovery_code_used", subject_id=user.pk).count() == 1


@pytest.mark.slow
def test_secrets_are_sealed_and_in_no_page_afterwards(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    client, _ = sign_in(user)
    client.post(CODE, {"code": code_of(secret)})

    stored = [str(row.data) for row in Authenticator.objects.filter(user=user)]
    pages = [
        client.get(path).content.decode()
        for path in ("/admin/second-factor/", f"/admin/accounts/user/{user.pk}/change/")
    ]

    assert not any(secret in text for text in stored + pages)


@pytest.mark.slow
def test_staff_set_up_the_required_factor_before_they_see_a_page(settings: Any) -> None:
    settings.KRAFTER_REQUIRE_SECOND_FACTOR = True
    client, _ = sign_in(staff.superuser())

    before = [client.get(path).get("location") for path in ("/admin/", "/admin/findings/finding/")]
    page = client.get(SET_UP)
    set_up(client)

    assert before == [SET_UP, SET_UP]
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert f">{page.context['form'].secret}</code>" in page.content.decode()
    assert client.get("/admin/").status_code == 200


def test_staff_without_the_required_factor_can_sign_out(settings: Any) -> None:
    settings.KRAFTER_REQUIRE_SECOND_FACTOR = True
    client, _ = sign_in(staff.superuser())

    client.post("/admin/logout/")

    assert client.get("/admin/")["location"].startswith("/admin/login/")


def test_removal_needs_a_recent_confirmation(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    client, _ = sign_in(user)
    client.post(CODE, {"code": code_of(secret)})
    time_machine.shift(timedelta(minutes=10))

    refused = client.post("/admin/second-factor/remove/")
    client.post("/admin/password/confirm/", {"password": staff.PASSWORD})
    client.post("/admin/second-factor/remove/")

    assert refused["location"].startswith("/admin/password/confirm/")
    assert not Authenticator.objects.filter(user=user).exists()
    assert Event.objects.filter(name="second_factor.removed", subject_id=user.pk).count() == 1


@pytest.mark.slow
def test_command_removes_a_lost_factor_and_ends_the_sessions(time_machine: Any) -> None:
    user, secret = with_app(time_machine)
    client, _ = sign_in(user)
    client.post(CODE, {"code": code_of(secret)})

    call_command("remove_second_factor", user.email)

    assert client.get("/admin/").status_code == 302
    assert sign_in(user)[1]["location"] == "/admin/"
    with pytest.raises(CommandError, match="no second factor"):
        call_command("remove_second_factor", user.email)


@pytest.mark.slow
def test_removal_of_a_lost_factor_leaves_other_users_theirs_and_their_sessions(time_machine: Any) -> None:
    user, _ = with_app(time_machine)
    other, secret = with_app(time_machine)
    client, _ = sign_in(other)
    client.post(CODE, {"code": code_of(secret)})

    second_factor.remove(user)

    owners = set(Authenticator.objects.values_list("user", flat=True))
    assert (client.get("/admin/").status_code, owners) == (200, {other.pk})


def test_qr_code_is_of_the_key() -> None:
    client, _ = sign_in(staff.superuser())

    page = client.get(SET_UP)

    [url] = re.findall(r'href="(otpauth://totp/[^"]+)"', page.content.decode())
    assert f"secret={page.context['form'].secret}&amp;issuer=Krafter%20Audit" in url


def test_secret_that_was_replaced_meanwhile_is_not_overwritten() -> None:
    totp = TOTP.activate(staff.superuser(), "GEZDGNBVGY3TQOJQ").instance
    before = second_factor.sealed_secret(totp)

    late = second_factor.replace_secret(totp, b"an earlier one", b"late")
    stored = second_factor.sealed_secret(Authenticator.objects.get(pk=totp.pk))
    Authenticator.objects.all().delete()
    deleted = second_factor.replace_secret(totp, before, b"late")

    assert (late, stored, deleted) == (False, before, False)


def test_secret_is_replaced_in_its_own_row_only() -> None:
    others, own = (TOTP.activate(staff.superuser(), "GEZDGNBVGY3TQOJQ").instance for _ in range(2))
    before = second_factor.sealed_secret(others)

    is_replaced = second_factor.replace_secret(own, second_factor.sealed_secret(own), b"new")

    stored = [second_factor.sealed_secret(Authenticator.objects.get(pk=row.pk)) for row in (others, own)]
    assert (is_replaced, stored) == (True, [before, b"new"])
