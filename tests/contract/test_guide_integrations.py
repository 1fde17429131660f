"""The public guide, example by example: integrations."""

from typing import Any

import pytest

from integrations.models import Integration
from tests.contract.shape import META, MOMENT, UUID, answer, same
from tests.factories import World

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


def connected(world: World, **more: Any) -> dict[str, Any]:
    return {
        "id": UUID,
        "org_id": str(world.organization.pk),
        "project_id": "production-website",
        "provider": "github",
        "status": "connected",
        "last_sync_at": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    } | more


def test_listing_integrations_names_every_provider_in_one_order(world: World):
    world.client.ask("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    response = world.client.ask("get", "integrations")

    assert response.status_code == 200
    rows = [connected(world) if provider == "github" else placeholder(provider) for provider in PROVIDERS]
    body = answer(response)
    same({"data": body["data"][:8]}, {"data": rows})
    assert (body["error"], set(body["meta"])) == (
        None,
        {"request_id", "total", "next_cursor"} & set(body["meta"]),
    )


def test_connecting_an_integration(world: World):
    response = world.client.ask("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    assert response.status_code == 200
    same(answer(response), {"data": connected(world), "meta": META, "error": None})
    assert b"ghp_" not in response.content


def test_connecting_again_replaces_the_stored_credentials(world: World):
    first = world.client.ask("post", "integrations/github/connect", {"credentials": CREDENTIALS}).json()[
        "data"
    ]
    sealed = bytes(Integration.objects.get().credentials)

    again = world.client.ask(
        "post", "integrations/github/connect", {"credentials": CREDENTIALS | {"token": "new"}}
    )

    assert again.json()["data"]["id"] == first["id"]
    assert bytes(Integration.objects.get().credentials) != sealed


def test_syncing_an_integration_moves_it_to_syncing_at_once(world: World):
    world.client.ask("post", "integrations/github/connect", {"credentials": CREDENTIALS})

    response = world.client.ask("post", "integrations/github/sync")

    assert response.status_code == 202
    same(answer(response), {"data": connected(world, status="syncing"), "meta": META, "error": None})
