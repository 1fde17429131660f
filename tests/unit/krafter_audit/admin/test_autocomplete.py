"""A malformed id in a field that is completed while typing shows the form again with an error."""

import pytest

from remediation.models import Task
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("owner", ["no-uuid", "\x00", "1" * 300])
def test_malformed_id_is_an_error_of_its_field(scenario: Scenario, owner: str) -> None:
    task = factories.task(scenario, owner_id=scenario.owner.pk)
    sent = {"title": "Other title", "priority": "high", "owner": owner}

    page = staff.logged_in_client().post(admin_url(Task, "change", task.pk), sent)

    task.refresh_from_db()
    assert [*page.context["adminform"].form.errors] == ["owner"]
    assert (task.title, task.owner_id) == ("Fix it", scenario.owner.pk)
