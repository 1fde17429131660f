"""How a test of approvals sets the rule, and who approves."""

from typing import Any

from accounts.actors import SYSTEM, Actor
from accounts.models import Membership, User
from remediation.services import policies
from tests import factories
from tests.factories import Scenario


def person(scenario: Scenario) -> Actor:
    user = User.objects.create_user(f"person{next(factories.number)}@example.com", "correct horse battery")
    Membership.objects.create(organization=scenario.organization, user=user, role="member")
    return Actor("api_key", user.pk)


def set_rule(scenario: Scenario, **rule: Any) -> None:
    config = policies.DEFAULT_CONFIG | {"approvals": rule}
    policies.replace(scenario.project, config=config, name=None, by=SYSTEM)
