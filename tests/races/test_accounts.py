"""The same person and the same project are added several times at once."""

from collections.abc import Iterator

import pytest
from django.db import close_old_connections

from accounts import services
from accounts.errors import SlugTaken
from accounts.models import Membership, Project, User
from tests import factories
from tests.factories import Scenario
from tests.races.threads import racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, THREADS = 5, 4


@pytest.fixture
def scenario(transactional_db: None) -> Iterator[Scenario]:
    yield factories.scenario()
    close_old_connections()


def test_person_who_is_invited_at_once_becomes_one_member(scenario: Scenario) -> None:
    with racers(THREADS) as race:
        for number in range(ROUNDS):
            email = f"new-{number}@example.com"

            def invite(address: str = email) -> tuple[Membership, bool]:
                return services.invite_member(scenario.organization, email=address, role="member")

            results = race(*[invite] * THREADS)

            assert sorted(is_new for _, is_new in results) == [False] * (THREADS - 1) + [True]
            assert User.objects.get(email=email).memberships.count() == 1


def test_project_that_is_created_at_once_is_one(scenario: Scenario) -> None:
    with racers(THREADS) as race:
        for number in range(ROUNDS):

            def create(slug: str = f"shop-{number}") -> Project:
                return services.create_project(
                    scenario.organization, slug=slug, site_url="https://shop.example"
                )

            results = race(*[create] * THREADS)

            assert sum(isinstance(each, SlugTaken) for each in results) == THREADS - 1
            assert Project.objects.filter(slug=f"shop-{number}").count() == 1
