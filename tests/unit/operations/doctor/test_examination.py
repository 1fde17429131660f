"""The doctor reports what is wrong with an installation."""

import base64
import json
import time
from dataclasses import asdict
from datetime import timedelta

import pytest
import trustme
from celery import current_app
from django.core.management import call_command
from django.utils import timezone

from accounts.actors import SYSTEM
from integrations import services
from krafter_audit.db import redis_client
from krafter_audit.jobs import consumed_queues
from krafter_audit.jobs.queues import QUEUES
from operations.doctor import database, examination, machine, work
from operations.doctor.diagnosis import Diagnosis
from operations.doctor.examination import examine
from operations.models import Backup, RestoreDrill
from remediation.evidence.chain import append
from scans.models import ScanPart
from tests import database_role, factories
from tests.fakes import object_storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_inspection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait shortly for the answers of workers: none runs."""
    monkeypatch.setattr(work, "INSPECTION_SECONDS", 0.05)


def levels(found) -> dict[str, str]:
    return {diagnosis.subject: diagnosis.level for diagnosis in found}


def texts(found, subject: str) -> list[str]:
    return [diagnosis.text for diagnosis in found if diagnosis.subject == subject]


def test_database_of_a_correct_installation_has_no_problem():
    found = [
        *database.migrations(), *database.database_roles(), *database.retention(), *database.clocks(),
        *database.replica(),
    ]  # fmt: skip

    assert levels(found) == {"migrations": "ok", "role": "ok", "clock": "ok"}


def test_owner_and_superuser_is_a_problem():
    with database_role.as_owner():
        [found] = database.database_roles()

    assert (found.level, "is a superuser" in found.text, "may change events_event" in found.text) == (
        "problem", True, True,
    )  # fmt: skip


def test_retention_that_migrate_has_not_set_yet_is_a_problem(settings):
    settings.KRAFTER_EVENTS_KEEP_MONTHS = 6

    [found] = database.retention()

    assert (found.level, found.text) == (
        "problem", "KRAFTER_EVENTS_KEEP_MONTHS is 6, the database has 0: run migrate as the owner",
    )  # fmt: skip


def test_wrong_clock_is_a_problem(time_machine):
    time_machine.move_to(timezone.now() + timedelta(hours=1))

    assert {(diagnosis.level, round(diagnosis.data["seconds"], -2)) for diagnosis in database.clocks()} == {
        ("problem", -3600)
    }


def test_server_with_few_connections_left_is_a_warning(monkeypatch):
    [before] = database.open_connections()
    monkeypatch.setattr(database, "MAX_CONNECTION_SHARE", 0)

    [found] = database.open_connections()

    assert (before.level, found.level) == ("ok", "warning")
    assert 0 < found.data["open"] < found.data["accepted"]


def test_pending_work_is_reported_with_its_age(scenario):
    response = scenario.client.call(
        "post", "scans/run", {"url": scenario.project.site_url, "trigger": "manual"}
    )
    assert response.status_code == 202
    ScanPart.objects.update(created_at=timezone.now() - timedelta(minutes=20))

    found = [diagnosis for diagnosis in work.pending() if diagnosis.data["kind"].startswith("scan")]

    assert {(diagnosis.level, diagnosis.data["oldest_seconds"] // 60) for diagnosis in found} == {
        ("problem", 20)
    }


def test_missing_workers_are_a_problem():
    [found] = work.workers()

    assert (found.level, found.data["missing"]) == (
        "problem",
        ["celery", "sync", "webhook", "export", "scan_http", "verify_http"],
    )
    assert found.text.endswith(". Start one with --queues celery,sync,webhook,export,scan_http,verify_http")


def test_worker_that_is_too_busy_to_answer_is_not_missing():
    queues = list(QUEUES)
    consumed_queues.record(redis_client.connection(), queues)

    found = list(work.workers())
    redis_client.connection().delete(*(f"{consumed_queues.PREFIX}{queue}" for queue in queues))

    assert [(diagnosis.level, diagnosis.text) for diagnosis in found] == [
        ("ok", "all are busy, none answered")
    ]


@pytest.mark.parametrize(("hours", "level"), [(3, "problem"), (-3, "problem"), (0, None)])
def test_wrong_clock_of_a_worker_is_a_problem(monkeypatch, hours: int, level: str | None):
    queues = list(QUEUES)
    consumed_queues.record(redis_client.connection(), queues)
    answer = [{"worker@other": time.time() + hours * 3600}]
    monkeypatch.setattr(current_app.control, "broadcast", lambda command, **options: answer)

    found = list(work.workers())
    redis_client.connection().delete(*(f"{consumed_queues.PREFIX}{queue}" for queue in queues))

    assert (levels(found).get("clock"), texts(found, "workers")) == (level, ["1 answered: worker@other"])


def test_missing_beat_is_a_problem():
    [found] = work.beat()

    assert (found.level, found.text) == (
        "problem",
        "none runs: scheduled jobs and sweeps are not enqueued. Start it",
    )


def test_key_in_use_that_is_not_configured_is_a_problem(scenario, settings):
    services.connect(scenario.project, "github", credentials={"token": "t"}, by=SYSTEM)
    key = settings.KRAFTER_ENCRYPTION_KEYS.partition(":")[2]
    settings.KRAFTER_ENCRYPTION_KEYS = f"new:{key},old:{key}"

    found = next(machine.keys())

    assert (found.level, found.data["missing"], found.data["unused"]) == ("problem", ["test"], ["old"])
    assert key not in json.dumps(asdict(found))


def test_encryption_key_that_replaced_another_under_its_id_is_a_problem(scenario, settings):
    services.connect(scenario.project, "github", credentials={"token": "t"}, by=SYSTEM)
    settings.KRAFTER_ENCRYPTION_KEYS = f"test:{base64.b64encode(bytes(32)).decode()}"

    found = next(machine.keys())

    assert (found.level, found.data["other"]) == ("problem", ["test"])


def test_signing_key_that_replaced_another_under_its_id_is_a_problem(scenario, settings):
    append(factories.verification(scenario), "doctype", {"outcome": "passed"})
    signing = settings.KRAFTER_SIGNING_KEYS.partition(":")[0]
    settings.KRAFTER_SIGNING_KEYS = f"{signing}:{base64.b64encode(bytes(32)).decode()}"

    _, found = machine.keys()

    assert (found.level, found.data["other"]) == ("problem", [signing])


def test_full_disk_is_a_problem(monkeypatch, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(machine, "MIN_FREE_BYTES", 1 << 60)

    assert levels(machine.disks()) == {"disk": "problem"}


@pytest.mark.parametrize("subject", ["files", "backups"])
def test_directory_that_no_file_can_be_written_to_is_a_problem(tmp_path, settings, subject: str):
    settings.MEDIA_ROOT, settings.KRAFTER_BACKUP_DIR = str(tmp_path), str(tmp_path)
    missing = str(tmp_path / "missing")
    if subject == "files":
        settings.MEDIA_ROOT = missing
    else:
        settings.KRAFTER_BACKUP_DIR = missing

    problems = [diagnosis for diagnosis in machine.disks() if diagnosis.level == "problem"]

    assert [(found.text, found.data["place"]) for found in problems] == [
        (f"no file can be written for {subject} in {missing}: No such file or directory", missing)
    ]


def test_mail_server_that_does_not_answer_is_a_problem(settings):
    options = {"host": "127.0.0.1", "port": 9, "password": "not for people"}  # the port of discard
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }

    [found] = machine.mail_server()

    assert (found.level, found.text) == (
        "problem", "127.0.0.1:9 cannot be used: ConnectionRefusedError. Check EMAIL_URL",
    )  # fmt: skip


def test_mail_server_is_only_examined_if_there_is_one(settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}

    assert list(machine.mail_server()) == []


@pytest.mark.slow
def test_bucket_is_writable_and_private(settings):
    with object_storage.served() as endpoint:
        object_storage.use(settings, endpoint)
        before, found = list(machine.disks()), list(machine.object_storage())
        left = object_storage.keys(endpoint)

    assert [diagnosis.data.get("place") for diagnosis in before if "files" in diagnosis.text] == []
    assert [(diagnosis.level, diagnosis.text) for diagnosis in found] == [
        ("ok", "krafter-files: writable and private")
    ]
    assert left == []


@pytest.mark.slow
def test_public_bucket_is_a_problem(settings):
    with object_storage.served() as endpoint:
        object_storage.use(settings, endpoint)
        object_storage.client(endpoint).put_bucket_policy(
            Bucket=object_storage.BUCKET, Policy=object_storage.PUBLIC_POLICY
        )

        assert texts(machine.object_storage(), "object storage") == ["krafter-files: readable without a key"]


@pytest.mark.slow
def test_bucket_that_is_missing_is_a_problem(settings):
    with object_storage.served() as endpoint:
        object_storage.use(settings, endpoint)
        settings.KRAFTER_S3_BUCKET = "another-bucket"
        settings.STORAGES = {**settings.STORAGES}

        [found] = machine.object_storage()

    assert found.level == "problem"
    assert "NoSuchBucket" in found.text


def test_failed_drill_and_old_backup_are_problems(settings):
    settings.KRAFTER_BACKUP_HOURS = 24
    old = timezone.now() - timedelta(hours=50)
    Backup.objects.create(path="b", created_at=old, finished_at=old)
    RestoreDrill.objects.create(path="b", finished_at=old, error="events_event has 1 rows instead of 2")

    found = list(work.backups())

    assert levels(found)["backup"] == levels(found)["drill"] == "problem"
    assert texts(found, "drill") == ["the last one failed: events_event has 1 rows instead of 2"]


def test_certificate_that_expires_soon_is_a_problem(settings, tmp_path):
    authority = trustme.CA()
    file = tmp_path / "ca.pem"
    settings.KRAFTER_CA_FILE = str(file)
    leaf = authority.issue_cert("x.example", not_after=timezone.now() + timedelta(days=3))

    found = []
    for certificate in (authority.cert_pem, leaf.cert_chain_pems[0]):
        certificate.write_to_path(file)
        found.append(levels(machine.certificates()))

    assert found == [{"certificate": "ok"}, {"certificate": "problem"}]


def test_certificate_that_has_expired_is_said_so(settings, tmp_path):
    leaf = trustme.CA().issue_cert("x.example", not_after=timezone.now() - timedelta(days=3))
    settings.KRAFTER_CA_FILE = str(tmp_path / "ca.pem")
    leaf.cert_chain_pems[0].write_to_path(settings.KRAFTER_CA_FILE)

    [found] = machine.certificates()

    assert (found.level, found.text.endswith("in KRAFTER_CA_FILE expired 3 days ago")) == ("problem", True)


def test_failing_examination_is_a_problem_and_the_others_go_on(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    found = list(examine())

    assert levels(found)["migrations"] == "ok"
    assert [diagnosis.subject for diagnosis in found if "cannot be examined" in diagnosis.text] == ["clocks"]


def test_command_ends_with_1_and_prints_json(capsys, monkeypatch):
    monkeypatch.setattr(
        "operations.management.commands.doctor.examine", lambda: [Diagnosis("clock", "problem", "wrong")]
    )

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", json=True)

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out) == [
        {"subject": "clock", "level": "problem", "text": "wrong", "data": {}}
    ]


def test_database_that_does_not_answer_is_named_once_and_the_rest_is_examined(
    settings, tmp_path, monkeypatch, django_assert_num_queries
):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(examination, "database_failure", lambda: "connection timeout expired")

    with django_assert_num_queries(0):
        found = list(examine())

    assert texts(found, "database") == [
        "does not answer: connection timeout expired. Check that it runs, and DATABASE_URL"
    ]
    assert [diagnosis.text for diagnosis in found if "cannot be examined" in diagnosis.text] == []
    assert {"queue", "workers", "beat", "rate limits", "disk"} <= set(levels(found))
