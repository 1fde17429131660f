"""People who approve at the same time: each counts once, and the last one closes the task."""

import pytest

from events.models import Event
from remediation import errors
from remediation.models import Approval
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario, remediation_state
from tests.races.threads import racers
from tests.unit.remediation.services.approvers import person, set_rule

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    set_rule(scenario, high=2)
    return scenario


@pytest.mark.slow
def test_simultaneous_approvals_of_two_people_complete_the_required_number(scenario: Scenario) -> None:
    people = [person(scenario), person(scenario)]
    with racers(2) as race:
        for _ in range(ROUNDS):
            verification = factories.verification(scenario)

            race(
                lambda pk=verification.pk: verdicts.approve(pk, by=people[0]),
                lambda pk=verification.pk: verdicts.approve(pk, by=people[1]),
            )

            approved = Event.objects.filter(name="verification.approved", subject_id=verification.pk)
            assert (remediation_state(verification)["task"], approved.count()) == ("done", 1)


@pytest.mark.slow
def test_simultaneous_approvals_of_one_person_count_once(scenario: Scenario) -> None:
    someone = person(scenario)
    with racers(2) as race:
        for _ in range(ROUNDS):
            verification = factories.verification(scenario)

            results = race(*[lambda pk=verification.pk: verdicts.approve(pk, by=someone)] * 2)

            refused = [result for result in results if isinstance(result, errors.AlreadyApproved)]
            assert (len(refused), Approval.objects.filter(verification=verification).count()) == (1, 1)
            assert remediation_state(verification)["result"] == "pending"
