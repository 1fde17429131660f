"""Fixtures of the tests of reports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reports import export
from reports.models import Report
from tests import staff
from tests.factories import Scenario


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.KRAFTER_PUBLIC_URL = "http://testserver"
    settings.KRAFTER_ENCRYPTION_KEYS = "test:" + "A" * 43 + "="


@pytest.fixture
def operator(db: None) -> Client:
    """Return a client that is logged in as a superuser."""
    return staff.logged_in_client()


CallApi = Callable[..., tuple[int, Any]]
ExportReport = Callable[..., Report]


@pytest.fixture
def call_api(scenario: Scenario) -> CallApi:
    """Call the API and return the status and the body."""

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = scenario.client.call(method, path, body, **headers)
        return response.status_code, json.loads(response.content)

    return call


@pytest.fixture
def export_report(scenario: Scenario, call_api: CallApi) -> ExportReport:
    """Request an export, run its job, and return the report."""

    def run(format: str = "json") -> Report:
        status, body = call_api("post", "reports/export", {"format": format})
        assert status == 202
        export.export_report(body["data"]["id"])
        return Report.objects.get(pk=body["data"]["id"])

    return run
