"""Backups are complete or absent, and old ones are deleted."""

import subprocess
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from operations import runs
from operations.backups import schedule
from operations.backups.creation import back_up, complete_backups
from operations.backups.programs import find_program
from operations.errors import OperationFailed
from operations.models import Backup
from tests.factories import Scenario
from tests.fakes import object_storage
from tests.staff import logged_in_client

pytestmark = pytest.mark.slow


def test_program_of_another_version_is_named_with_what_to_install(settings, tmp_path: Path):
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    program.chmod(0o755)
    settings.KRAFTER_PG_BIN = str(tmp_path)

    with pytest.raises(
        OperationFailed, match=r"pg_dump 99 is needed.*pg_dump \(9\).*postgresql-client-99.*KRAFTER_PG_BIN"
    ):
        find_program("pg_dump", 99)


def test_failed_backup_leaves_no_directory_and_is_recorded(installation: Scenario, tmp_path: Path, settings):
    program = tmp_path / "pg_dump"
    program.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 18' || { echo 'disk full' >&2; exit 1; }\n"
    )
    program.chmod(0o755)
    settings.KRAFTER_PG_BIN = str(tmp_path)

    with pytest.raises(CommandError, match="disk full"):
        call_command("backup", to=tmp_path / "backups")

    assert list((tmp_path / "backups").iterdir()) == []
    assert (Backup.objects.get().outcome, "disk full" in Backup.objects.get().error) == ("failed", True)


def test_backup_without_its_file_storage_names_it(installation: Scenario, tmp_path: Path, settings):
    object_storage.use(settings, "http://127.0.0.1:1")

    with pytest.raises(CommandError, match="The file storage is unavailable"):
        call_command("backup", to=tmp_path / "backups")

    assert list((tmp_path / "backups").iterdir()) == []
    assert Backup.objects.get().error == "The file storage is unavailable."


def test_files_of_object_storage_are_in_the_backup(installation: Scenario, tmp_path: Path, settings):
    with object_storage.served() as endpoint:
        object_storage.use(settings, endpoint)
        default_storage.save("reports/a/1.csv", ContentFile(b"a,b\n"))
        default_storage.save("screenshots/2.jpg", ContentFile(b"a picture"))

        backup = Path(back_up(tmp_path / "backups").path)

    with tarfile.open(backup / "media.tar") as archive:
        assert {entry.name: entry.size for entry in archive} == {"reports/a/1.csv": 4, "screenshots/2.jpg": 9}


def test_backup_has_no_sessions(installation: Scenario, tmp_path: Path):
    session = logged_in_client().session.session_key

    run = back_up(tmp_path)

    program = find_program("pg_restore", connection.pg_version // 10000)
    command = [program, "--file=-", Path(run.path) / "database.dump"]
    restored = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (restored.count(str(session)), run.report["tables"]["django_session"]) == (0, 0)


def test_old_backups_are_deleted(installation: Scenario, tmp_path: Path, settings, time_machine):
    settings.KRAFTER_BACKUP_KEEP = 2
    began = timezone.now()
    for minute in range(3):
        time_machine.move_to(began + timedelta(minutes=minute), tick=False)
        back_up(tmp_path)

    newest = Backup.objects.values_list("path", flat=True)[:2]
    assert [str(path) for path in complete_backups(tmp_path)] == list(newest)


def test_one_backup_runs_at_a_time(installation: Scenario, tmp_path: Path):
    with (
        runs.record_run(Backup, path="the first"),
        pytest.raises(OperationFailed, match="is running already"),
    ):
        back_up(tmp_path)

    assert Backup.objects.get().outcome == "succeeded"


def test_backup_of_a_killed_process_ends_with_its_lease(installation: Scenario, tmp_path: Path):
    Backup.objects.create(path="killed", lease_until=timezone.now() - timedelta(seconds=1))

    back_up(tmp_path)

    assert sorted(backup.outcome for backup in Backup.objects.all()) == ["failed", "succeeded"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "age", "error", "due"),
    [(0, 100, "", False), (24, 23, "", False), (24, 25, "", True), (24, 0.5, "x", False), (24, 2, "x", True)],
)
def test_backup_is_due_after_its_interval_or_an_hour_after_a_failure(hours, age, error, due):
    at = timezone.now() - timedelta(hours=age)
    Backup.objects.create(path="earlier", created_at=at, finished_at=at, error=error)

    assert runs.is_due(Backup, hours=hours) is due


def test_due_backup_is_created(installation: Scenario, tmp_path: Path, settings):
    settings.KRAFTER_BACKUP_DIR, settings.KRAFTER_BACKUP_HOURS = str(tmp_path / "backups"), 24

    schedule.back_up_if_due()
    schedule.back_up_if_due()

    assert len(complete_backups(tmp_path / "backups")) == 1
