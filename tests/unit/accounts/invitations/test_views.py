"""A new member is invited by e-mail, and sets a name and a password by a link that works once."""

import logging
import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts import services as accounts
from accounts.actors import SYSTEM
from accounts.invitations.links import invitation_url, invited_user
from accounts.invitations.services import resend
from accounts.invitations.states import state_of
from accounts.models import Invitation, Membership, User
from events.models import Event
from tests import factories, staff
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EMAIL, PASSWORD = "new@example.com", "a long enough passphrase"
FORM = {"name": "Ada", "new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def org(scenario: Scenario) -> str:
    return f"/api/v1/orgs/{scenario.organization.pk}"


@pytest.fixture
def invitation_path(
    scenario: Scenario, org: str, django_capture_on_commit_callbacks: Any, eager_jobs: None
) -> str:
    """Invite a viewer; return the path of the link in the e-mail."""
    with django_capture_on_commit_callbacks(execute=True):
        scenario.client.call("post", f"{org}/members", {"email": EMAIL, "role": "viewer"})
    return link()


def link() -> str:
    found = re.search(r"http://\S+(/invitations/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def test_mail_names_the_organisation_and_the_role(scenario: Scenario, invitation_path: str) -> None:
    [message] = mail.outbox

    assert (message.to, message.subject) == ([EMAIL], f"Invitation to {scenario.organization.name}")
    assert "as viewer" in message.body
    assert Invitation.objects.get().sent_at is not None


def test_invited_person_sets_name_and_password_and_signs_in(scenario: Scenario, invitation_path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(invitation_path)
    token = client.cookies["csrftoken"].value

    done = client.post(invitation_path, {**FORM, "csrfmiddlewaretoken": token})

    user = User.objects.get(email=EMAIL)
    assert (page.status_code, done.status_code) == (200, 200)
    assert (user.name, user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (
        "Ada", True, False, True,
    )  # fmt: skip
    assert client.login(username=EMAIL, password=PASSWORD)
    [event] = Event.objects.filter(name="member.joined")
    assert (event.organization_id, event.actor_id) == (scenario.organization.pk, user.pk)


def test_link_works_once(invitation_path: str) -> None:
    Client().post(invitation_path, FORM)

    again = Client().post(invitation_path, {**FORM, "name": "Eve"})

    assert (Client().get(invitation_path).status_code, again.status_code) == (410, 410)
    assert User.objects.get(email=EMAIL).name == "Ada"


def test_link_of_an_invitation_expires_after_seven_days(invitation_path: str, time_machine: Any) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))

    assert Client().post(invitation_path, FORM).status_code == 410
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_link_sent_before_a_removal_is_not_valid_after_another_invitation(
    scenario: Scenario, org: str, invitation_path: str
) -> None:
    accounts.remove_member(Membership.objects.get(user__email=EMAIL), by=SYSTEM)
    scenario.client.call("post", f"{org}/members", {"email": EMAIL, "role": "admin"})

    assert Client().post(invitation_path, FORM).status_code == 410
    user = User.objects.get(email=EMAIL)
    new_token = invitation_url(user).rpartition("/")[2]
    assert (user.has_usable_password(), invited_user(new_token)) == (False, user)


def test_link_of_a_deactivated_person_is_not_valid(invitation_path: str, client: Client) -> None:
    User.objects.filter(email=EMAIL).update(is_active=False)

    page = client.post(invitation_path, FORM)

    assert (page.status_code, User.objects.get(email=EMAIL).has_usable_password()) == (410, False)


def test_link_stays_valid_while_another_organisation_has_invited_the_person(scenario: Scenario) -> None:
    organizations = [scenario.organization, factories.scenario().organization]
    member, other = (
        accounts.invite_member(organization, email=EMAIL, role="viewer", by=SYSTEM)[0]
        for organization in organizations
    )
    token = invitation_url(other.user).rpartition("/")[2]

    accounts.remove_member(member, by=SYSTEM)

    assert invited_user(token) == other.user


def test_link_does_not_open_the_account_of_another_address(scenario: Scenario, invitation_path: str) -> None:
    # An administrator invites themselves, and gives the account another person's address before they accept.
    client = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))
    changed = client.post(
        reverse("admin:accounts_user_change", args=[User.objects.get(email=EMAIL).pk]),
        {"email": "victim@example.org", "name": "", "is_active": "on"},
    )

    accepted = Client().post(invitation_path, FORM)

    victim = User.objects.get(email="victim@example.org")
    assert (changed.status_code, accepted.status_code) == (302, 410)
    assert (victim.is_staff, victim.has_usable_password()) == (False, False)


def test_password_that_another_organisation_set_before_a_person_joined_is_replaced(
    invitation_path: str, django_capture_on_commit_callbacks: Any, eager_jobs: None
) -> None:
    user = User.objects.get(email=EMAIL)
    user.set_password("known to somebody else")
    user.save()
    other = factories.scenario()
    path = f"/api/v1/orgs/{other.organization.pk}/members"
    with django_capture_on_commit_callbacks(execute=True):
        other.client.call("post", path, {"email": EMAIL, "role": "owner"})

    accepted = Client().post(link(), FORM)

    user.refresh_from_db()
    assert (accepted.status_code, len(mail.outbox)) == (200, 2)
    assert (user.is_staff, user.check_password(PASSWORD)) == (True, True)


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "1" * 500])
def test_forged_link_is_not_found(db: None, token: str) -> None:
    page = Client().get(f"/invitations/{token}")

    assert (page.status_code, "copied the complete link" in page.content.decode()) == (404, True)


@pytest.mark.parametrize(
    "change",
    [
        {"new_password2": "another"},
        {"new_password1": "1", "new_password2": "1"},
        {"name": ""},
        {"name": "\u200b"},
    ],
)
def test_invalid_form_is_shown_again(invitation_path: str, change: dict[str, str]) -> None:
    response = Client().post(invitation_path, {**FORM, **change})

    assert (response.status_code, b"errorlist" in response.content) == (422, True)
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_password_that_is_the_name_is_refused(invitation_path: str) -> None:
    weak = dict.fromkeys(FORM, "Ada Lovelace-King")

    response = Client().post(invitation_path, weak)

    assert (response.status_code, b"too similar to the name" in response.content) == (422, True)
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_page_is_not_cached_and_the_log_has_no_token(
    invitation_path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        response = Client().get(invitation_path)

    assert "no-store" in response["cache-control"]
    assert invitation_path.rpartition("/")[2] not in caplog.text


def test_repeated_invitation_sends_another_mail_and_a_member_with_password_gets_none(
    scenario: Scenario, org: str, invitation_path: str, django_capture_on_commit_callbacks: Any
) -> None:
    def invite() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            scenario.client.call("post", f"{org}/members", {"email": EMAIL})
        return len(mail.outbox)

    again = invite()
    Client().post(link(), FORM)

    assert (again, invite()) == (2, 2)


def test_unavailable_mail_server_is_tried_again(
    scenario: Scenario, org: str, monkeypatch: pytest.MonkeyPatch, enqueued: list[Any], time_machine: Any
) -> None:
    scenario.client.call("post", f"{org}/members", {"email": EMAIL})
    invitation = Invitation.objects.get()

    def refuse(*args: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        jobs.send_invitation(str(invitation.pk))
    jobs.requeue_pending()
    too_early = list(enqueued)
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    jobs.requeue_pending()
    jobs.send_invitation(str(invitation.pk))
    jobs.send_invitation(str(invitation.pk))

    assert too_early == []
    assert enqueued == [("accounts.send_invitation", str(invitation.pk))]
    assert len(mail.outbox) == 1


def send_when_due(invitation: Invitation, time_machine: Any) -> bool:
    """Run the job when the mail is due; return whether another attempt is planned."""
    invitation.refresh_from_db()
    time_machine.move_to(invitation.due_at, tick=False)
    jobs.send_invitation(str(invitation.pk))
    invitation.refresh_from_db()
    return invitation.due_at is not None


def test_postponed_address_is_tried_again_and_gets_one_mail(
    scenario: Scenario, org: str, settings: Any, enqueued: list[Any], time_machine: Any
) -> None:
    scenario.client.call("post", f"{org}/members", {"email": "eve@example.com"})
    invitation = Invitation.objects.get()
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.GreylistsEve"}}

    postponed = send_when_due(invitation, time_machine)
    state, wait = state_of(invitation.membership), invitation.due_at - timezone.now()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    again = send_when_due(invitation, time_machine)
    jobs.send_invitation(str(invitation.pk))

    assert (postponed, state, wait, again) == (True, "queued", timedelta(seconds=30), False)
    assert [message.to for message in mail.outbox] == [["eve@example.com"]]


def test_address_that_stays_postponed_is_undeliverable_after_five_attempts(
    scenario: Scenario, org: str, settings: Any, enqueued: list[Any], time_machine: Any
) -> None:
    scenario.client.call("post", f"{org}/members", {"email": "eve@example.com"})
    invitation = Invitation.objects.get()
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.GreylistsEve"}}

    planned = [send_when_due(invitation, time_machine) for _ in range(5)]
    state = state_of(invitation.membership)
    resend(invitation.membership)
    planned += [send_when_due(invitation, time_machine) for _ in range(5)]

    assert planned == [True, True, True, True, False] * 2
    assert state == "undeliverable"


@pytest.mark.parametrize("server", ["RefusesEve", "AnswersTheContent"])
def test_refused_invitation_is_not_tried_again(
    scenario: Scenario, org: str, settings: Any, enqueued: list[Any], time_machine: Any, server: str
) -> None:
    scenario.client.call("post", f"{org}/members", {"email": "eve@example.com"})
    invitation = Invitation.objects.get()
    settings.MAILERS = {"default": {"BACKEND": f"tests.fakes.mail.{server}"}}

    assert send_when_due(invitation, time_machine) is False
    assert state_of(invitation.membership) == "undeliverable"


def test_page_names_the_account_that_the_browser_is_signed_in_with(
    scenario: Scenario, invitation_path: str
) -> None:
    other = staff.member_of(scenario.organization, "viewer")
    client = staff.logged_in_client(other)

    before = client.get(invitation_path).content.decode()
    after = client.post(invitation_path, FORM).content.decode()

    assert [f"This browser is signed in as {other}." in page for page in (before, after)] == [True, True]
    assert f"Sign out, then sign in as {EMAIL}." in after
    assert client.session["_auth_user_id"] == str(other.pk)


def test_link_of_a_revoked_invitation_leads_to_the_sign_in(invitation_path: str) -> None:
    Membership.objects.filter(user__email=EMAIL).delete()

    page = Client().get(invitation_path)

    assert (page.status_code, "revoked" in page.content.decode()) == (410, True)
    assert 'href="/admin/"' in page.content.decode()
