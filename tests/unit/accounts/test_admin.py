import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import api_keys
from accounts.models import ApiKey, Membership, Organization, Project, User
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import act, told


@pytest.fixture
def operator(db: None) -> Client:
    """Return a client that is logged in as a superuser."""
    return staff.browser()


def issue(operator: Client, scenario: Scenario, **fields: object) -> str:
    """Fill in the form of a new key and return the page that follows."""
    asked = {
        "organization": scenario.organization.pk,
        "user": scenario.owner.pk,
        "name": "deploys",
        "scopes": ["audit:read"],
        "expires_at_0": "",
        "expires_at_1": "",
        **fields,
    }
    return operator.post(reverse("admin:accounts_apikey_add"), asked, follow=True).content.decode()


def test_a_key_is_shown_once_and_works(operator: Client, scenario: Scenario) -> None:
    [key] = re.findall(r"kr_live_[A-Za-z0-9_-]{43}", issue(operator, scenario))
    row = ApiKey.objects.get(name="deploys")

    later = operator.get(reverse("admin:accounts_apikey_changelist")).content.decode()
    later += operator.get(reverse("admin:accounts_apikey_change", args=[row.pk])).content.decode()

    assert row.digest == api_keys.digest(key)
    assert api_keys.authenticate(f"Bearer {key}").user_id == scenario.owner.pk
    assert not {key, row.digest} & set(re.findall(r"\w+", later))
    assert key not in later


def test_a_refused_key_is_told_beside_the_form_with_the_input_still_in_it(
    operator: Client, scenario: Scenario
) -> None:
    stranger = factories.scenario().owner

    page = issue(operator, scenario, user=stranger.pk)

    assert f"{stranger.email} is not a member of {scenario.organization.name}." in page
    assert 'value="deploys"' in page
    assert not ApiKey.objects.filter(name="deploys").exists()


def test_revoking_puts_keys_out_of_use(operator: Client, scenario: Scenario) -> None:
    row = ApiKey.objects.get(organization=scenario.organization)

    messages = told(act(operator, "revoke", row))

    row.refresh_from_db()
    assert row.revoked_at is not None
    assert messages == [f"{row}: revoked."]


def test_an_organisation_is_made_with_its_members(operator: Client, scenario: Scenario) -> None:
    asked = {
        "name": "Globex",
        "ai_quota": "10",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(scenario.owner.pk),
        "memberships-0-role": "admin",
    }

    operator.post(reverse("admin:accounts_organization_add"), asked)

    made = Organization.objects.get(name="Globex")
    assert made.ai_quota == 10
    assert list(made.memberships.values_list("user", "role")) == [(scenario.owner.pk, "admin")]


def test_a_person_is_made_and_given_a_password(operator: Client) -> None:
    asked = {"email": "Ada@Example.com", "name": "Ada", "usable_password": "false"}
    operator.post(reverse("admin:accounts_user_add"), asked)
    ada = User.objects.get(email="ada@example.com")
    unusable = ada.has_usable_password()

    given = {"usable_password": "true", "password1": staff.PASSWORD, "password2": staff.PASSWORD}
    operator.post(f"/admin/accounts/user/{ada.pk}/password/", given)

    ada.refresh_from_db()
    assert (unusable, ada.check_password(staff.PASSWORD)) == (False, True)


def test_a_project_is_made_and_stays_with_its_organisation(operator: Client, scenario: Scenario) -> None:
    asked = {
        "organization": scenario.organization.pk,
        "slug": "shop",
        "name": "Shop",
        "site_url": "https://shop.example",
    }
    operator.post(reverse("admin:accounts_project_add"), asked)
    made = Project.objects.get(slug="shop")
    elsewhere = factories.scenario().organization

    changed = {**asked, "organization": elsewhere.pk, "name": "The shop"}
    operator.post(reverse("admin:accounts_project_change", args=[made.pk]), changed)

    made.refresh_from_db()
    assert (made.organization, made.name) == (scenario.organization, "The shop")


def limited(*permissions: str) -> User:
    """Make a member of staff who may do only what is named."""
    user = User.objects.create_user(
        f"staff{next(factories.number)}@example.com", staff.PASSWORD, is_staff=True
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_staff_do_not_raise_themselves(scenario: Scenario) -> None:
    user = limited("view_user", "change_user")
    client = staff.browser(user)
    raised = {"email": user.email, "name": "Me", "is_active": "on", "is_staff": "on", "is_superuser": "on"}

    themselves = client.post(reverse("admin:accounts_user_change", args=[user.pk]), raised)
    others = client.post(
        reverse("admin:accounts_user_change", args=[scenario.owner.pk]),
        {**raised, "email": scenario.owner.email},
    )

    assert (themselves.status_code, others.status_code) == (403, 302)
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.get(pk=scenario.owner.pk).is_staff


def test_who_may_only_look_revokes_nothing(scenario: Scenario) -> None:
    row = ApiKey.objects.get(organization=scenario.organization)

    act(staff.browser(limited("view_apikey")), "revoke", row)

    row.refresh_from_db()
    assert row.revoked_at is None


def test_a_member_who_leaves_takes_their_keys_with_them_and_nothing_else(
    operator: Client, scenario: Scenario
) -> None:
    membership = Membership.objects.get(organization=scenario.organization)
    asked = {
        "name": scenario.organization.name,
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(membership.pk),
        "memberships-0-organization": str(scenario.organization.pk),
        "memberships-0-user": str(scenario.owner.pk),
        "memberships-0-role": "owner",
        "memberships-0-DELETE": "on",
    }

    operator.post(reverse("admin:accounts_organization_change", args=[scenario.organization.pk]), asked)

    assert not scenario.organization.memberships.exists()
    assert scenario.client.ask("get", "tasks").status_code == 401
    assert User.objects.filter(pk=scenario.owner.pk).exists()
