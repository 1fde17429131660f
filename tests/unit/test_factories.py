"""The world that tests begin with is written without the services, and is what they make."""

from typing import Any

import pytest
from django.db.models import Model

from accounts import api_keys, services
from accounts.models import ApiKey, Membership
from tests import factories
from tests.factories import World

OF_ITS_OWN = {"id", "created_at", "updated_at", "password", "digest", "key_prefix"}

pytestmark = pytest.mark.django_db


def made_by_the_services(name: str, email: str) -> World:
    organization = services.create_organization(name, ai_quota=7)
    owner = services.create_user(email, organization=organization, role=Membership.Role.OWNER)
    site = {"slug": "production-website", "site_url": "https://example.org"}
    project = services.create_project(organization, **site)
    _, key = api_keys.issue(organization, user=owner, name="tests", scopes=("audit:read",))
    return World(organization, owner, project, key, factories.AuditClient(project, key))


def rows(world: World) -> list[Model]:
    of_it = {"organization": world.organization, "user": world.owner}
    everything = [world.organization, world.owner, world.project]
    everything += [Membership.objects.get(**of_it), ApiKey.objects.get(**of_it)]
    for row in everything:
        row.refresh_from_db()
    return everything


def names(world: World) -> dict[str, str]:
    return {
        str(world.organization.pk): "the organisation",
        str(world.owner.pk): "the owner",
        world.owner.email: "it",
    }


def told(row: Model, names: dict[str, str]) -> dict[str, Any]:
    """What the row says; what is of one world alone by a name that both have."""
    fields = [field for field in row._meta.concrete_fields if field.name not in OF_ITS_OWN]
    values = {field.name: field.value_from_object(row) for field in fields}
    return {name: names.get(str(value), value) for name, value in values.items()}


def test_the_world_of_the_tests_has_the_rows_that_the_services_make():
    ours = factories.world(ai_quota=7, scopes=("audit:read",), site_url="https://example.org")
    theirs = made_by_the_services(ours.organization.name, f"another-{ours.owner.email}")
    for one, other in zip(rows(ours), rows(theirs), strict=True):
        assert told(one, names(ours)) == told(other, names(theirs))


def test_the_world_of_the_tests_passes_the_checks_of_its_rows_and_its_key_works():
    world = factories.world()
    for row in rows(world):
        row.full_clean(exclude=["password"])
    assert not world.owner.has_usable_password()
    assert world.client.ask("get", "findings").status_code == 200
    assert factories.AuditClient(world.project, api_keys.new_key()).ask("get", "findings").status_code == 401
