"""A person sees their organisations in the account menu, and leaves one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts import api_keys
from accounts.models import ApiKey, Membership, Organization, User
from events.models import Event
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def user(scenario: Scenario) -> User:
    user = staff.member_of(scenario.organization, "viewer")
    other = Organization.objects.create(name="Other <b>")
    Membership.objects.create(organization=other, user=user, role="admin")
    Membership.objects.create(organization=other, user=scenario.owner, role="owner")
    return user


@pytest.fixture
def client(user: User) -> Client:
    return staff.logged_in_client(user)


def leave_url(organization: Organization) -> str:
    return reverse("leave_organization", args=[organization.pk])


def is_member(user: User, organization: Organization) -> bool:
    return Membership.objects.filter(user=user, organization=organization).exists()


def test_menu_leads_to_own_organisations_alone(client: Client, scenario: Scenario):
    unrelated = factories.scenario().organization
    other = Organization.objects.get(name="Other <b>")

    menu = client.get("/admin/").content.decode()
    page = client.get(reverse("organizations"))
    shown = page.content.decode()

    assert f'href="{reverse("organizations")}"' in menu
    assert [
        leave_url(organization) in shown for organization in (scenario.organization, other, unrelated)
    ] == [
        True,
        True,
        False,
    ]
    assert ("Other &lt;b&gt;" in shown, ">Admin<" in shown, ">Viewer<" in shown) == (True, True, True)
    assert "no-store" in page["cache-control"]


def test_organisations_are_in_the_order_of_their_names(client: Client, user: User):
    names = ["Beta", "Alpha", "Gamma"]
    for name in names:
        Membership.objects.create(
            organization=Organization.objects.create(name=name), user=user, role="member"
        )

    shown = client.get(reverse("organizations")).content.decode()

    assert sorted(names, key=shown.index) == ["Alpha", "Beta", "Gamma"]


def test_owner_of_many_organisations_sees_them_with_as_many_queries_as_of_two(client: Client, user: User):
    Membership.objects.filter(user=user).update(role="owner")
    with CaptureQueriesContext(connection) as of_two:
        client.get(reverse("organizations"))
    for name in ("Alpha", "Beta", "Gamma"):
        organization = Organization.objects.create(name=name)
        Membership.objects.create(organization=organization, user=user, role="owner")

    with CaptureQueriesContext(connection) as of_five:
        client.get(reverse("organizations"))

    assert len(of_five) == len(of_two)


def test_other_methods_are_not_allowed(client: Client, scenario: Scenario, user: User):
    listed = client.post(reverse("organizations"))
    left = client.put(leave_url(scenario.organization))

    assert (listed.status_code, left.status_code) == (405, 405)
    assert is_member(user, scenario.organization)


def test_confirmation_names_the_keys_that_stop_working(client: Client, scenario: Scenario, user: User):
    for name in ("Deploys <b>", "Dashboard", "Revoked", "Expired"):
        api_keys.issue(scenario.organization, user=user, name=name, scopes=["audit:read"])
    api_keys.revoke(ApiKey.objects.get(name="Revoked"))
    ApiKey.objects.filter(name="Expired").update(expires_at=timezone.now())
    named = [escape(str(ApiKey.objects.get(name=name))) for name in ("Deploys <b>", "Dashboard")]
    member = Membership.objects.get(organization=scenario.organization, user=user)

    page = client.get(leave_url(scenario.organization)).content.decode()
    removal = staff.run_action(staff.logged_in_client(), "remove", member).content.decode()

    assert ["These 2 API keys stop working at once: " in html for html in (page, removal)] == [True, True]
    assert [all(name in html for name in named) for html in (page, removal)] == [True, True]
    assert ["Revoked" in page, "Expired" in page, is_member(user, scenario.organization)] == [
        False, False, True,
    ]  # fmt: skip


def test_person_leaves_and_their_keys_are_revoked(client: Client, scenario: Scenario, user: User):
    api_keys.issue(scenario.organization, user=user, name="CI", scopes=["audit:read"])

    done = client.post(leave_url(scenario.organization), follow=True)

    assert messages_of(done) == [f"You have left {scenario.organization.name}."]
    assert not is_member(user, scenario.organization)
    assert user.memberships.count() == 1
    assert not ApiKey.objects.filter(user=user, revoked_at=None).exists()
    [event] = Event.objects.filter(name="member.removed")
    assert (event.actor, event.actor_id, event.subject_id, event.organization_id) == (
        "admin",
        user.pk,
        user.pk,
        scenario.organization.pk,
    )
    # They are still staff and signed in, as after the removal by another person.
    user.refresh_from_db()
    assert (user.is_staff, done.status_code) == (True, 200)


def test_person_leaves_the_last_organisation_and_sees_none(client: Client, scenario: Scenario, user: User):
    for organization in Organization.objects.filter(memberships__user=user):
        done = client.post(leave_url(organization), follow=True)

    assert "You are a member of no organisation." in done.content.decode()
    assert client.get("/admin/").status_code == 200


def test_last_owner_is_refused(scenario: Scenario):
    owner, organization = scenario.owner, scenario.organization
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    client = staff.logged_in_client(owner)

    shown = client.get(reverse("organizations")).content.decode()
    refused = messages_of(client.post(leave_url(organization), follow=True))
    staff.member_of(organization, "owner")
    later = client.get(reverse("organizations")).content.decode()

    sentence = "An organisation has at least one owner. Make another member an owner first."
    assert refused == [f"{organization.name}: {sentence}"]
    assert is_member(owner, organization)
    assert [(sentence in page, leave_url(organization) in page) for page in (shown, later)] == [
        (True, False),
        (False, True),
    ]


def test_owner_cannot_leave_while_no_other_owner_has_joined(scenario: Scenario):
    organization = scenario.organization
    owner = staff.member_of(organization, "owner")

    shown = staff.logged_in_client(owner).get(reverse("organizations")).content.decode()

    assert ("No other owner can sign in" in shown, leave_url(organization) in shown) == (True, False)


def test_leaving_requires_csrf_token_sign_in_and_membership(scenario: Scenario, user: User):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    other_owner = staff.logged_in_client(staff.member_of(factories.scenario().organization, "owner"))
    url = leave_url(scenario.organization)
    before = Membership.objects.count()

    statuses = [
        browser.post(url).status_code for browser in (strict, Client(), other_owner, staff.logged_in_client())
    ]
    shown = [browser.get(url).status_code for browser in (Client(), other_owner)]

    assert (statuses, shown) == ([403, 302, 404, 404], [302, 404])
    assert Client().get(reverse("organizations"))["location"].startswith("/admin/login/?next=")
    assert Membership.objects.count() == before


def test_second_factor_must_be_set_up_before_an_organisation_is_left(
    client: Client, scenario: Scenario, user: User, settings: Any
):
    settings.KRAFTER_REQUIRE_SECOND_FACTOR = True

    response = client.post(leave_url(scenario.organization))

    assert response["location"] == reverse("mfa_activate_totp")
    assert is_member(user, scenario.organization)


def test_person_who_signs_on_is_signed_out_with_the_last_organisation(scenario: Scenario, settings: Any):
    settings.KRAFTER_OIDC_URL = "https://login.example.com"
    user = User.objects.create_user("sso@example.com", is_staff=True)
    Membership.objects.create(organization=scenario.organization, user=user, role="member")
    client = staff.logged_in_client(user)

    client.post(leave_url(scenario.organization))

    user.refresh_from_db()
    # As after the removal by another person: links of earlier invitations end with the random password.
    assert (user.is_staff, client.get("/admin/").status_code) == (True, 302)
