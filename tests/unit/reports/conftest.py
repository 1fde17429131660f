"""What tests about reports share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import export
from reports.models import Report
from tests.factories import Scenario


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.KRAFTER_PUBLIC_URL = "http://testserver"
    settings.KRAFTER_ENCRYPTION_KEYS = "test:" + "A" * 43 + "="


Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(scenario: Scenario) -> Ask:
    """Call the API and return (status, the whole answer)."""

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = scenario.client.ask(method, path, body, **headers)
        return response.status_code, json.loads(response.content)

    return call


@pytest.fixture
def exported(scenario: Scenario, ask: Ask) -> Callable[..., Report]:
    """Ask for a report and let the worker make its file."""

    def make(format: str = "json") -> Report:
        status, answer = ask("post", "reports/export", {"format": format})
        assert status == 202
        export.export_report(answer["data"]["id"])
        return Report.objects.get(pk=answer["data"]["id"])

    return make
