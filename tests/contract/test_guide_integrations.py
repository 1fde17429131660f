"""The public guide, example by example: integrations."""

from typing import Any

import pytest

from integrations.models import Integration
from tests.contract.shape import META, MOMENT, UUID, answer, same
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

PROVIDERS = ["ga4", "gsc", "sentry", "github", "gitlab", "jira", "linear", "cloudflare"]
CREDENTIALS = {"token": "ghp_xxxxxxxxxxxx", "repository": "acme/web-app"}


def placeholder(provider: str) -> dict[str, Any]:
    return {
        "id": None,
        "provider": provider,
        "status": "disconnected",
        "credentials": {},
        "last_sync_at": None,
        "inserted_at": None,
        "updated_at": None,
    }


def connected(scenario: Scenario, **more: Any) -> dict[str, Any]:
    return {
        "id": UUID,
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "provider": "github",
        "status": "connected",
        "last_sync_at": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    } | more


def test_integrations_are_listed_in_a_fixed_order(scenario: Scenario):
    scenario.client.call("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    response = scenario.client.call("get", "integrations")

    assert response.status_code == 200
    rows = [connected(scenario) if provider == "github" else placeholder(provider) for provider in PROVIDERS]
    same(answer(response), {"data": rows, "meta": META, "error": None})


def test_connect_returns_the_integration(scenario: Scenario):
    response = scenario.client.call("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    assert response.status_code == 200
    same(answer(response), {"data": connected(scenario), "meta": META, "error": None})
    assert b"ghp_" not in response.content


def test_connect_again_replaces_the_credentials(scenario: Scenario):
    first = scenario.client.call("post", "integrations/github/connect", {"credentials": CREDENTIALS}).json()[
        "data"
    ]
    sealed = bytes(Integration.objects.get().credentials)

    again = scenario.client.call(
        "post", "integrations/github/connect", {"credentials": CREDENTIALS | {"token": "new"}}
    )

    assert again.json()["data"]["id"] == first["id"]
    assert bytes(Integration.objects.get().credentials) != sealed


def test_sync_sets_the_status_to_syncing(scenario: Scenario):
    scenario.client.call("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    response = scenario.client.call("post", "integrations/github/sync")

    assert response.status_code == 202
    same(answer(response), {"data": connected(scenario, status="syncing"), "meta": META, "error": None})
