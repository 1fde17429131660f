"""Mails of invitations are limited for one address and for an organisation."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.actors import SYSTEM, Actor
from accounts.errors import AlreadyJoined, TooManyInvitations
from accounts.invitations.services import MAX_MAILS_PER_ADDRESS, accept, resend
from accounts.models import InvitationMail, Membership, User
from events.models import Event
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import member_of, messages_of, run_action

pytestmark = pytest.mark.django_db
EMAIL = "new@example.com"


def invite(scenario: Scenario, email: str = EMAIL) -> Membership:
    return services.invite_member(scenario.organization, email=email, role="viewer", by=scenario.actor)[0]


def test_address_gets_five_mails_of_an_organisation_a_day(scenario: Scenario, time_machine: Any) -> None:
    elsewhere = factories.scenario()
    start = timezone.now()
    member = invite(scenario, EMAIL)
    for _ in range(MAX_MAILS_PER_ADDRESS - 1):
        resend(member)

    with pytest.raises(TooManyInvitations) as refused:
        resend(member)
    invite(elsewhere, EMAIL)
    invite(scenario, "another@example.com")
    time_machine.move_to(start + timedelta(days=1, minutes=1))
    resend(member)

    assert refused.value.message == (
        "At most 5 invitations of an organisation are mailed to one address in 24 hours."
    )
    assert refused.value.status == 429
    assert refused.value.details == {"limit": 5, "used": 5}
    assert 86_300 < int(refused.value.headers["retry-after"]) <= 86_400
    # Older ones are deleted.
    assert InvitationMail.objects.filter(organization=scenario.organization).count() == 1


def test_link_that_is_used_twice_at_the_same_time_works_once(scenario: Scenario) -> None:
    member = invite(scenario)
    first, second = (User.objects.get(pk=member.user_id) for _ in range(2))
    accept(first, name="Ada", password="of the first request")

    with pytest.raises(AlreadyJoined):
        accept(second, name="Ada", password="of the second request")

    assert User.objects.get(pk=member.user_id).check_password("of the first request")
    assert Event.objects.filter(name="member.joined").count() == 1


def test_limit_outlives_the_removal_of_the_member(scenario: Scenario) -> None:
    for _ in range(MAX_MAILS_PER_ADDRESS):
        services.remove_member(invite(scenario, EMAIL), by=scenario.actor)

    with pytest.raises(TooManyInvitations):
        invite(scenario, "New@Example.com")

    assert not Membership.objects.filter(user__email=EMAIL).exists()


def test_organisation_sends_a_number_of_mails_a_day(scenario: Scenario, settings: Settings) -> None:
    settings.KRAFTER_INVITATIONS_PER_DAY = 2
    signed_up = member_of(scenario.organization, Membership.Role.MEMBER)
    path = f"/api/v1/orgs/{scenario.organization.pk}/members"
    bodies = [{"email": f"{name}@example.com"} for name in ("a", "b", "c")]

    first, second, third = (scenario.client.call("post", path, body) for body in bodies)
    known = scenario.client.call("post", path, {"email": signed_up.email})

    assert [first.status_code, second.status_code, third.status_code] == [201, 201, 429]
    error = third.json()["error"]
    assert (error["code"], error["details"]) == ("too_many_invitations", {"limit": 2, "used": 2})
    assert error["message"] == "At most 2 invitations of an organisation are mailed in 24 hours."
    assert int(third["retry-after"]) > 86_000
    assert not User.objects.filter(email="c@example.com").exists()
    # Who signs in by a password gets no mail.
    assert known.status_code == 200


def test_admin_says_that_the_limit_is_reached(scenario: Scenario, settings: Settings) -> None:
    client = staff.logged_in_client(member_of(scenario.organization, Membership.Role.ADMIN))
    member = invite(scenario)
    settings.KRAFTER_INVITATIONS_PER_DAY = 1

    shown = messages_of(run_action(client, "send_again", member))

    assert shown == [f"{member}: At most 1 invitation of an organisation is mailed in 24 hours."]


@pytest.mark.parametrize("is_own", [True, False])
def test_member_who_is_added_by_themselves_or_by_a_command_gets_no_mail(
    scenario: Scenario, is_own: bool
) -> None:
    user = member_of(factories.scenario().organization, "member")
    by = Actor("admin", user.pk) if is_own else SYSTEM

    services.invite_member(scenario.organization, email=user.email, role="viewer", by=by)

    assert (user.memberships.count(), InvitationMail.objects.count()) == (2, 0)
