"""People, projects and keys are added and removed at the same time."""

from functools import partial
from typing import Any

import pytest

from accounts import api_keys, saved_views, services
from accounts.actors import SYSTEM, Actor
from accounts.errors import LastOwner, SlugTaken
from accounts.models import ApiKey, Invitation, InvitationMail, Membership, Project, Scope, User
from accounts.sign_in.group_mapping import create_from_groups
from krafter_audit.api.errors import InvalidParams
from tests import factories, staff
from tests.factories import Scenario
from tests.races.threads import errors_in, racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, THREADS = 5, 4


@pytest.mark.slow
def test_simultaneous_invitations_of_a_person_create_one_member(scenario: Scenario) -> None:
    with racers(THREADS) as race:
        for number in range(ROUNDS):
            email = f"new-{number}@example.com"

            def invite(address: str = email) -> tuple[Membership, bool]:
                return services.invite_member(scenario.organization, email=address, role="member", by=SYSTEM)

            results = race(*[invite] * THREADS)

            assert sorted(is_new for _, is_new in results) == [False] * (THREADS - 1) + [True]
            assert User.objects.get(email=email).memberships.count() == 1


def test_simultaneous_sign_ons_of_a_person_create_one_member(scenario: Scenario, settings: Any) -> None:
    settings.KRAFTER_OIDC_GROUPS = [f"audit-team={scenario.organization.pk}:member"]
    with racers(THREADS) as race:
        for number in range(ROUNDS):
            email = f"sso-{number}@example.com"

            def sign_on(address: str = email) -> User | None:
                return create_from_groups(address, ["audit-team"])

            users = race(*[sign_on] * (THREADS - 1), partial(_invite, scenario, email))[: THREADS - 1]

            assert users == [User.objects.get(email=email)] * (THREADS - 1)
            assert users[0].memberships.count() == 1


def _invite(scenario: Scenario, email: str) -> None:
    services.invite_member(scenario.organization, email=email, role="member", by=SYSTEM)


@pytest.mark.slow
def test_person_with_an_account_who_is_added_by_simultaneous_requests_gets_one_mail(
    scenario: Scenario,
) -> None:
    with racers(THREADS) as race:
        for _ in range(ROUNDS):
            user = staff.member_of(factories.scenario().organization, "member")

            def add(email: str = user.email) -> tuple[Membership, bool]:
                return services.invite_member(
                    scenario.organization, email=email, role="member", by=scenario.actor
                )

            race(*[add] * THREADS)

            assert Invitation.objects.filter(membership__user=user, is_notice=True).count() == 1
            assert InvitationMail.objects.filter(email=user.email).count() == 1


def test_person_who_is_added_on_two_ways_simultaneously_is_one_member(scenario: Scenario) -> None:
    with racers(THREADS) as race:
        for _ in range(ROUNDS):
            user = staff.member_of(factories.scenario().organization, "member")
            add = partial(services.set_member, scenario.organization, user, role="viewer")

            results = race(*[add] * (THREADS - 1), partial(_invite, scenario, user.email))

            assert errors_in(results) == []
            assert Membership.objects.filter(organization=scenario.organization, user=user).count() == 1


def test_simultaneous_creations_of_a_project_create_one(scenario: Scenario) -> None:
    with racers(THREADS) as race:
        for number in range(ROUNDS):

            def create(slug: str = f"shop-{number}") -> Project:
                return services.create_project(
                    scenario.organization, slug=slug, site_url="https://shop.example"
                )

            results = race(*[create] * THREADS)

            assert sum(isinstance(result, SlugTaken) for result in results) == THREADS - 1
            assert Project.objects.filter(slug=f"shop-{number}").count() == 1


@pytest.mark.slow
def test_member_who_is_removed_while_a_key_is_issued_has_no_valid_key(scenario: Scenario) -> None:
    with racers(2) as race:
        for number in range(ROUNDS):
            email = f"leaving-{number}@example.com"
            membership, _ = services.invite_member(
                scenario.organization, email=email, role="member", by=SYSTEM
            )
            user = membership.user

            race(
                partial(api_keys.issue, scenario.organization, user=user, name="late", scopes=[Scope.WRITE]),
                partial(services.remove_member, membership, by=SYSTEM),
            )

            assert not ApiKey.objects.filter(user=user, revoked_at=None).exists()


@pytest.mark.slow
def test_admin_who_becomes_a_member_while_they_issue_a_key_has_no_valid_key(scenario: Scenario) -> None:
    with racers(2) as race:
        for number in range(ROUNDS):
            email = f"falling-{number}@example.com"
            membership, _ = services.invite_member(
                scenario.organization, email=email, role="admin", by=SYSTEM
            )
            user = membership.user
            by = Actor("api_key", user.pk)

            race(
                partial(
                    api_keys.issue, scenario.organization, user=user, name="late", by=by, scopes=[Scope.WRITE]
                ),
                partial(services.change_role, membership, role="member", by=SYSTEM),
            )

            assert not ApiKey.objects.filter(user=user, revoked_at=None).exists()


@pytest.mark.slow
def test_owners_who_remove_each_other_simultaneously_leave_one(scenario: Scenario) -> None:
    owners = [Membership.objects.get(organization=scenario.organization, role="owner")]
    with racers(2) as race:
        for number in range(ROUNDS):
            invited = services.invite_member(
                scenario.organization,
                email=f"owner-{number}@example.com",
                role="owner",
                by=SYSTEM,
            )
            owners.append(invited[0])

            results = race(*[partial(services.remove_member, owner, by=SYSTEM) for owner in owners])

            assert [type(result) for result in results].count(LastOwner) == 1
            owners = list(Membership.objects.filter(organization=scenario.organization, role="owner"))
            assert len(owners) == 1


@pytest.mark.slow
def test_member_who_leaves_while_the_only_owner_hands_over_leaves_one_owner(scenario: Scenario) -> None:
    [owner] = Membership.objects.filter(organization=scenario.organization, role="owner")
    with racers(2) as race:
        for number in range(ROUNDS):
            email = f"heir-{number}@example.com"
            heir, _ = services.invite_member(scenario.organization, email=email, role="member", by=SYSTEM)

            def hand_over(to: Membership = heir, former: Membership = owner) -> Membership:
                services.change_role(to, role="owner", by=SYSTEM)
                return services.remove_member(former, by=SYSTEM)

            race(hand_over, partial(services.remove_member, heir, by=SYSTEM))

            owners = list(Membership.objects.filter(organization=scenario.organization, role="owner"))
            assert len(owners) == 1
            [owner] = owners


def test_simultaneous_views_of_a_person_do_not_exceed_the_limit(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    with racers(THREADS) as race:
        for number in range(ROUNDS):
            saves = [
                partial(
                    saved_views.save,
                    scenario.owner,
                    list_name=f"list-{number}",
                    name=f"view-{view}",
                    query="",
                    organization_id=None,
                )
                for view in range(THREADS)
            ]

            results = race(*saves)

            assert sum(isinstance(result, InvalidParams) for result in results) == THREADS - 1
