"""Members and their API keys: who has access to which organisation and project, and until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts import api_keys, services
from accounts.actors import SYSTEM
from accounts.errors import InsufficientRole, LastOwner
from accounts.models import ApiKey, Membership, Scope, User
from events.models import Event
from krafter_audit.api.errors import InvalidParams, NotFound, Unauthorized
from tests import factories, staff
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.com"


def test_keys_of_a_removed_member_do_not_work_after_a_new_invitation(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization)
    row, key = api_keys.issue(scenario.organization, user=user, name="CI", scopes=[Scope.READ])
    elsewhere = factories.scenario().organization
    services.set_member(elsewhere, user, role="member")
    kept, _ = api_keys.issue(elsewhere, user=user, name="CI elsewhere", scopes=[Scope.WRITE])

    services.remove_member(
        Membership.objects.get(user=user, organization=scenario.organization), by=scenario.actor
    )
    services.invite_member(scenario.organization, email=EMAIL, role="member", by=scenario.actor)

    with pytest.raises(Unauthorized):
        api_keys.authenticate(f"Bearer {key}")
    revoked = ApiKey.objects.exclude(revoked_at=None).values_list("pk", flat=True)
    assert (list(revoked), ApiKey.objects.get(pk=kept.pk).revoked_at) == ([row.pk], None)
    [event] = Event.objects.filter(name="api_key.revoked")
    assert (event.subject_id, event.actor_id) == (row.pk, scenario.owner.pk)


def test_person_is_known_by_their_address_in_any_case(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=factories.scenario().organization)

    membership, is_new = services.invite_member(
        scenario.organization, email="Ada@Example.com", role="viewer", by=scenario.actor
    )

    assert (membership.user, membership.role, is_new) == (user, "viewer", True)


def test_role_that_is_set_again_is_logged_only_if_it_differs(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, role="viewer")

    for role in ("viewer", "member", "member"):
        services.set_member(scenario.organization, user, role=role)

    [event] = Event.objects.filter(name="member.role_changed")
    assert (event.data["before"], event.data["after"]) == ("viewer", "member")


def test_last_owner_gets_no_other_role(scenario: Scenario) -> None:
    with pytest.raises(LastOwner):
        services.set_member(scenario.organization, scenario.owner, role="viewer")

    assert scenario.organization.memberships.get().role == "owner"


def test_owner_of_another_organisation_is_no_other_owner(scenario: Scenario) -> None:
    factories.scenario()
    [owner] = scenario.organization.memberships.all()

    with pytest.raises(LastOwner):
        services.remove_member(owner, by=SYSTEM)

    assert list(scenario.organization.memberships.all()) == [owner]


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!", "is_staff": False}])
def test_only_owner_who_can_sign_in_stays(scenario: Scenario, change: dict[str, Any]) -> None:
    owner, other = owner_with_password(scenario), owner_with_password(scenario)
    services.remove_member(Membership.objects.get(user=scenario.owner), by=SYSTEM)
    User.objects.filter(pk=other.user_id).update(**change)

    for leave in (services.remove_member, partial(services.change_role, role="admin")):
        with pytest.raises(LastOwner, match="No other owner can sign in"):
            leave(owner, by=SYSTEM)

    assert set(scenario.organization.memberships.values_list("user", "role")) == {
        (owner.user_id, "owner"),
        (other.user_id, "owner"),
    }


def test_owner_who_cannot_sign_in_is_removed(scenario: Scenario) -> None:
    owner, other = owner_with_password(scenario), owner_with_password(scenario)
    User.objects.filter(pk=other.user_id).update(is_active=False)

    for membership in (other, Membership.objects.get(user=scenario.owner)):
        services.remove_member(membership, by=SYSTEM)

    assert scenario.organization.memberships.get() == owner


def owner_with_password(scenario: Scenario) -> Membership:
    return Membership.objects.get(user=staff.member_of(scenario.organization, "owner"))


@pytest.mark.parametrize("scopes", [[], ["audit:delete"], ["audit:read", "admin"]])
def test_key_without_a_known_scope_is_not_issued(scenario: Scenario, scopes: list[str]) -> None:
    keys = ApiKey.objects.count()

    with pytest.raises(InvalidParams, match="Valid scopes are"):
        api_keys.issue(scenario.organization, user=scenario.owner, name="CI", scopes=scopes)

    assert ApiKey.objects.count() == keys


def test_key_opens_the_projects_of_its_organisation_and_of_its_list_alone(scenario: Scenario) -> None:
    def project(tenant: Scenario, slug: str) -> Any:
        return services.create_project(tenant.organization, slug=slug, site_url="https://example.com")

    def opened(key: str, slug: str) -> Any:
        return api_keys.authenticate(f"Bearer {key}", slug=slug).project

    elsewhere = factories.scenario()
    project(elsewhere, "shop"), project(elsewhere, "theirs")
    shop, blog = project(scenario, "shop"), project(scenario, "blog")
    _, bound = api_keys.issue(
        scenario.organization, user=scenario.owner, name="CI", projects=[shop], scopes=[Scope.WRITE]
    )

    slugs = ("shop", "blog", "theirs", "")
    assert [opened(scenario.key, slug) for slug in slugs] == [shop, blog, None, None]
    assert [opened(bound, slug) for slug in slugs] == [shop, None, None, None]


def test_key_is_valid_until_the_moment_of_its_expiry(scenario: Scenario, time_machine: Any) -> None:
    until = timezone.now().replace(microsecond=0) + timedelta(days=1)
    _, key = api_keys.issue(
        scenario.organization, user=scenario.owner, name="CI", expires_at=until, scopes=[Scope.WRITE]
    )

    def is_valid(at: datetime) -> bool:
        time_machine.move_to(at, tick=False)
        try:
            return api_keys.authenticate(f"Bearer {key}").expires_at == until.timestamp()
        except Unauthorized:
            return False

    assert [is_valid(until + timedelta(seconds=late)) for late in (-1, 0, 1)] == [True, False, False]


def test_last_use_of_a_key_is_stored_once_a_minute(scenario: Scenario, time_machine: Any) -> None:
    start = timezone.now().replace(microsecond=0)
    used = []

    for seconds in (0, 59, 61):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        api_keys.authenticate(f"Bearer {scenario.key}")
        used.append((ApiKey.objects.get(organization=scenario.organization).last_used_at - start).seconds)

    assert used == [0, 0, 61]


def test_key_of_a_viewer_can_only_read_whatever_the_person_is_elsewhere(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=factories.scenario().organization, role="owner")
    membership = services.set_member(scenario.organization, user, role="member")
    _, key = api_keys.issue(scenario.organization, user=user, name="CI", scopes=[Scope.WRITE])

    before = api_keys.authenticate(f"Bearer {key}")
    services.change_role(membership, role="viewer", by=SYSTEM)
    after = api_keys.authenticate(f"Bearer {key}")

    assert [(authenticated.role, set(authenticated.scopes)) for authenticated in (before, after)] == [
        ("member", {"audit:write"}),
        ("viewer", {"audit:read"}),
    ]


@pytest.mark.parametrize("was", ["owner", "admin"])
@pytest.mark.parametrize("now", ["member", "viewer"])
def test_keys_that_may_write_are_revoked_when_their_person_manages_the_organisation_no_more(
    scenario: Scenario, was: str, now: str
) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, role=was)
    elsewhere = factories.scenario().organization
    services.set_member(elsewhere, user, role="admin")
    scopes = {"reads": ["audit:read"], "writes": ["audit:read", "audit:write"], "all": ["*"]}
    for name, held in scopes.items():
        api_keys.issue(scenario.organization, user=user, name=name, scopes=held)
    api_keys.issue(elsewhere, user=user, name="elsewhere", scopes=[Scope.WRITE])

    services.set_member(scenario.organization, user, role=now, by=scenario.actor)

    assert unrevoked_keys(user) == {"reads", "elsewhere"}
    events = Event.objects.filter(name="api_key.revoked")
    assert {(event.data["name"], event.actor_id) for event in events} == {
        ("writes", scenario.owner.pk),
        ("all", scenario.owner.pk),
    }


@pytest.mark.parametrize(
    ("was", "now"), [("owner", "admin"), ("admin", "owner"), ("member", "admin"), ("member", "viewer")]
)
def test_other_changes_of_a_role_revoke_no_key(scenario: Scenario, was: str, now: str) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, role=was)
    api_keys.issue(scenario.organization, user=user, name="writes", scopes=[Scope.WRITE])

    services.set_member(scenario.organization, user, role=now)

    assert unrevoked_keys(user) == {"writes"}


def unrevoked_keys(user: User) -> set[str]:
    return set(ApiKey.objects.filter(user=user, revoked_at=None).values_list("name", flat=True))


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_person_whose_role_fell_meanwhile_issues_no_key(scenario: Scenario, role: str) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, role=role)
    by = replace(scenario.actor, user_id=user.pk)

    with pytest.raises(InsufficientRole):
        api_keys.issue(scenario.organization, user=user, name="CI", scopes=["audit:read"], by=by)

    assert unrevoked_keys(user) == set()


def test_superuser_issues_a_key_for_themselves_with_any_role(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, is_superuser=True)
    by = replace(scenario.actor, user_id=user.pk)

    api_keys.issue(scenario.organization, user=user, name="CI", scopes=["audit:read"], by=by)

    assert unrevoked_keys(user) == {"CI"}


def test_revoked_key_is_another_version(scenario: Scenario, time_machine: Any) -> None:
    key = ApiKey.objects.get(organization=scenario.organization)
    time_machine.move_to(timezone.now() + timedelta(minutes=1))

    api_keys.revoke(key)

    assert ApiKey.objects.get(pk=key.pk).updated_at > key.updated_at


def test_change_of_a_role_names_only_the_keys_that_it_revokes(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization, role="admin")
    for name in ("revoked before", "revoked now"):
        api_keys.issue(scenario.organization, user=user, name=name, scopes=[Scope.WRITE])
    api_keys.revoke(ApiKey.objects.get(name="revoked before"))

    _, revoked = services.change_role(Membership.objects.get(user=user), role="member", by=SYSTEM)

    assert [key.name for key in revoked] == ["revoked now"]


@pytest.mark.parametrize("key", ["kr_live_short", "kr_test_" + "a" * 43, "kr_live_" + "ä" * 43])
def test_chosen_key_has_the_form_of_all_keys(scenario: Scenario, key: str) -> None:
    with pytest.raises(InvalidParams, match="kr_live_ and 43"):
        api_keys.issue(scenario.organization, user=scenario.owner, name="CI", key=key, scopes=[Scope.WRITE])


def test_member_who_was_removed_meanwhile_is_not_found(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization)
    membership = Membership.objects.get(user=user)
    services.remove_member(Membership.objects.get(user=user), by=SYSTEM)

    with pytest.raises(NotFound):
        services.remove_member(membership, by=SYSTEM)


@pytest.mark.parametrize("change", [services.remove_member, partial(services.change_role, role="viewer")])
def test_admin_does_not_change_a_member_who_became_an_owner_meanwhile(
    scenario: Scenario, change: Callable[..., Any]
) -> None:
    admin = services.create_user("admin@example.com", organization=scenario.organization, role="admin")
    user = services.create_user(EMAIL, organization=scenario.organization)
    as_member = Membership.objects.get(user=user)
    services.change_role(Membership.objects.get(user=user), role="owner", by=scenario.actor)

    with pytest.raises(InsufficientRole):
        change(as_member, by=replace(scenario.actor, user_id=admin.pk))

    assert Membership.objects.get(user=user).role == "owner"
