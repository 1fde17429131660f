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
    User.objects.filter(pk=scenario.owner.pk).update(is_staff=True, is_superuser=True)
    client.force_login(scenario.owner)

    listed, shown = client.get(page).content.decode(), client.get(f"{page}{run.pk}/change/").content.decode()

    assert "events_event differs" in listed
    assert "events_event differs" in shown
    User.objects.filter(pk=scenario.owner.pk).update(is_superuser=False)
    assert client.get(page).status_code == 403
