"""Deploys of a provider are recorded; what no vendor documents is dropped."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import Deploy
from integrations import services
from integrations.models import Integration
from integrations.providers.types import ReportedDeploy
from integrations.sync.deploy_import import record_deploy

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration(project: Project) -> Integration:
    return services.connect(project, "github", credentials={"token": "a-token"}, by=SYSTEM)


def reported(**fields: Any) -> ReportedDeploy:
    now = timezone.now()
    values = {"external_id": "github/deployments/1", "sha": "a" * 40, "environment": "production", "url": ""}
    return ReportedDeploy(**{**values, "started_at": now, "finished_at": now, **fields})


def test_deploy_is_recorded_once(integration: Integration) -> None:
    again = [record_deploy(integration, reported()) for _ in range(2)]

    assert again == [True, False]
    assert Deploy.objects.get().source == "github"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://[", "x" * 2001, "//shop.example.com"])
def test_url_that_cannot_be_visited_is_left_out(integration: Integration, url: str) -> None:
    record_deploy(integration, reported(url=url))

    assert Deploy.objects.get().url == ""


@pytest.mark.parametrize(
    "fields", [{"sha": "main"}, {"environment": ""}, {"environment": "x" * 101}, {"external_id": "x" * 401}]
)
def test_undocumented_form_is_dropped(integration: Integration, fields: dict[str, Any]) -> None:
    assert record_deploy(integration, reported(**fields)) is False
    assert not Deploy.objects.exists()
