"""Webhooks are enabled and disabled; a secret is shown once."""

import json

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from events.models import Event
from integrations import services
from integrations.models import Integration, Webhook
from integrations.webhooks.services import enable, open_secret
from tests import factories
from tests.unit.integrations.webhooks.senders import SECRET, SENDERS, call, now, send, signature

pytestmark = pytest.mark.django_db
ADDRESS = "integrations/github/webhook"


@pytest.fixture
def api() -> factories.Scenario:
    made = factories.scenario()
    services.connect(made.project, "github", credentials={"token": "a-token"}, by=SYSTEM)
    return made


def test_generated_secret_is_shown_once_and_signs_deliveries(
    api: factories.Scenario, settings: Settings
) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    made = api.client.call("put", ADDRESS, {}).json()["data"]
    again = api.client.call("get", ADDRESS).json()["data"]

    integration = Integration.objects.get()
    body = json.dumps(SENDERS["github"].payload(now())).encode()
    headers = {
        **SENDERS["github"].headers(body),
        "X-Hub-Signature-256": f"sha256={signature(body, made['secret'])}",
    }
    assert made["url"] == f"https://audit.example.com/api/v1/hooks/github/{integration.pk}"
    assert {name: value for name, value in made.items() if name != "secret"} == again
    assert call(integration, body, headers).status_code == 202


def test_given_secret_is_not_shown(api: factories.Scenario) -> None:
    made = api.client.call("put", ADDRESS, {"secret": SECRET})

    assert "secret" not in made.json()["data"]
    assert SECRET not in made.content.decode()
    assert open_secret(Webhook.objects.get()) == SECRET


def test_new_secret_replaces_the_previous_one(github_integration: Integration) -> None:
    enable(github_integration.project, "github", secret=None, by=SYSTEM)

    assert send(github_integration).status_code == 404


def test_present_secret_changes_nothing(github_integration: Integration) -> None:
    before, events = Webhook.objects.values().get(), Event.objects.count()

    _, shown = enable(github_integration.project, "github", secret=SECRET, by=SYSTEM)

    assert (shown, Webhook.objects.values().get(), Event.objects.count()) == (None, before, events)


def test_enabling_a_webhook_is_logged_with_its_provider_and_user(api: factories.Scenario) -> None:
    api.client.call("put", ADDRESS, {})

    logged = Event.objects.filter(name="integration.webhook_enabled")
    assert list(logged.values_list("project", "actor_id", "data__provider")) == [
        (api.project.pk, api.owner.pk, "github")
    ]


def test_webhook_is_disabled(api: factories.Scenario) -> None:
    api.client.call("put", ADDRESS, {})

    deleted = api.client.call("delete", ADDRESS)

    assert (deleted.status_code, api.client.call("get", ADDRESS).status_code) == (200, 404)


def test_disabling_a_webhook_leaves_those_of_other_projects_and_is_logged_once(
    api: factories.Scenario, github_integration: Integration
) -> None:
    api.client.call("put", ADDRESS, {})

    api.client.call("delete", ADDRESS)

    logged = Event.objects.filter(name="integration.webhook_disabled").values_list("project", "actor_id")
    assert (Webhook.objects.get().integration, list(logged)) == (
        github_integration,
        [(api.project.pk, api.owner.pk)],
    )


@pytest.mark.parametrize(("name", "status"), [("cloudflare", 404), ("gitlab", 409), ("unheard_of", 404)])
def test_webhook_cannot_be_enabled_without_support_or_connection(
    api: factories.Scenario, name: str, status: int
) -> None:
    assert api.client.call("put", f"integrations/{name}/webhook", {}).status_code == status
