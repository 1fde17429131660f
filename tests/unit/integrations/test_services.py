"""Connect, disconnect and request syncs."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from events.models import Event
from integrations import services
from integrations.credentials import open_credentials
from integrations.models import Integration, Webhook
from integrations.webhooks.services import enable

pytestmark = pytest.mark.django_db


def connect(project: Project, **credentials: str) -> Integration:
    return services.connect(project, "github", credentials=credentials, by=SYSTEM)


def test_choices_alone_keep_the_stored_secrets(project: Project) -> None:
    connect(project, token="t", repository="acme/web-app")

    connect(project, repository="acme/shop")

    assert open_credentials(Integration.objects.get()) == {"token": "t", "repository": "acme/shop"}


def test_new_secrets_replace_everything(project: Project) -> None:
    connect(project, token="t", repository="acme/web-app")

    connect(project, token="u")

    assert open_credentials(Integration.objects.get()) == {"token": "u"}


def test_api_token_is_not_kept_for_another_site(project: Project) -> None:
    stored = {"email": "a@acme.example", "api_token": "jt-123456", "site": "acme", "project_key": "SHOP"}
    services.connect(project, "jira", credentials=stored, by=SYSTEM)

    services.connect(project, "jira", credentials={"site": "acme", "project_key": "WEB"}, by=SYSTEM)
    of_same_site = open_credentials(Integration.objects.get())
    services.connect(project, "jira", credentials={"site": "other"}, by=SYSTEM)
    of_another = open_credentials(Integration.objects.get())

    assert (of_same_site, of_another) == ({**stored, "project_key": "WEB"}, {"site": "other"})


def test_token_of_a_sign_in_is_kept_for_another_site(project: Project) -> None:
    services.connect(project, "jira", credentials={"token": "t", "site": "acme"}, by=SYSTEM)

    services.connect(project, "jira", credentials={"site": "other"}, by=SYSTEM)

    assert open_credentials(Integration.objects.get()) == {"token": "t", "site": "other"}


def test_connect_during_a_sync_ends_it(project: Project) -> None:
    connect(project, token="t")
    services.sync_now(project, "github", by=SYSTEM)

    connect(project, token="u")

    integration = Integration.objects.get()
    assert (integration.status, integration.credentials_version) == ("connected", 2)


def test_disconnect_deletes_credentials_and_webhook_once(project: Project) -> None:
    connect(project, token="t")
    enable(project, "github", secret=None, by=SYSTEM)

    for _ in range(2):
        services.disconnect(project, "github", by=SYSTEM)

    integration = Integration.objects.get()
    assert (integration.status, integration.credentials, integration.next_sync_at) == (
        "disconnected",
        None,
        None,
    )
    assert not Webhook.objects.exists()
    assert Event.objects.filter(name="integration.disconnected").count() == 1


def test_request_during_a_sync_is_stored(project: Project) -> None:
    connect(project, token="t")
    services.sync_now(project, "github", by=SYSTEM)
    before = Integration.objects.get()

    services.request_sync(before)

    after = Integration.objects.get()
    assert (after.status, after.sync_scope) == ("syncing", "all")
    assert before.requested_at is not None
    assert after.requested_at is not None
    assert after.requested_at > before.requested_at


def test_disconnected_integration_is_not_synced(project: Project) -> None:
    integration = connect(project, token="t")
    services.disconnect(project, "github", by=SYSTEM)

    services.request_sync(integration)

    assert Integration.objects.get().status == "disconnected"
