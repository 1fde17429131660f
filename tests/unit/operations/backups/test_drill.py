"""A backup is proved by restoring it."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.log import log_events
from events.models import Event
from integrations.models import Integration
from operations.backups import schedule
from operations.backups.creation import back_up
from operations.backups.drill import rehearse, temporary_database
from operations.backups.restoration import restore_files
from operations.errors import OperationFailed
from operations.models import Backup, RestoreDrill
from reports import services as reports
from reports.downloads import new_file_name
from reports.export import export_report
from scans import screenshots
from tests import database_role
from tests.factories import Scenario

pytestmark = pytest.mark.slow


def test_drill_runs_once_on_schedule_and_restores_a_backup_as_the_installation(
    installation: Scenario, tmp_path: Path, drill_server: str, settings
):
    settings.KRAFTER_BACKUP_DIR, settings.KRAFTER_DRILL_URL = str(tmp_path / "backups"), drill_server
    back_up(tmp_path / "backups")

    schedule.rehearse_if_due()
    schedule.rehearse_if_due()

    drill = RestoreDrill.objects.get()
    assert (drill.outcome, drill.report["problems"], drill.report["media_files"]) == ("succeeded", [], 1)
    assert drill.report["verified"] == {
        "migrations": drill.report["verified"]["migrations"], "evidence": 1, "credentials": 1, "counters": 10,
        "report_files": 0, "screenshots": 0,
    }  # fmt: skip
    assert drill.report["rows"] > 100


def test_temporary_database_is_dropped(drill_server: str):
    with temporary_database(drill_server) as url:
        psycopg.connect(url).close()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_backup_is_restored_into_an_empty_database_and_directory_only(
    installation: Scenario, tmp_path: Path, drill_server: str
):
    backup, media = Path(back_up(tmp_path / "backups").path), tmp_path / "restored"

    with temporary_database(drill_server) as url:
        call_command("restore", backup, into=url, media=media, verbosity=0)
        with psycopg.connect(url) as restored:
            [events] = restored.execute("SELECT count(*) FROM events_event").fetchone()
        with pytest.raises(CommandError, match="restored is not empty"):
            call_command("restore", backup, into=url, media=media)
        with pytest.raises(CommandError, match="to restore into is not empty"):
            call_command("restore", backup, into=url, media=tmp_path / "another")

    assert events == Event.objects.count()
    assert (media / "exports" / "report.csv").read_text() == "a,b\n"


def test_backup_is_of_one_instant_while_rows_are_written(
    installation: Scenario, tmp_path: Path, drill_server: str
):
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            log_events("x", installation.project, [(installation.project.pk, {})], by=installation.actor)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup = Path(back_up(tmp_path / "backups").path)
    finally:
        done.set()
        writer.join()
    with temporary_database(drill_server) as url:
        call_command("restore", backup, into=url, media=tmp_path / "restored", verbosity=0)
        with psycopg.connect(url) as restored:
            [events] = restored.execute("SELECT count(*) FROM events_event").fetchone()

    content = json.loads((backup / "manifest.json").read_text())
    assert content["tables"]["events_event"] == events < Event.objects.count()


def test_backup_has_key_ids_and_no_key(installation: Scenario, tmp_path: Path, settings):
    backup = Path(back_up(tmp_path / "backups").path)

    content = json.loads((backup / "manifest.json").read_text())
    assert content["key_ids"] == {"encryption": ["test"], "signing": ["test"]}
    restored = subprocess.run(
        [f"{settings.KRAFTER_PG_BIN}/pg_restore", "--file=-", backup / "database.dump"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert b"events_event" in restored
    everything = restored + (backup / "media.tar").read_bytes() + (backup / "manifest.json").read_bytes()
    secrets = [settings.SECRET_KEY, "the-token"]
    secrets += [os.environ[f"KRAFTER_{kind}_KEYS"].partition(":")[2] for kind in ("ENCRYPTION", "SIGNING")]
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert {path.stat().st_mode & 0o077 for path in [backup, *backup.glob("*")]} == {0}


CHANGES = [
    "DELETE FROM events_counter WHERE id = (SELECT max(id) FROM events_counter)",
    "UPDATE remediation_evidence SET body = '{}'",
    "UPDATE integrations_integration SET credentials = decode('0102', 'hex')",
    "DELETE FROM django_migrations WHERE app = 'reports'",
]


@pytest.fixture
def unavailable_object_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment have an object storage: a drill verifies the restored files and not those."""
    for name in ("BUCKET", "REGION", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"KRAFTER_S3_{name}", "of-the-installation")
    monkeypatch.setenv("KRAFTER_S3_ENDPOINT", "http://127.0.0.1:1")


@pytest.fixture
def wrong_data(installation: Scenario) -> Iterator[None]:
    with database_role.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept_migrations AS SELECT * FROM django_migrations")
        cursor.execute(
            f"SET session_replication_role = replica; {'; '.join(CHANGES)}; RESET session_replication_role"
        )
    yield
    with database_role.as_owner(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations SELECT * FROM kept_migrations ON CONFLICT DO NOTHING")
        cursor.execute("DROP TABLE kept_migrations")


@pytest.fixture
def wrong_files(installation: Scenario, settings) -> list[str]:
    """Change and remove files; return what a drill says of them."""
    report = reports.queue_export(installation.project, format="csv", by=installation.actor)
    export_report(report.pk)
    main, tasks = (Path(settings.MEDIA_ROOT) / new_file_name(report, kind) for kind in ("", "tasks"))
    main.unlink()
    tasks.write_text("changed")
    sha256 = screenshots.store(installation.project.pk, b"an image")
    screenshots.store(installation.project.pk, b"another image")
    [image] = Path(settings.MEDIA_ROOT).rglob(f"{sha256}.jpg")
    image.write_bytes(b"An image")
    return [
        f"report_files: {new_file_name(report)} is missing",
        f"report_files: {new_file_name(report, 'tasks')} was changed",
        f"screenshots: screenshot {sha256} of project {installation.project.pk} was changed",
    ]


@pytest.mark.usefixtures("unavailable_object_storage")
def test_drill_finds_all_that_is_wrong(
    installation: Scenario, wrong_files: list[str], wrong_data: None, tmp_path: Path, drill_server: str
):
    """In one drill: each takes seconds."""
    backup = Path(back_up(tmp_path / "backups").path)
    content = json.loads((backup / "manifest.json").read_text())
    rows = content["tables"]["events_event"]
    content["tables"]["events_event"] = rows + 1
    (backup / "manifest.json").write_text(json.dumps(content))

    with pytest.raises(OperationFailed, match="differs"):
        rehearse(backup, server_url=drill_server)

    drill = RestoreDrill.objects.get()
    project, connected = installation.project.pk, Integration.objects.get().pk
    assert drill.report["problems"] == [
        f"events_event has {rows} rows instead of {rows + 1}",
        "migrations: reports.0001_initial is not applied",
        "migrations: reports.0002_postgresql is not applied",
        f"evidence: project {project}: link 1 was changed, or its signing key is not configured",
        f"credentials: integrations.Integration {connected} cannot be opened",
        f"counters: report of project {project}: (0, 0) stored, (1, 0) counted",
        *wrong_files,
    ]
    assert (drill.outcome, drill.report["verified"]["report_files"]) == ("failed", 5)
    assert drill.report["verified"]["screenshots"] == 2


def test_damaged_file_is_detected_before_anything_is_restored(installation: Scenario, tmp_path: Path):
    backup, refused = Path(back_up(tmp_path / "backups").path), {}

    for name in ("database.dump", "media.tar"):
        whole = (backup / name).read_bytes()
        content = bytearray(whole)
        content[len(content) // 2] ^= 1
        (backup / name).write_bytes(content)
        with pytest.raises(OperationFailed) as failed:
            rehearse(backup, server_url="postgres://nobody@127.0.0.1:1/nothing")
        refused[name] = "missing or damaged" in str(failed.value)
        (backup / name).write_bytes(whole)

    assert refused == {"database.dump": True, "media.tar": True}


def test_unreachable_server_is_reported_without_its_password(installation: Scenario, tmp_path: Path):
    backup = Path(back_up(tmp_path / "backups").path)

    with pytest.raises(OperationFailed, match="The server of the drill") as failed:
        rehearse(backup, server_url="postgres://someone:the-password@127.0.0.1:1/nothing")

    assert "the-password" not in str(failed.value) + RestoreDrill.objects.get().error
    assert Backup.objects.get().outcome == "succeeded"


def test_server_to_restore_into_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path):
    url = "postgres://someone:the-password@127.0.0.1:1/shop"

    with pytest.raises(OperationFailed) as failed:
        restore_files(tmp_path, database_url=url, media_root=tmp_path / "media")

    message = str(failed.value)
    assert message.startswith(
        "The database to restore into (host 127.0.0.1, port 1, dbname shop) cannot be used: "
    )
    assert ("Connection refused" in message, "Check the URL" in message, "the-password" in message) == (
        True, True, False,
    )  # fmt: skip
