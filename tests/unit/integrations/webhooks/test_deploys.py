"""Deliveries about deploys: what GitHub and GitLab sign is recorded as a deploy of the project."""

import json
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import Deploy
from integrations import services
from integrations.models import Integration
from integrations.webhooks.services import enable
from tests import factories
from tests.unit.integrations.webhooks.senders import SECRET, SENDERS, call, now

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


def send(integration: Integration, payload: dict[str, Any]) -> Any:
    body = json.dumps(payload).encode()
    headers = SENDERS[integration.provider].headers(body)
    if integration.provider == "github":
        headers |= {"X-GitHub-Event": "deployment_status", "X-GitHub-Delivery": str(next(factories.number))}
    else:
        headers |= {"X-Gitlab-Event-UUID": str(next(factories.number))}
    return call(integration, body, headers)


PAYLOADS = {"github": (github, "in_progress"), "gitlab": (gitlab, "running")}
providers = pytest.mark.parametrize("provider", ["github", "gitlab"])


@providers
def test_start_and_success_are_one_deploy(provider: str) -> None:
    integration = connected(factories.project(), provider)
    payload, started = PAYLOADS[provider]
    fields = {"created_at": now().isoformat()} if provider == "github" else {}

    statuses = [send(integration, payload(status, **fields)).status_code for status in (started, "success")]

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

    response = send(integration, PAYLOADS[provider][0]("success"))

    assert (response.status_code, Deploy.objects.exists()) == (202, is_recorded)


@providers
@pytest.mark.parametrize("status", ["failure", "failed", "queued", "inactive"])
def test_other_statuses_are_no_deploy(provider: str, status: str) -> None:
    integration = connected(factories.project(), provider)

    response = send(integration, PAYLOADS[provider][0](status))

    assert (response.status_code, Deploy.objects.exists()) == (202, False)


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        ("github", {"sha": "main"}),
        ("github", {"environment": ""}),
        ("github", {"environment": None}),
        ("github", {"environment": "x" * 101}),
        ("gitlab", {"commit_url": None}),
        ("gitlab", {"environment": None}),
        ("gitlab", {"environment": "x" * 101}),
        ("gitlab", {"status_changed_at": "soon"}),
    ],
)
def test_undocumented_form_is_accepted_and_dropped(provider: str, fields: dict[str, Any]) -> None:
    integration = connected(factories.project(), provider)

    response = send(integration, PAYLOADS[provider][0]("success", **fields))

    assert (response.status_code, Deploy.objects.exists()) == (202, False)
