"""Backups and drills in the admin are for superusers."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from operations.models import Backup, RestoreDrill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Backup, RestoreDrill])
def test_superuser_sees_the_result_and_others_see_nothing(scenario, client: Client, model: type):
    run = model.objects.create(path="/backups/x", finished_at=timezone.now(), error="events_event differs")
    page = f"/admin/operations/{model._meta.model_name}/"
    urls = [page, f"{page}{run.pk}/change/"]
    User.objects.filter(pk=scenario.owner.pk).update(is_staff=True, is_superuser=True)
    client.force_login(scenario.owner)

    shown = ["events_event differs" in client.get(url).content.decode() for url in urls]
    User.objects.filter(pk=scenario.owner.pk).update(is_superuser=False)
    statuses = [client.get(url).status_code for url in urls]

    assert (shown, statuses) == ([True, True], [403, 403])
