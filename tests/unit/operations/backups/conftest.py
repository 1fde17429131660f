"""An installation with data, and PostgreSQL's programs of the server's version."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from devtools.local_stack import postgres
from integrations import services
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario


@pytest.fixture
def installation(transactional_db: None, settings: Settings, tmp_path: Path) -> Scenario:
    """Return a scenario with evidence, credentials and a file; `transactional_db`, as pg_dump sees commits only."""
    settings.KRAFTER_PG_BIN = str(postgres.install())
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "media" / "exports").mkdir(parents=True)
    (tmp_path / "media" / "exports" / "report.csv").write_text("a,b\n")
    scenario = factories.scenario()
    verdicts.approve(factories.verification(scenario).pk, by=scenario.actor)
    services.connect(scenario.project, "github", credentials={"token": "the-token"}, by=SYSTEM)
    return scenario


@pytest.fixture
def drill_server() -> str:
    """Return the URL of a server on which databases may be created."""
    return os.environ["DATABASE_URL"]
