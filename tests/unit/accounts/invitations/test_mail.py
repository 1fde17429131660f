"""A person who signs in already and is added to an organisation is a member at once, and notified by one mail."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import jobs, services
from accounts.actors import SYSTEM, Actor
from accounts.invitations.services import MAX_MAILS_PER_ADDRESS, accept, resend
from accounts.invitations.states import state_of
from accounts.models import Invitation, InvitationMail, Membership, Organization, User
from accounts.sign_in.group_mapping import create_from_groups
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PUBLIC_URL = "https://audit.example.com"


@pytest.fixture
def user_with_password(settings: Any) -> User:
    """Return a person with a password, in another organisation."""
    settings.KRAFTER_PUBLIC_URL = PUBLIC_URL
    return staff.member_of(factories.scenario().organization, "member")


@pytest.fixture
def single_sign_on_user(settings: Any) -> User:
    """Return a person without a password, who signs in by single sign-on."""
    settings.KRAFTER_OIDC_URL = "https://login.example.com"
    return User.objects.create_user("sso@example.com", is_staff=True, last_login=timezone.now())


def add(scenario: Scenario, user: User, role: str = "member") -> Any:
    body = {"email": user.email, "role": role}
    return scenario.client.call("post", f"/api/v1/orgs/{scenario.organization.pk}/members", body)


def test_mail_says_who_has_added_the_person_and_where_they_can_leave(
    scenario: Scenario, user_with_password: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    Organization.objects.filter(pk=scenario.organization.pk).update(name="Acme &\r\nCo")
    User.objects.filter(pk=scenario.owner.pk).update(name="Ann\n<Owner>")

    with django_capture_on_commit_callbacks(execute=True):
        answers = [add(scenario, user_with_password), add(scenario, user_with_password)]

    [message] = mail.outbox
    [html] = [alternative.content for alternative in message.alternatives]
    url = f"{PUBLIC_URL}{reverse('organizations')}"
    assert [answer.status_code for answer in answers] == [201, 200]
    assert (message.to, message.subject) == (
        [user_with_password.email],
        "You were added to the organisation Acme & Co as member",
    )
    assert "Ann <Owner> added you to the organisation Acme & Co in Krafter Audit, as member." in message.body
    assert f"\n{url}\n" in message.body
    assert "Ann &lt;Owner&gt; added you to the organisation Acme &amp; Co" in html
    assert f'href="{url}"' in html
    assert "/invitations/" not in message.body + html


def test_person_who_signs_in_by_single_sign_on_gets_no_link_for_a_password(
    scenario: Scenario, single_sign_on_user: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    with django_capture_on_commit_callbacks(execute=True):
        add(scenario, single_sign_on_user, "viewer")

    [message] = mail.outbox
    assert message.subject.startswith("You were added to the organisation")
    assert "/invitations/" not in message.body


def test_person_is_invited_when_single_sign_on_was_turned_off(
    scenario: Scenario,
    single_sign_on_user: User,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    eager_jobs: None,
):
    settings.KRAFTER_OIDC_URL = ""

    with django_capture_on_commit_callbacks(execute=True):
        add(scenario, single_sign_on_user)

    [message] = mail.outbox
    assert message.subject == f"Invitation to {scenario.organization.name}"


def test_administrator_adds_a_person_who_is_notified(
    scenario: Scenario, user_with_password: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    admin = staff.member_of(scenario.organization, "admin")
    form = {"organization": scenario.organization.pk, "email": user_with_password.email, "role": "viewer"}
    url = reverse("admin:accounts_membership_add")

    with django_capture_on_commit_callbacks(execute=True):
        page = staff.logged_in_client(admin).post(url, form, follow=True)

    [message] = mail.outbox
    assert f"{admin.email} added you" in message.body
    assert f"{user_with_password} has an account, is a member now and is notified by mail." in messages_of(
        page
    )


def test_superuser_adds_persons_on_the_page_of_the_organisation(
    scenario: Scenario, user_with_password: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    added = Membership(organization=scenario.organization, user=user_with_password, role="admin")
    fields = {"name": scenario.organization.name, **staff.membership_fields(scenario.organization, added)}
    url = staff.admin_url(Organization, "change", scenario.organization.pk)

    with django_capture_on_commit_callbacks(execute=True):
        staff.logged_in_client().post(url, fields)

    assert [(message.to, message.subject.endswith(" as admin")) for message in mail.outbox] == [
        ([user_with_password.email], True)
    ]


def test_operator_and_identity_provider_send_no_mail(
    scenario: Scenario,
    user_with_password: User,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    eager_jobs: None,
):
    organization = scenario.organization
    settings.KRAFTER_OIDC_GROUPS = [f"team={organization.pk}:member"]
    other = staff.member_of(factories.scenario().organization, "member")

    with django_capture_on_commit_callbacks(execute=True):
        call_command("set_member", user_with_password.email, organization=str(organization.pk), role="member")
        create_from_groups("new@example.com", ["team"])
        services.invite_member(organization, email=other.email, role="member", by=SYSTEM)

    assert (organization.memberships.count(), mail.outbox) == (4, [])


def test_person_who_adds_themselves_or_is_deactivated_gets_no_mail(
    scenario: Scenario, user_with_password: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    root, organization = staff.superuser(), scenario.organization
    User.objects.filter(pk=user_with_password.pk).update(is_active=False)

    with django_capture_on_commit_callbacks(execute=True):
        services.invite_member(organization, email=root.email, role="admin", by=Actor("admin", root.pk))
        add(scenario, user_with_password)

    assert (organization.memberships.count(), mail.outbox) == (3, [])


def test_mail_is_sent_once_after_an_outage(
    scenario: Scenario,
    user_with_password: User,
    monkeypatch: pytest.MonkeyPatch,
    enqueued: list[Any],
    time_machine: Any,
):
    add(scenario, user_with_password)
    notice = Invitation.objects.get()

    def refuse(*args: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        jobs.send_invitation(str(notice.pk))
    time_machine.move_to(timezone.now() + timedelta(hours=8))
    jobs.requeue_pending()
    jobs.send_invitation(str(notice.pk))
    jobs.send_invitation(str(notice.pk))

    assert enqueued == [("accounts.send_invitation", str(notice.pk))]
    assert [message.to for message in mail.outbox] == [[user_with_password.email]]


def test_person_who_was_removed_before_the_mail_is_sent_gets_none(
    scenario: Scenario, user_with_password: User
):
    add(scenario, user_with_password)
    notice = Invitation.objects.get()

    services.remove_member(notice.membership, by=scenario.actor)
    jobs.send_invitation(str(notice.pk))

    assert mail.outbox == []


def test_person_who_joins_another_organisation_before_the_mail_is_sent_gets_no_void_link(
    scenario: Scenario,
):
    for organization in (scenario.organization, factories.scenario().organization):
        services.invite_member(organization, email="new@example.com", role="member", by=SYSTEM)
    [waiting, other] = Invitation.objects.order_by("created_at")

    accept(other.membership.user, name="Ada", password="correct horse battery")
    jobs.send_invitation(str(waiting.pk))

    waiting.refresh_from_db()
    assert (mail.outbox, waiting.due_at, waiting.sent_at) == ([], None, None)


def test_person_who_is_deactivated_before_the_mail_gets_no_link(scenario: Scenario, enqueued: list[Any]):
    add(scenario, User(email="new@example.com"))
    User.objects.filter(email="new@example.com").update(is_active=False)
    waiting = Invitation.objects.get()

    jobs.send_invitation(str(waiting.pk))

    waiting.refresh_from_db()
    assert (mail.outbox, waiting.due_at, waiting.sent_at) == ([], None, None)


def test_person_who_is_added_and_removed_again_and_again_gets_five_mails(
    scenario: Scenario, user_with_password: User, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    statuses = []
    for _ in range(MAX_MAILS_PER_ADDRESS + 2):
        with django_capture_on_commit_callbacks(execute=True):
            statuses.append(add(scenario, user_with_password).status_code)
        membership = Membership.objects.get(organization=scenario.organization, user=user_with_password)
        services.remove_member(membership, by=scenario.actor)

    assert (statuses, len(mail.outbox)) == ([201] * (MAX_MAILS_PER_ADDRESS + 2), MAX_MAILS_PER_ADDRESS)


def test_mails_of_an_organisation_are_limited_with_its_invitations(
    scenario: Scenario,
    user_with_password: User,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    eager_jobs: None,
):
    settings.KRAFTER_INVITATIONS_PER_DAY = 1
    admin = staff.logged_in_client(staff.member_of(scenario.organization, "admin"))
    invited = User(email="new@example.com")
    form = {"organization": scenario.organization.pk, "email": user_with_password.email, "role": "viewer"}

    with django_capture_on_commit_callbacks(execute=True):
        first = add(scenario, invited)
        page = admin.post(reverse("admin:accounts_membership_add"), form, follow=True)

    assert first.status_code == 201
    assert f"{user_with_password} has an account, is a member now and gets no mail." in messages_of(page)
    assert [message.to for message in mail.outbox] == [[invited.email]]
    assert InvitationMail.objects.filter(organization=scenario.organization).count() == 1


def test_notice_is_no_invitation(scenario: Scenario, user_with_password: User, enqueued: list[Any]):
    add(scenario, user_with_password)
    notice = Invitation.objects.get()
    jobs.send_invitation(str(notice.pk))
    joined = state_of(notice.membership)
    page = staff.logged_in_client().get(staff.admin_url(Membership, "change", notice.membership_id))
    user_with_password.set_unusable_password()
    user_with_password.save()

    membership = Membership.objects.get(pk=notice.membership_id)
    state = state_of(membership)
    resend(membership)
    jobs.send_invitation(str(notice.pk))

    assert (joined, state) == ("joined", "not_invited")
    assert "<dt>Invited</dt>" not in page.content.decode()
    assert [message.subject.split()[0] for message in mail.outbox] == ["You", "Invitation"]


def test_invitation_whose_mail_raises_is_sent_later_five_times(scenario: Scenario, user_with_password: User):
    add(scenario, user_with_password)
    User.objects.filter(pk=user_with_password.pk).update(email="known\n@example.com")
    invitation = Invitation.objects.get()

    found = []
    for _ in range(5):
        Invitation.objects.update(due_at=timezone.now())
        jobs.send_invitation(str(invitation.pk))
        invitation.refresh_from_db()
        later = invitation.due_at is not None and invitation.due_at > timezone.now()
        found.append((later, invitation.lease_until, invitation.sent_at))

    assert found == [(True, None, None)] * 4 + [(False, None, None)]
