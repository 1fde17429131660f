"""Files on S3-compatible storage: stored privately, served by the web only, and an outage is a 503."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from krafter_audit.api.errors import Unavailable
from reports import export
from reports.models import Report
from scans import screenshots
from tests.factories import Scenario
from tests.fakes import object_storage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a server for all tests of the module; return its URL."""
    with object_storage.served() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(server: str, settings: Settings) -> Iterator[str]:
    """Store the files of the test on the server; return its URL."""
    object_storage.use(settings, server)
    yield server
    object_storage.empty(server)


def exported(scenario: Scenario) -> Report:
    response = scenario.client.call("post", "reports/export", {"format": "csv"})
    export.export_report(response.json()["data"]["id"])
    return Report.objects.get()


def unused_endpoint() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.django_db
def test_report_is_exported_downloaded_and_shared(scenario: Scenario, endpoint: str) -> None:
    report = exported(scenario)
    shared = scenario.client.call("post", "reports/share", {"channel": "link"}).json()["data"]["share_url"]

    by_key = scenario.client.call("get", f"reports/{report.pk}/download")
    by_link = Client().get(f"{urlsplit(shared).path}/download")

    folder = f"audit/reports/{report.project.organization_id}/"
    kinds = ("", "-regressions", "-summary", "-tasks", "-verifications")
    assert sorted(object_storage.keys(endpoint)) == sorted(f"{folder}{report.pk}{kind}.csv" for kind in kinds)
    content = b"".join(by_key.streaming_content)
    assert (by_key.status_code, int(by_key["content-length"])) == (200, report.file_size)
    assert len(content) == report.file_size
    assert b"".join(by_link.streaming_content) == content


@pytest.mark.django_db
def test_link_has_no_url_of_the_storage_and_ends_when_it_is_revoked(
    scenario: Scenario, endpoint: str
) -> None:
    exported(scenario)
    share = scenario.client.call("post", "reports/share", {"channel": "link"}).json()["data"]
    path = urlsplit(share["share_url"]).path
    page = Client().get(path).content.decode()
    listed = scenario.client.call("get", "reports/shares").json()["data"]

    scenario.client.call("delete", f"reports/shares/{listed[0]['id']}")

    assert urlsplit(endpoint).netloc not in page
    assert Client().get(f"{path}/download").status_code == 410


def test_object_is_private(endpoint: str) -> None:
    default_storage.save("reports/1.csv", ContentFile(b"a,b\n"))

    assert default_storage.is_public("reports/1.csv") is False  # type: ignore[attr-defined]


def test_public_object_is_recognised(endpoint: str) -> None:
    default_storage.save("reports/1.csv", ContentFile(b"a,b\n"))
    client: Any = object_storage.client(endpoint)
    client.put_object_acl(Bucket=object_storage.BUCKET, Key="audit/reports/1.csv", ACL="public-read")

    assert default_storage.is_public("reports/1.csv") is True  # type: ignore[attr-defined]


def test_saved_file_replaces_the_earlier_one(endpoint: str) -> None:
    names = [default_storage.save("reports/1.csv", ContentFile(content)) for content in (b"one", b"two")]

    with default_storage.open("reports/1.csv") as file:
        assert (file.read(), set(names)) == (b"two", {"reports/1.csv"})


@pytest.mark.django_db
def test_missing_report_file_is_as_on_a_disk(scenario: Scenario, endpoint: str) -> None:
    report = exported(scenario)
    default_storage.delete(report.file)

    response = scenario.client.call("get", f"reports/{report.pk}/download")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "report_failed")


def test_screenshots_are_stored_once_and_verified_by_their_hash(endpoint: str) -> None:
    project = "0198c0de-0000-7000-8000-000000000001"
    sha256 = [screenshots.store(project, b"a picture") for _ in range(2)][0]  # type: ignore[arg-type]

    assert screenshots.load(project, sha256) == b"a picture"  # type: ignore[arg-type]
    assert screenshots.load(project, "0" * 64) is None  # type: ignore[arg-type]
    assert object_storage.keys(endpoint) == [f"audit/screenshots/{project}/{sha256}.jpg"]


@pytest.mark.django_db
def test_outage_is_a_503_and_the_export_is_repeated(
    scenario: Scenario, endpoint: str, settings: Settings
) -> None:
    report = exported(scenario)
    share = scenario.client.call("post", "reports/share", {"channel": "link"}).json()["data"]["share_url"]
    object_storage.use(settings, unused_endpoint())

    by_key = scenario.client.call("get", f"reports/{report.pk}/download")
    by_link = Client().get(f"{urlsplit(share).path}/download")
    second = scenario.client.call("post", "reports/export", {"format": "csv"}).json()["data"]["id"]
    for _ in range(export.MAX_ATTEMPTS):
        Report.objects.filter(pk=second).update(lease_until=None)
        export.export_report(second)
    waiting = Report.objects.get(pk=second)
    object_storage.use(settings, endpoint)
    Report.objects.filter(pk=second).update(lease_until=None)
    export.fail_exhausted()
    export.export_report(second)

    assert (by_key.status_code, by_key.json()["error"]["code"]) == (503, "unavailable")
    assert (by_key["retry-after"], by_link.status_code) == ("5", 503)
    assert (waiting.status, Report.objects.get(pk=second).status) == ("exporting", "exported")


@pytest.mark.parametrize("call", ["exists", "delete", "open", "listdir"])
def test_every_call_reports_an_outage(call: str, settings: Settings) -> None:
    object_storage.use(settings, unused_endpoint())

    with pytest.raises(Unavailable, match="The file storage is unavailable"):
        getattr(default_storage, call)("reports/1.csv")


def test_wrong_key_is_an_outage_and_not_a_missing_file(endpoint: str, settings: Settings) -> None:
    settings.KRAFTER_S3_BUCKET = "another-bucket"
    settings.STORAGES = {**settings.STORAGES}

    with pytest.raises(Unavailable):
        default_storage.save("reports/1.csv", ContentFile(b"a,b\n"))
