"""A mail names each change of a user's password or second factor."""

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.sign_in.account_events import log_account_event
from krafter_audit.jobs.queues import enqueue
from tests import staff
from tests.factories import Scenario
from tests.fakes import mail as servers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        ("password.changed", "The password was changed · Krafter Audit"),
        ("password.reset", "The password was reset · Krafter Audit"),
        ("second_factor.added", "A second factor was set up · Krafter Audit"),
        ("second_factor.removed", "The second factor was removed · Krafter Audit"),
        ("sign_in.succeeded", None),
    ],
)
def test_mail_follows_a_change_and_no_sign_in(
    scenario: Scenario,
    event: str,
    subject: str | None,
    django_capture_on_commit_callbacks: Any,
    eager_jobs: None,
):
    with django_capture_on_commit_callbacks(execute=True):
        log_account_event(event, user=scenario.owner)

    assert [(message.to, message.subject) for message in mail.outbox] == (
        [([scenario.owner.email], subject)] if subject else []
    )


def test_changed_password_is_reported_with_its_time_and_address(
    scenario: Scenario, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    user = staff.member_of(scenario.organization, "member")
    form = {
        "old_password": staff.PASSWORD,
        "new_password1": "another passphrase",
        "new_password2": "another passphrase",
    }

    with django_capture_on_commit_callbacks(execute=True):
        staff.logged_in_client(user).post(reverse("admin:password_change"), form)

    [message] = mail.outbox
    assert "from the address 127.0.0.1." in message.body
    assert " UTC" in message.body
    assert "/admin/password/reset/" in message.body
    assert "another passphrase" not in message.body


def test_password_that_an_administrator_sets_is_reported(
    scenario: Scenario, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    form = {"password1": "another passphrase", "password2": "another passphrase", "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[scenario.owner.pk])

    with django_capture_on_commit_callbacks(execute=True):
        staff.logged_in_client().post(url, form)

    assert User.objects.get(pk=scenario.owner.pk).check_password("another passphrase")
    assert [message.to for message in mail.outbox] == [[scenario.owner.email]]


def test_old_address_gets_a_mail_when_an_administrator_changes_it(
    scenario: Scenario, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    user, old = scenario.owner, scenario.owner.email
    url = reverse("admin:accounts_user_change", args=[user.pk])

    for email in (old.upper(), "moved@example.com"):
        with django_capture_on_commit_callbacks(execute=True):
            staff.logged_in_client().post(url, {"email": email, "name": user.name, "is_active": "on"})

    [message] = mail.outbox
    assert User.objects.get(pk=user.pk).email == "moved@example.com"
    assert (message.to, message.subject) == ([old], "The e-mail address was changed · Krafter Audit")
    assert "/admin/password/reset/" not in message.body
    assert "moved@example.com" not in message.body


@pytest.mark.parametrize(
    ("server", "attempts"), [("RefusesEve", 1), ("AnswersTheContent", 1), ("GreylistsEve", 7)]
)
@pytest.mark.parametrize("job", ["accounts.send_notice", "accounts.send_password_reset"])
def test_mail_is_tried_again_after_a_temporary_answer_alone(
    scenario: Scenario,
    settings: Any,
    eager_jobs: None,
    monkeypatch: Any,
    job: str,
    server: str,
    attempts: int,
):
    settings.MAILERS = {"default": {"BACKEND": f"tests.fakes.mail.{server}"}}
    user = User.objects.create_user("eve@example.com", staff.PASSWORD)
    tried: list[str] = []
    backend = getattr(servers, server)
    answer = backend.send_messages

    def count(self: Any, messages: Any) -> int:
        tried.append(messages[0].to[0])
        return answer(self, messages)

    monkeypatch.setattr(backend, "send_messages", count)
    arguments = {
        "accounts.send_notice": ("password.changed", str(user.pk), timezone.now().isoformat(), ""),
        "accounts.send_password_reset": (user.email,),
    }

    enqueue(job, *arguments[job])

    assert tried == ["eve@example.com"] * attempts
