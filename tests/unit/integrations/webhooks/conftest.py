"""Integrations with an enabled webhook."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.webhooks.services import enable
from tests.unit.integrations.webhooks.senders import SECRET, SENDERS


@pytest.fixture(params=sorted(SENDERS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def each_integration(project: Project, provider: str) -> Integration:
    """Each provider, connected, with a webhook."""
    made = services.connect(project, provider, credentials=SENDERS[provider].credentials, by=SYSTEM)
    enable(project, provider, secret=SECRET, by=SYSTEM)
    return made
