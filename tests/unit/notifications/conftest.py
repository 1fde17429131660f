"""A fake Slack, and the workers that turn events into alerts."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from django.utils import timezone
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from accounts.actors import SYSTEM
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest
from notifications import destinations, jobs
from notifications.alerts import delivery
from notifications.models import Alert
from remediation.jobs import log_overdue_tasks
from tests.factories import Scenario


@pytest.fixture(scope="session")
def slack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HTTPServer, Path]]:
    """An HTTPS server on loopback, and the certificate of its CA."""
    authority = trustme.CA()
    ca_file = tmp_path_factory.mktemp("slack") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server, ca_file


@pytest.fixture
def slack(slack_server: tuple[HTTPServer, Path], settings: Settings, scenario: Scenario) -> HTTPServer:
    """A Slack that accepts messages, set as the project's destination."""
    server, ca_file = slack_server
    server.clear()
    settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{server.port}"
    settings.KRAFTER_CA_FILE = str(ca_file)
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    server.expect_request("/services/T/B/X").respond_with_data("ok")
    url = server.url_for("/services/T/B/X")
    destinations.set_destination(scenario.project, "slack", webhook_url=url, by=SYSTEM)
    return server


def make_findings(
    scenario: Scenario, number: int, severity: str = "critical", start: int = 0
) -> list[Finding]:
    reports = [
        FindingReport("security", f"Finding <{index}> & more", severity=severity)
        for index in range(start, start + number)
    ]
    ids = ingest(scenario.project, reports, by=SYSTEM).ids
    return list(Finding.objects.filter(pk__in=ids).order_by("pk"))


def process_events() -> None:
    """Let the workers log overdue tasks and batch the events."""
    log_overdue_tasks()
    jobs.process_events()


def run_workers() -> None:
    """Let the workers batch the events, wait for the batch window to end, and deliver the alerts."""
    process_events()
    unfinished = Alert.objects.filter(status__in=Alert.UNFINISHED)
    unfinished.exclude(due_at__gt=timezone.now() + timedelta(minutes=2)).update(due_at=timezone.now())
    for pk in unfinished.values_list("pk", flat=True):
        delivery.deliver(pk)


def alerts(channel: str) -> list[tuple[str, int, int]]:
    """Return status, total and delayed of the alerts of a channel, oldest first."""
    rows = Alert.objects.filter(channel=channel).order_by("created_at")
    return list(rows.values_list("status", "total", "delayed"))
