"""The page of a verification warns of deploys after it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from assurance.services import deploys
from assurance.services.verification_warnings import DEPLOYED_SINCE, warnings_before_approval
from remediation.models import Verification
from remediation.services import verdicts
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.django_db


def record_deploy(scenario: Scenario, finished_at: datetime, environment: str = "production") -> None:
    deploys.record(
        scenario.project, sha="a" * 40, environment=environment, finished_at=finished_at, by=scenario.actor
    )


@pytest.mark.parametrize(
    ("environment", "minutes", "warned"),
    [("production", 1, True), ("production", -1, False), ("staging", 1, False)],
)
def test_live_deploy_after_the_verification_is_a_warning(
    scenario: Scenario, environment: str, minutes: int, warned: bool
) -> None:
    verification = factories.verification(scenario)
    Verification.objects.filter(pk=verification.pk).update(created_at=timezone.now() - timedelta(hours=1))
    verification.refresh_from_db()
    finished = verification.created_at + timedelta(minutes=minutes)

    record_deploy(scenario, finished, environment)
    page = staff.logged_in_client().get(admin_url(Verification, "change", verification.pk)).content.decode()

    assert warnings_before_approval(verification) == ([DEPLOYED_SINCE] if warned else [])
    assert (DEPLOYED_SINCE in page) == warned


def test_api_warns_of_a_deploy_after_the_verification_until_it_is_decided(scenario: Scenario) -> None:
    verification = factories.verification(scenario)
    url = f"verifications/{verification.pk}?include=warnings"
    before = scenario.client.call("get", url)
    record_deploy(scenario, timezone.now())

    after = scenario.client.call("get", url)
    plain = scenario.client.call("get", f"verifications/{verification.pk}").json()["data"]
    verdicts.approve(verification.pk, by=scenario.actor)
    decided = scenario.client.call("get", url)

    shown = [response.json()["data"]["warnings"] for response in (before, after, decided)]
    assert shown == [[], [DEPLOYED_SINCE], []]
    assert "etag" not in after
    assert after.json()["data"] == {**plain, "warnings": [DEPLOYED_SINCE]}


def test_list_of_verifications_includes_no_warnings(scenario: Scenario) -> None:
    response = scenario.client.call("get", "verifications?include=warnings")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_params")


def test_page_of_a_decided_verification_shows_no_warning(scenario: Scenario) -> None:
    verification = factories.verification(scenario)
    client, url = staff.logged_in_client(), admin_url(Verification, "change", verification.pk)
    record_deploy(scenario, timezone.now() + timedelta(minutes=1))

    undecided = client.get(url).content.decode()
    verdicts.approve(verification.pk, by=scenario.actor)
    decided = client.get(url).content.decode()

    assert (DEPLOYED_SINCE in undecided, DEPLOYED_SINCE in decided) == (True, False)
