"""Scenarios are inserted without the services, with the rows that the services would make."""

from typing import Any

import pytest
from django.db.models import Model

from accounts import api_keys, services
from accounts.models import ApiKey, Membership
from tests import factories
from tests.factories import Scenario

DIFFERENT_FIELDS = {"id", "created_at", "updated_at", "password", "digest", "key_prefix"}

pytestmark = pytest.mark.django_db


def made_by_the_services(name: str, email: str) -> Scenario:
    organization = services.create_organization(name, ai_quota=7)
    owner = services.create_user(email, organization=organization, role=Membership.Role.OWNER)
    site = {"slug": "production-website", "site_url": "https://example.org"}
    project = services.create_project(organization, **site)
    _, key = api_keys.issue(organization, user=owner, name="tests", scopes=("audit:read",))
    return Scenario(organization, owner, project, key, factories.AuditClient(project, key))


def rows(scenario: Scenario) -> list[Model]:
    of_it = {"organization": scenario.organization, "user": scenario.owner}
    everything = [scenario.organization, scenario.owner, scenario.project]
    everything += [Membership.objects.get(**of_it), ApiKey.objects.get(**of_it)]
    for row in everything:
        row.refresh_from_db()
    return everything


def names(scenario: Scenario) -> dict[str, str]:
    return {
        str(scenario.organization.pk): "the organisation",
        str(scenario.owner.pk): "the owner",
        scenario.owner.email: "it",
    }


def values_of(row: Model, names: dict[str, str]) -> dict[str, Any]:
    """Return the fields of the row, with the values that differ between scenarios replaced by a common name."""
    fields = [field for field in row._meta.concrete_fields if field.name not in DIFFERENT_FIELDS]
    values = {field.name: field.value_from_object(row) for field in fields}
    return {name: names.get(str(value), value) for name, value in values.items()}


def test_scenario_has_the_rows_that_the_services_make():
    ours = factories.scenario(ai_quota=7, scopes=("audit:read",), site_url="https://example.org")
    theirs = made_by_the_services(ours.organization.name, f"another-{ours.owner.email}")
    for one, other in zip(rows(ours), rows(theirs), strict=True):
        assert values_of(one, names(ours)) == values_of(other, names(theirs))


def test_scenario_rows_are_valid_and_its_key_works():
    scenario = factories.scenario()
    for row in rows(scenario):
        row.full_clean(exclude=["password"])
    assert not scenario.owner.has_usable_password()
    assert scenario.client.call("get", "findings").status_code == 200
    assert (
        factories.AuditClient(scenario.project, api_keys.new_key()).call("get", "findings").status_code == 401
    )
