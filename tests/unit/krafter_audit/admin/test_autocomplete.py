"""Fields that are completed while typing refuse malformed ids, terms and names of fields."""

import pytest
from django.urls import reverse

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


@pytest.mark.parametrize("field", ["user", "nowhere", "name"])
def test_rows_for_a_field_without_a_choice_are_refused(field: str) -> None:
    chosen = {"app_label": "auth", "model_name": "group", "field_name": field, "term": ""}

    assert staff.logged_in_client().get(reverse("admin:autocomplete"), chosen).status_code == 403


def test_rows_for_a_term_with_a_nul_byte_are_refused() -> None:
    chosen = {"app_label": "findings", "model_name": "finding", "field_name": "owner", "term": "\x00"}

    assert staff.logged_in_client().get(reverse("admin:autocomplete"), chosen).status_code == 400
