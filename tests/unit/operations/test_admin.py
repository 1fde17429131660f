"""Backups and drills in the admin are for superusers."""

import pytest
from django.utils import timezone

from operations.models import Backup, RestoreDrill
from tests import staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Backup, RestoreDrill])
def test_superuser_sees_the_result_and_others_see_nothing(scenario: Scenario, model: type):
    run = model.objects.create(path="/backups/x", finished_at=timezone.now(), error="events_event differs")
    urls = [admin_url(model, "changelist"), admin_url(model, "change", run.pk)]
    superuser = staff.logged_in_client()
    owner = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))

    shown = ["events_event differs" in superuser.get(url).content.decode() for url in urls]
    statuses = [owner.get(url).status_code for url in urls]

    assert (shown, statuses) == ([True, True], [403, 403])
