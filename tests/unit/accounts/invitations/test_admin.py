"""Owners and admins invite, change and remove the members of their organisation in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.utils import label_for_field
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts import api_keys
from accounts.invitations.admin import INVITED, MEMBER_ALREADY
from accounts.invitations.links import LINK_LIFETIME
from accounts.invitations.states import state_of
from accounts.models import ApiKey, Invitation, Membership, Organization, User
from events.models import Event
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Role = Membership.Role
EMAIL = "new@example.com"


@pytest.fixture
def administrator(scenario: Scenario) -> Client:
    return staff.logged_in_client(member_of(scenario.organization, Role.ADMIN))


def invite(client: Client, scenario: Scenario, **fields: Any) -> Any:
    data = {"organization": scenario.organization.pk, "email": EMAIL, "role": "viewer", **fields}
    return client.post(reverse("admin:accounts_membership_add"), data, follow=True)


def invited(client: Client, scenario: Scenario) -> Membership:
    invite(client, scenario)
    return Membership.objects.get(user__email=EMAIL)


def test_administrator_invites_by_mail(
    administrator: Client, scenario: Scenario, django_capture_on_commit_callbacks: Any, eager_jobs: None
):
    with django_capture_on_commit_callbacks(execute=True):
        member = invited(administrator, scenario)

    [message] = mail.outbox
    assert (message.to, member.role, state_of(Membership.objects.get(pk=member.pk))) == (
        [EMAIL],
        "viewer",
        "sent",
    )
    [html] = [alternative.content for alternative in message.alternatives]
    links = [word for word in message.body.split() if word.startswith("http")]
    assert [f'href="{link}"' in html for link in links] == [True]
    [event] = Event.objects.filter(name="member.added", subject_id=member.user_id)
    assert (event.actor, event.organization_id) == ("admin", scenario.organization.pk)


def test_address_that_is_none_in_lower_case_is_rejected(administrator: Client, scenario: Scenario):
    path, known = f"/api/v1/orgs/{scenario.organization.pk}/members", User.objects.count()

    refused = scenario.client.call("post", path, {"email": "\u0130@example.com"})
    shown = invite(administrator, scenario, email="\u0130@example.com")

    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, ["email"])
    assert "Enter a valid email address." in shown.content.decode()
    assert User.objects.count() == known


@pytest.mark.parametrize(
    ("invitation", "state"),
    [
        (None, "not_invited"),
        ({"due_at": timezone.now()}, "queued"),
        ({"due_at": None, "sent_at": timezone.now()}, "sent"),
        ({"due_at": None, "sent_at": timezone.now() - timedelta(days=8)}, "expired"),
        ({"due_at": None, "sent_at": None}, "undeliverable"),
    ],
)
def test_state_of_an_invitation(scenario: Scenario, invitation: dict[str, Any] | None, state: str):
    user = User.objects.create_user(EMAIL)
    member = Membership.objects.create(organization=scenario.organization, user=user)
    if invitation is not None:
        Invitation.objects.create(membership=member, **invitation)

    assert state_of(member) == state


def test_invitation_is_sent_again_and_revoked_after_a_confirmation(
    administrator: Client, scenario: Scenario, enqueued: list[Any], django_capture_on_commit_callbacks: Any
):
    member = invited(administrator, scenario)
    with django_capture_on_commit_callbacks(execute=True):
        again = messages_of(run_action(administrator, "send_again", member))

    confirmation = run_action(administrator, "revoke", member)
    still_there = Membership.objects.filter(pk=member.pk).exists()
    done = messages_of(run_action(administrator, "revoke", member, confirmed="1"))

    assert again == ["new@example.com · Viewer: an e-mail with a new link is being sent."]
    assert [name for name, _ in enqueued] == ["accounts.send_invitation"]
    assert (b"Revoke the invitation?" in confirmation.content, still_there) == (True, True)
    assert done == ["new@example.com · Viewer: the invitation is revoked."]
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_deactivated_person_is_sent_no_invitation(
    administrator: Client, scenario: Scenario, enqueued: list[Any], django_capture_on_commit_callbacks: Any
):
    member = invited(administrator, scenario)
    User.objects.filter(pk=member.user_id).update(is_active=False)

    with django_capture_on_commit_callbacks(execute=True):
        again = messages_of(run_action(administrator, "send_again", member))

    assert again == ["new@example.com · Viewer: no e-mail is sent, as the account is deactivated."]
    assert enqueued == []


def test_member_who_joined_is_removed_and_not_invited_again(administrator: Client, scenario: Scenario):
    member = Membership.objects.get(user=member_of(scenario.organization, Role.MEMBER))

    refused = [
        messages_of(run_action(administrator, action, member, confirmed="1"))
        for action in ("send_again", "revoke")
    ]
    removed = messages_of(run_action(administrator, "remove", member, confirmed="1"))

    assert all("joined already" in text for [text] in refused)
    assert removed[0].endswith("removed.")
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_removal_of_the_own_membership_shows_a_message(administrator: Client, scenario: Scenario):
    own = Membership.objects.get(organization=scenario.organization, role=Role.ADMIN)

    page = run_action(administrator, "remove", own, confirmed="1")

    assert (page.status_code, messages_of(page)) == (200, [f"{own}: removed."])


def test_role_is_changed_by_the_service_and_the_last_owner_keeps_theirs(scenario: Scenario):
    client = staff.logged_in_client()
    owner = Membership.objects.get(organization=scenario.organization, user=scenario.owner)
    member = Membership.objects.get(user=member_of(scenario.organization, Role.VIEWER))

    client.post(admin_url(Membership, "change", member.pk), {"role": "member"})
    page = client.post(admin_url(Membership, "change", owner.pk), {"role": "viewer"})

    member.refresh_from_db()
    owner.refresh_from_db()
    assert (member.role, owner.role) == ("member", "owner")
    assert "at least one owner" in page.content.decode()
    assert Event.objects.filter(name="member.role_changed", subject_id=member.user_id).count() == 1


def test_page_of_an_administrator_says_which_keys_end_with_the_role(scenario: Scenario):
    client = staff.logged_in_client()
    user = member_of(scenario.organization, Role.ADMIN)
    member = Membership.objects.get(user=user)
    for name, scope in (("Deploys <b>", "audit:write"), ("Dashboard", "audit:read")):
        api_keys.issue(scenario.organization, user=user, name=name, scopes=[scope])
    [reads, writes] = ApiKey.objects.filter(user=user).order_by("name")
    url = admin_url(Membership, "change", member.pk)
    sentence = f"these API keys of the person stop working at once: {escape(writes)}."

    pages = [client.get(address).content.decode() for address in (url, organization_url(scenario))]
    done = client.post(url, {"role": "member"}, follow=True)
    later = client.get(url).content.decode()

    assert [(sentence in page, reads.name in page) for page in pages] == [(True, False)] * 2
    assert f"The API key {writes} is revoked." in messages_of(done)
    assert list(ApiKey.objects.filter(user=user, revoked_at=None)) == [reads]
    assert "stop working at once" not in later


def organization_url(scenario: Scenario) -> str:
    return admin_url(Organization, "change", scenario.organization.pk)


def test_administrator_neither_makes_nor_changes_owners(administrator: Client, scenario: Scenario):
    owner = Membership.objects.get(organization=scenario.organization, user=scenario.owner)
    member = Membership.objects.get(user=member_of(scenario.organization, Role.MEMBER))

    invite(administrator, scenario, role="owner")
    administrator.post(admin_url(Membership, "change", member.pk), {"role": "owner"})
    administrator.post(admin_url(Membership, "change", owner.pk), {"role": "viewer"})
    run_action(administrator, "remove", owner, confirmed="1")

    roles = dict(Membership.objects.values_list("user__email", "role"))
    assert (roles.get(EMAIL), roles[member.user.email], roles[scenario.owner.email]) == (
        None,
        "member",
        "owner",
    )


def test_administrator_changes_no_owner_beside_whom_another_one_would_remain(
    administrator: Client, scenario: Scenario
):
    other = Membership.objects.get(user=member_of(scenario.organization, Role.OWNER))

    administrator.post(admin_url(Membership, "change", other.pk), {"role": "viewer"})
    run_action(administrator, "remove", other, confirmed="1")

    assert list(scenario.organization.memberships.filter(role="owner", pk=other.pk)) == [other]


def test_owner_makes_and_changes_owners(scenario: Scenario):
    client = staff.logged_in_client(member_of(scenario.organization, Role.OWNER))
    first = Membership.objects.get(organization=scenario.organization, user=scenario.owner)
    member = Membership.objects.get(user=member_of(scenario.organization, Role.MEMBER))

    client.post(admin_url(Membership, "change", member.pk), {"role": "owner"})
    client.post(admin_url(Membership, "change", first.pk), {"role": "viewer"})

    assert [Membership.objects.get(pk=membership.pk).role for membership in (member, first)] == [
        "owner",
        "viewer",
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_members_and_viewers_cannot_invite_change_or_remove_members(scenario: Scenario, role: str):
    client = staff.logged_in_client(member_of(scenario.organization, role))
    other = Membership.objects.get(user=member_of(scenario.organization, Role.VIEWER))

    response = invite(client, scenario)
    client.post(admin_url(Membership, "change", other.pk), {"role": "admin"})
    run_action(client, "remove", other, confirmed="1")

    other.refresh_from_db()
    assert (response.status_code, other.role) == (403, "viewer")
    assert not User.objects.filter(email=EMAIL).exists()


def test_member_who_is_invited_again_keeps_the_role(administrator: Client, scenario: Scenario):
    member = Membership.objects.get(user=member_of(scenario.organization, Role.VIEWER))

    page = invite(administrator, scenario, email=member.user.email, role="admin")

    member.refresh_from_db()
    assert page.context["adminform"].form.errors == {"email": [MEMBER_ALREADY]}
    assert member.role == "viewer"


def test_person_who_invites_is_told_that_a_mail_is_sent(administrator: Client, scenario: Scenario):
    page = invite(administrator, scenario)

    assert INVITED.format(User.objects.get(email=EMAIL), LINK_LIFETIME.days) in messages_of(page)


def test_page_of_a_member_says_when_the_invitation_ends_and_what_can_be_done(
    administrator: Client, scenario: Scenario
):
    sent_at = timezone.now()
    new = invited(administrator, scenario)
    Invitation.objects.filter(membership=new).update(due_at=None, sent_at=sent_at)
    joined = Membership.objects.get(user=member_of(scenario.organization, Role.MEMBER))
    Invitation.objects.create(membership=joined, due_at=None, sent_at=sent_at)

    pages = [administrator.get(admin_url(Membership, "change", row.pk)).context for row in (new, joined)]

    refused = [{button.name for button in page["buttons"] if button.refusal} for page in pages]
    assert [page["detail"]["valid_until"] for page in pages] == [sent_at + timedelta(days=7), None]
    assert refused == [{"remove"}, {"send_again", "revoke"}]


def test_invitation_into_another_organisation_is_refused(administrator: Client, scenario: Scenario):
    elsewhere = factories.scenario()

    page = invite(administrator, elsewhere)

    assert "organization" in page.context["adminform"].form.errors
    assert not User.objects.filter(email=EMAIL).exists()


def test_only_organisation_that_a_person_manages_is_chosen(administrator: Client, scenario: Scenario):
    member_of_more = User.objects.get(pk=administrator.session["_auth_user_id"])
    add = reverse("admin:accounts_membership_add")

    one = administrator.get(add).context["adminform"].form.initial
    Membership.objects.create(
        organization=factories.scenario().organization, user=member_of_more, role=Role.OWNER
    )
    two = administrator.get(add).context["adminform"].form.initial

    assert (one.get("organization"), two.get("organization")) == (scenario.organization.pk, None)


def test_superuser_invites_into_each_organisation(scenario: Scenario):
    organizations = [factories.scenario().organization for _ in range(3)]
    client = staff.logged_in_client()

    for number, organization in enumerate(organizations):
        data = {"organization": organization.pk, "email": f"new{number}@example.com", "role": "viewer"}
        client.post(reverse("admin:accounts_membership_add"), data)

    added = Membership.objects.filter(user__email__startswith="new").order_by("user__email")
    assert [membership.organization for membership in added] == organizations


def test_list_of_members_names_e_mail_and_name(scenario: Scenario) -> None:
    client = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))

    changelist = client.get(admin_url(Membership, "changelist")).context["cl"]

    assert [label_for_field(name, Membership, changelist.model_admin) for name in ("email", "name")] == [
        "e-mail",
        "name",
    ]
