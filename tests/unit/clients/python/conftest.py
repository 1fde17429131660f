"""A running API, and a client of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from krafter_client import ProjectClient
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.factories import Scenario
from tests.fakes import faulty_site


@pytest.fixture
def running_api(live_server: LiveServer, eager_jobs: None, settings: Any, tmp_path: Path) -> Scenario:
    """Return a scenario of an API that listens on a socket; jobs run in the request that enqueues them."""
    settings.KRAFTER_PUBLIC_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path / "media"
    return factories.scenario()


@pytest.fixture
def project_client(
    running_api: Scenario, site: faulty_site.FaultySite, live_server: LiveServer
) -> Iterator[ProjectClient]:
    """Return a client of the running API."""
    organization, project = running_api.organization.pk, running_api.project.slug
    with ProjectClient(live_server.url, running_api.key, org_id=organization, project_id=project) as client:
        yield client
