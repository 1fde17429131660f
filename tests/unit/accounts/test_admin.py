import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import api_keys
from accounts.errors import LastOwner
from accounts.models import ApiKey, Membership, Organization, Project, QuotaMonth, Scope, User
from krafter_audit.http.addresses import not_public
from krafter_audit.http.urls import USE_WEB_URL
from notifications.models import WebhookEndpoint
from reports.models import Report
from scans.models import Scan, Site
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.slow


def issue(operator: Client, scenario: Scenario, **fields: object) -> str:
    """Fill in the form of a new key and return the page that follows."""
    data = {
        "organization": scenario.organization.pk,
        "user": scenario.owner.pk,
        "name": "deploys",
        "scopes": ["audit:read"],
        "expires_at_0": "",
        "expires_at_1": "",
        **fields,
    }
    return operator.post(reverse("admin:accounts_apikey_add"), data, follow=True).content.decode()


def test_issued_key_is_shown_once_and_works(operator: Client, scenario: Scenario) -> None:
    [key] = re.findall(r"kr_live_[A-Za-z0-9_-]{43}", issue(operator, scenario))
    row = ApiKey.objects.get(name="deploys")

    later = operator.get(reverse("admin:accounts_apikey_changelist")).content.decode()
    later += operator.get(reverse("admin:accounts_apikey_change", args=[row.pk])).content.decode()

    assert row.digest == api_keys.digest(key)
    assert api_keys.authenticate(f"Bearer {key}").user_id == scenario.owner.pk
    assert [secret in later for secret in (key, row.digest)] == [False, False]


def test_rejected_key_form_shows_the_error_and_keeps_the_input(operator: Client, scenario: Scenario) -> None:
    outsider = factories.scenario().owner

    page = issue(operator, scenario, user=outsider.pk)

    assert f"{outsider.email} is not a member of {scenario.organization.name}." in page
    assert 'value="deploys"' in page
    assert not ApiKey.objects.filter(name="deploys").exists()


def test_key_that_has_expired_is_not_issued(operator: Client, scenario: Scenario) -> None:
    body = {"name": "deploys", "expires_at": "2026-01-01T00:00:00Z"}

    page = issue(operator, scenario, expires_at_0="2026-01-01", expires_at_1="00:00")
    response = scenario.client.call("post", f"/api/v1/orgs/{scenario.organization.pk}/keys", body)

    assert "Use a time in the future." in page
    assert response.json()["error"]["details"] == {"expires_at": ["Use a time in the future."]}
    assert not ApiKey.objects.filter(name="deploys").exists()


def test_revoke_action_revokes_keys(operator: Client, scenario: Scenario) -> None:
    row = ApiKey.objects.get(organization=scenario.organization)

    shown = run_action(operator, "revoke", row).content.decode()
    row.refresh_from_db()
    before = row.revoked_at
    response = run_action(operator, "revoke", row, confirmed="1")

    row.refresh_from_db()
    assert ("A revoked key cannot be restored." in shown, before) == (True, None)
    assert row.revoked_at is not None
    assert messages_of(response) == [f"{row}: revoked."]


def test_key_is_bound_to_projects_of_its_organisation(operator: Client, scenario: Scenario) -> None:
    other = factories.scenario().project

    refused = issue(operator, scenario, projects=[str(other.pk)])
    issue(operator, scenario, projects=[str(scenario.project.pk)], rate_limit="60")

    row = ApiKey.objects.get(name="deploys")
    assert f"The project {other.name} belongs to another organisation." in refused
    assert (row.project_ids, row.rate_limit) == ([scenario.project.pk], 60)


@pytest.mark.parametrize("role", [Membership.Role.ADMIN, Membership.Role.OWNER])
def test_people_issue_keys_for_themselves_alone(scenario: Scenario, role: str) -> None:
    issuer = staff.member_of(scenario.organization, role)
    others = [
        scenario.owner,
        *(staff.member_of(scenario.organization, role) for role in ("member", "viewer")),
    ]
    client = staff.logged_in_client(issuer)

    offered = client.get(reverse("admin:accounts_apikey_add")).context["adminform"].form.fields["user"]
    refused = [issue(client, scenario, user=other.pk) for other in others]
    accepted = issue(client, scenario, user=issuer.pk)

    assert list(offered.queryset) == [issuer]
    assert all("You can issue keys for yourself only." in page for page in refused)
    assert "kr_live_" in accepted
    assert [row.user for row in ApiKey.objects.filter(name="deploys")] == [issuer]


def test_page_of_a_key_says_who_has_issued_it(operator: Client, scenario: Scenario) -> None:
    issuer = User.objects.get(is_superuser=True)
    issue(operator, scenario)
    row = ApiKey.objects.get(name="deploys")

    page = operator.get(reverse("admin:accounts_apikey_change", args=[row.pk])).content.decode()
    by_command, _ = api_keys.issue(
        scenario.organization, user=scenario.owner, name="pipeline", scopes=[Scope.WRITE]
    )

    url = reverse("admin:accounts_apikey_change", args=[by_command.pk])

    assert (row.issued_by, by_command.issued_by) == (issuer, None)
    assert f"</time> by {issuer}" in page
    assert "</time> by " not in operator.get(url).content.decode()


def test_organisation_is_created_with_its_members(operator: Client, scenario: Scenario) -> None:
    data = {
        "name": "Globex",
        "ai_quota": "10",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(scenario.owner.pk),
        "memberships-0-role": "admin",
    }

    operator.post(reverse("admin:accounts_organization_add"), data)

    created = Organization.objects.get(name="Globex")
    assert created.ai_quota == 10
    assert list(created.memberships.values_list("user", "role")) == [(scenario.owner.pk, "admin")]


def test_user_is_created_with_a_password(operator: Client) -> None:
    data = {"email": "Ada@Example.com", "name": "Ada", "usable_password": "false"}
    operator.post(reverse("admin:accounts_user_add"), data)
    ada = User.objects.get(email="ada@example.com")
    unusable = ada.has_usable_password()

    password = {"usable_password": "true", "password1": staff.PASSWORD, "password2": staff.PASSWORD}
    operator.post(f"/admin/accounts/user/{ada.pk}/password/", password)

    ada.refresh_from_db()
    assert (unusable, ada.check_password(staff.PASSWORD)) == (False, True)


def test_project_is_created_and_cannot_change_its_organisation(operator: Client, scenario: Scenario) -> None:
    data = {
        "organization": scenario.organization.pk,
        "slug": "shop",
        "name": "Shop",
        "site_url": "https://shop.example",
    }
    operator.post(reverse("admin:accounts_project_add"), data)
    created = Project.objects.get(slug="shop")
    elsewhere = factories.scenario().organization

    changed = {**data, "organization": elsewhere.pk, "name": "The shop"}
    operator.post(reverse("admin:accounts_project_change", args=[created.pk]), changed)

    created.refresh_from_db()
    assert (created.organization, created.name) == (scenario.organization, "The shop")


@pytest.mark.parametrize(
    ("site_url", "sentence"),
    [
        ("our shop", USE_WEB_URL),
        ("ftp://shop.example", USE_WEB_URL),
        ("http://10.0.0.1/", str(not_public("10.0.0.1"))),
    ],
)
def test_site_of_a_project_is_a_web_url_of_a_public_host(
    operator: Client, scenario: Scenario, site_url: str, sentence: str
) -> None:
    before = Project.objects.count()
    data = {"organization": scenario.organization.pk, "slug": "shop", "name": "Shop", "site_url": site_url}

    page = operator.post(admin_url(Project, "add"), data)

    assert page.context["adminform"].form.errors == {"site_url": [sentence]}
    assert Project.objects.count() == before


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Project, "organization"),
        (WebhookEndpoint, "organization"),
        (Membership, "organization"),
        (ApiKey, "organization"),
        (Site, "project"),
        (Scan, "project"),
        (Report, "project"),
    ],
)
def test_forms_begin_with_the_only_organisation_and_project_of_a_person(
    scenario: Scenario, model: type[Model], field: str
) -> None:
    client = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))

    form = client.get(admin_url(model, "add")).context["adminform"].form

    assert form[field].value() == getattr(scenario, field).pk


@pytest.mark.parametrize("model", [Organization, Project, User, ApiKey])
def test_name_of_invisible_characters_is_rejected(
    operator: Client, scenario: Scenario, model: type[Model]
) -> None:
    before = model._default_manager.count()
    data = {
        "name": "\u200b\u3164",
        "email": "ada@example.com",
        "usable_password": "false",
        "organization": scenario.organization.pk,
        "user": scenario.owner.pk,
        "scopes": ["audit:read"],
        "slug": "shop",
        "site_url": "https://shop.example",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    page = operator.post(admin_url(model, "add"), data)

    assert page.context["adminform"].form.errors == {"name": ["Use a name with visible characters."]}
    assert model._default_manager.count() == before


def staff_with(*permissions: str, organization: Organization) -> User:
    """Return a member of staff in an organisation, with these permissions beside those of a member."""
    user = staff.member_of(organization, Membership.Role.MEMBER)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_staff_cannot_grant_themselves_rights(scenario: Scenario) -> None:
    user = staff_with("view_user", "change_user", organization=scenario.organization)
    client, other = staff.logged_in_client(user), member(scenario.organization)
    data = {"email": user.email, "name": "Me", "is_active": "on", "is_staff": "on", "is_superuser": "on"}

    themselves = client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    others = client.post(
        reverse("admin:accounts_user_change", args=[other.pk]), {**data, "email": other.email}
    )

    assert (themselves.status_code, others.status_code) == (403, 302)
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.get(pk=other.pk).is_staff


def test_only_owners_change_the_account_of_an_owner(scenario: Scenario) -> None:
    # Who changes the address of an invited owner gets the invitation.
    invited, answers = scenario.owner, {}
    for role in ("admin", "owner"):
        client = staff.logged_in_client(staff.member_of(scenario.organization, role))
        data = {"email": f"of-{role}@example.com", "name": "", "is_active": "on"}
        changed = client.post(reverse("admin:accounts_user_change", args=[invited.pk]), data)
        password = client.get(reverse("admin:auth_user_password_change", args=[invited.pk]))
        invited.refresh_from_db()
        answers[role] = (changed.status_code, password.status_code, invited.email == data["email"])

    assert answers == {"admin": (403, 403, False), "owner": (302, 200, True)}


def test_users_with_view_permission_cannot_revoke(scenario: Scenario) -> None:
    row = ApiKey.objects.get(organization=scenario.organization)

    run_action(
        staff.logged_in_client(staff_with("view_apikey", organization=scenario.organization)),
        "revoke",
        row,
        confirmed="1",
    )

    row.refresh_from_db()
    assert row.revoked_at is None


def remove_owner(operator: Client, scenario: Scenario) -> Any:
    """Send the form of the organisation with its first owner removed."""
    data = {"name": scenario.organization.name, "memberships-0-DELETE": "on"}
    data |= staff.membership_fields(scenario.organization)
    return operator.post(reverse("admin:accounts_organization_change", args=[scenario.organization.pk]), data)


def test_removed_member_loses_their_keys_and_nothing_else(operator: Client, scenario: Scenario) -> None:
    other = staff.member_of(scenario.organization, Membership.Role.OWNER)

    remove_owner(operator, scenario)

    assert [membership.user for membership in scenario.organization.memberships.all()] == [other]
    assert scenario.client.call("get", "tasks").status_code == 401
    assert ApiKey.objects.get().revoked_at is not None
    assert User.objects.filter(pk=scenario.owner.pk).exists()


def test_page_of_the_organisation_keeps_its_last_owner(operator: Client, scenario: Scenario) -> None:
    staff.member_of(scenario.organization, Membership.Role.ADMIN)

    page = remove_owner(operator, scenario)

    assert LastOwner.message in page.content.decode()
    roles = scenario.organization.memberships.order_by("pk").values_list("role", flat=True)
    assert list(roles) == ["owner", "admin"]
    assert scenario.client.call("get", "tasks").status_code == 200


def test_last_owner_hands_over_the_organisation_in_one_form(operator: Client, scenario: Scenario) -> None:
    successor = staff.member_of(scenario.organization, Membership.Role.ADMIN)
    data = {"name": scenario.organization.name, **staff.membership_fields(scenario.organization)}
    handed_over = {"memberships-0-role": "member", "memberships-1-role": "owner"}

    operator.post(
        reverse("admin:accounts_organization_change", args=[scenario.organization.pk]), data | handed_over
    )

    roles = dict(scenario.organization.memberships.values_list("user", "role"))
    assert roles == {scenario.owner.pk: "member", successor.pk: "owner"}


def test_lists_say_the_unit_of_a_quota_and_the_meaning_of_scopes(
    operator: Client, scenario: Scenario
) -> None:
    limited = factories.scenario(ai_quota=1500).organization
    staff.ROWS[QuotaMonth](scenario)

    organizations = operator.get(reverse("admin:accounts_organization_changelist")).content.decode()
    months = operator.get(reverse("admin:accounts_quotamonth_changelist")).content.decode()
    keys = operator.get(reverse("admin:accounts_apikey_changelist")).content.decode()

    assert (limited.name in organizations, "1,500 units a month" in organizations) == (True, True)
    assert "no limit" in organizations
    assert ("Units used" in months, f"{timezone.now():%B %Y}" in months) == (True, True)
    assert "Everything (*)" in keys


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("member", False), ("admin", True), ("owner", True)]
)
def test_link_to_the_password_of_a_user_is_shown_to_those_who_may_set_it(
    scenario: Scenario, role: str, may: bool
) -> None:
    user = member(scenario.organization)
    client = staff.logged_in_client(staff.member_of(scenario.organization, role))

    page = client.get(admin_url(User, "change", user.pk)).content.decode()
    opened = client.get(f"/admin/accounts/user/{user.pk}/password/").status_code == 200

    assert ("Set password" in page, opened) == (may, may)


def member(*organizations: Organization) -> User:
    user = User.objects.create_user(f"other{next(factories.number)}@example.com")
    for organization in organizations:
        Membership.objects.create(organization=organization, user=user, role="member")
    return user


def test_account_is_changed_by_who_may_do_so_in_each_of_its_organisations(scenario: Scenario) -> None:
    other = factories.scenario().organization
    admin = staff.member_of(scenario.organization, "admin")
    Membership.objects.create(organization=other, user=admin, role="viewer")
    users = [member(scenario.organization), member(scenario.organization, other), scenario.owner]

    def opened(client: Client, url: str) -> list[bool]:
        return [client.get(reverse(url, args=[user.pk])).status_code == 200 for user in users]

    by_admin, by_superuser = staff.logged_in_client(admin), staff.logged_in_client()
    assert opened(by_admin, "admin:accounts_user_change") == [True, True, True]
    assert opened(by_admin, "admin:auth_user_password_change") == [True, False, False]
    assert opened(by_superuser, "admin:auth_user_password_change") == [True, True, True]


def test_users_of_other_organisations_are_not_shown(scenario: Scenario) -> None:
    own, foreign = member(scenario.organization), factories.scenario().owner
    client = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))

    page = client.get(admin_url(User, "changelist")).content.decode()

    assert (own.email in page, foreign.email in page) == (True, False)
    assert client.get(admin_url(User, "change", foreign.pk)).status_code == 302
