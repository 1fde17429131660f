"""Views of the API free their responses, and refuse changes of archived projects and bodies of deletions."""

import gc
import weakref
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Project
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
def test_response_is_freed_as_soon_as_it_is_sent(
    scenario: Scenario, without_garbage_collection: None
) -> None:
    path, key = f"{scenario.client.base}findings", f"Bearer {scenario.key}"

    # Without the test client, which keeps responses itself.
    response = WSGIHandler().get_response(RequestFactory().get(path, HTTP_AUTHORIZATION=key))
    status, freed = response.status_code, weakref.ref(response)
    del response

    assert (status, freed()) == (200, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("delete", "access", 404),  # there are none
        ("delete", "integrations/github", 404),
        ("delete", "integrations/github/webhook", 404),
        ("delete", "alerts/destinations/slack", 404),
        ("delete", f"reports/shares/{UUID(int=1)}", 404),
        ("put", "access", 409),
        ("put", "alerts/destinations/slack", 409),
        ("post", "integrations/github/connect", 409),
        ("delete", f"tasks/{UUID(int=1)}/comments/{UUID(int=2)}", 409),
    ],
)
def test_only_accesses_are_deleted_in_an_archived_project(
    scenario: Scenario, method: str, path: str, status: int
) -> None:
    Project.objects.update(archived_at=timezone.now())

    assert scenario.client.call(method, path).status_code == status


def test_archived_project_is_changed_only_when_it_is_restored(scenario: Scenario) -> None:
    Project.objects.update(archived_at=timezone.now())
    path = f"/api/v1/orgs/{scenario.organization.pk}/projects/{scenario.project.slug}"

    refused = scenario.client.call("patch", path, {"name": "Other"})
    unchanged = scenario.client.call("patch", path, {"archived": True})
    restored = scenario.client.call("patch", path, {"archived": False, "name": "Other"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "project_archived")
    assert (unchanged.status_code, unchanged.json()["data"]["name"]) == (200, scenario.project.name)
    assert (restored.json()["data"]["archived_at"], restored.json()["data"]["name"]) == (None, "Other")


def test_delete_with_a_body_is_rejected(scenario: Scenario) -> None:
    credentials = {"origin": "https://example.com", "headers": {"X-Key": "a"}}
    scenario.client.call("put", "access", credentials)

    response = scenario.client.call("delete", "access", {"all": True})

    details = {"all": ["This URL takes no body."]}
    assert (response.status_code, response.json()["error"]["details"]) == (422, details)
    assert scenario.client.call("get", "access").status_code == 200
