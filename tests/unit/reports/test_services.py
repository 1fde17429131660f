"""Reports are mailed to a limited number of addresses."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import services
from reports.models import Share
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def share(scenario: Scenario, *addresses: str) -> Any:
    body = {"channel": "email", "recipients": list(addresses)}
    return scenario.client.call("post", "reports/share", body)


def test_report_is_mailed_to_a_limited_number_of_addresses_of_an_organisation_in_a_day(
    scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_SHARED_MAILS_PER_DAY = 3
    services.queue_export(scenario.project, format="json", by=scenario.actor)
    first = share(scenario, "a@acme.example", "b@acme.example")
    Share.objects.update(created_at=timezone.now() - timedelta(hours=23))

    refused = share(scenario, "c@acme.example", "d@acme.example")

    error = refused.json()["error"]
    assert (first.status_code, refused.status_code, error["code"]) == (200, 429, "too_many_recipients")
    assert error["details"] == {"limit": 3, "used": 2}
    assert 3500 <= int(refused["retry-after"]) <= 3601
    assert Share.objects.count() == 1
    assert share(scenario, "c@acme.example").status_code == 200


def test_mails_of_the_day_before_and_of_others_are_not_counted(scenario: Scenario, settings: Any) -> None:
    settings.KRAFTER_SHARED_MAILS_PER_DAY = 1
    other = factories.scenario()
    for each in (scenario, other):
        services.queue_export(each.project, format="json", by=each.actor)
    earlier = share(scenario, "a@acme.example")
    Share.objects.update(created_at=timezone.now() - timedelta(hours=25))

    answers = [share(scenario, "b@acme.example"), share(other, "b@acme.example")]

    assert [answer.status_code for answer in (earlier, *answers)] == [200, 200, 200]
