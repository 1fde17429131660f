"""Deliveries about deploys: what GitHub and GitLab sign is recorded as a deploy of the project."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import Deploy
from integrations import services
from integrations.models import Integration
from integrations.webhooks.services import enable
from tests import factories
from tests.unit.integrations.webhooks.senders import SECRET, SENDERS, now, send_deploy

pytestmark = pytest.mark.django_db
REPOSITORY = "acme/web-app"
SHA = "a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d"


def connected(project: Project, provider: str, repository: str = REPOSITORY) -> Integration:
    names = {"github": {"repository": repository}, "gitlab": {"project": repository}}
    credentials = SENDERS[provider].credentials | names[provider]
    services.connect(project, provider, credentials=credentials, by=SYSTEM)
    webhook, _ = enable(project, provider, secret=SECRET, by=SYSTEM)
    return webhook.integration


def github(state: str, **deployment: Any) -> dict[str, Any]:
    return {
        "action": "created",
        "deployment": {
            "id": 7,
            "sha": SHA,
            "environment": "production",
            "created_at": now().isoformat(),
            **deployment,
        },
        "deployment_status": {
            "state": state,
            "created_at": now().isoformat(),
            "environment_url": "https://example.com/",
        },
        "repository": {"full_name": REPOSITORY},
    }


def gitlab(status: str, **more: Any) -> dict[str, Any]:
    return {
        "object_kind": "deployment",
        "deployment_id": 7,
        "status": status,
        "status_changed_at": f"{now():%Y-%m-%d %H:%M:%S} +0000",
        "environment": "production",
        "environment_external_url": "https://example.com/",
        "short_sha": SHA[:8],
        "commit_url": f"https://gitlab.example/acme/web-app/-/commit/{SHA}",
        "project": {"id": 4711, "path_with_namespace": REPOSITORY},
        **more,
    }


PAYLOADS = {"github": (github, "in_progress"), "gitlab": (gitlab, "running")}
providers = pytest.mark.parametrize("provider", ["github", "gitlab"])


@providers
def test_start_and_success_are_one_deploy(provider: str) -> None:
    integration = connected(factories.project(), provider)
    payload, started = PAYLOADS[provider]
    fields = {"created_at": now().isoformat()} if provider == "github" else {}

    statuses = [send_deploy(integration, payload(status, **fields)) for status in (started, "success")]

    made = Deploy.objects.get()
    assert statuses == [202, 202]
    assert (made.sha, made.environment, made.url) == (SHA, "production", "https://example.com/")
    assert (made.project_id, made.source) == (integration.project_id, provider)
    assert made.finished_at is not None


@pytest.mark.parametrize(
    ("provider", "connected_to", "is_recorded"),
    [
        ("github", "acme/shop", False),
        ("github", "Acme/Web-App", True),
        ("gitlab", "acme/shop", False),
        ("gitlab", "Acme/Web-App", True),
        ("gitlab", "4711", True),
        ("gitlab", "4712", False),
    ],
)
def test_deploy_of_another_repository_of_the_organisation_is_dropped(
    provider: str, connected_to: str, is_recorded: bool
) -> None:
    integration = connected(factories.project(), provider, connected_to)

    status = send_deploy(integration, PAYLOADS[provider][0]("success"))

    assert (status, Deploy.objects.exists()) == (202, is_recorded)


@providers
@pytest.mark.parametrize("state", ["failure", "failed", "queued", "inactive"])
def test_other_states_are_no_deploy(provider: str, state: str) -> None:
    integration = connected(factories.project(), provider)

    status = send_deploy(integration, PAYLOADS[provider][0](state))

    assert (status, Deploy.objects.exists()) == (202, False)


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        ("github", {"sha": "main"}),
        ("github", {"environment": None}),
        ("gitlab", {"commit_url": None}),
        ("gitlab", {"environment": None}),
        ("gitlab", {"status_changed_at": "soon"}),
    ],
)
def test_undocumented_form_is_accepted_and_dropped(provider: str, fields: dict[str, Any]) -> None:
    integration = connected(factories.project(), provider)

    status = send_deploy(integration, PAYLOADS[provider][0]("success", **fields))

    assert (status, Deploy.objects.exists()) == (202, False)
