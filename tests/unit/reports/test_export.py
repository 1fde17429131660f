"""Export of a report: request, job, file and download."""

import hashlib
import json
import uuid
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.models import QuotaMonth
from events.models import Event
from findings.models import Finding, Regression
from krafter_audit.db import leases
from remediation.services import verdicts
from reports import export, jobs, services
from reports.errors import ExportFailed
from reports.exporters import EXPORTERS
from reports.exporters.base import Exporter
from reports.models import Report, ReportItem, Share
from reports.snapshots import snapshotting
from reports.views import load_report_schema
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = pytest.mark.slow


def content(scenario: Scenario, report: Report) -> bytes:
    response = scenario.client.call("get", f"reports/{report.pk}/download")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_export_returns_202_with_the_documented_keys_in_order(scenario: Scenario, call_api: CallApi) -> None:
    status, response = call_api("post", "reports/export", {"format": "json"})

    today = timezone.now().date()
    data = response["data"]
    assert status == 202
    assert list(data) == [
        "id", "org_id", "project_id", "period_start", "period_end", "format", "status", "snapshot",
        "exported_at", "shared_at", "created_at", "updated_at",
    ]  # fmt: skip
    assert {name: data[name] for name in list(data)[1:10]} == {
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "period_start": (today - timedelta(days=6)).isoformat(),
        "period_end": today.isoformat(),
        "format": "json",
        "status": "queued",
        "snapshot": {"open_findings": 0, "verification_pass_rate": 0},
        "exported_at": None,
        "shared_at": None,
    }


@pytest.mark.parametrize(
    "body", [{}, {"format": "xml"}, {"format": None}, {"format": ["pdf"]}, {"format": "pdf", "name": "x"}]
)
def test_invalid_export_creates_no_report_and_costs_no_quota(
    scenario: Scenario, call_api: CallApi, body: dict[str, Any]
) -> None:
    status, response = call_api("post", "reports/export", body)

    assert (status, response["error"]["code"]) == (422, "invalid_params")
    assert (Report.objects.count(), QuotaMonth.objects.count()) == (0, 0)


def test_export_costs_one_unit_of_quota(scenario: Scenario, call_api: CallApi) -> None:
    call_api("post", "reports/export", {"format": "csv"})

    assert QuotaMonth.objects.get().spent == 1


def test_export_beyond_the_quota_creates_no_report(scenario: Scenario, call_api: CallApi) -> None:
    scenario.organization.ai_quota = 0
    scenario.organization.save()
    factories.finding(scenario)

    status, response = call_api("post", "reports/export", {"format": "csv"})

    assert (status, response["error"]["code"]) == (429, "quota_exceeded")
    assert (Report.objects.count(), ReportItem.objects.count()) == (0, 0)


@pytest.mark.parametrize("format", ["json", "csv", pytest.param("pdf", marks=pytest.mark.needs_pango)])
def test_exported_file_downloads_with_its_name_and_content_type(
    scenario: Scenario, export_report: ExportReport, format: str
) -> None:
    factories.task(scenario)

    report = export_report(format)

    response = scenario.client.call("get", f"reports/{report.pk}/download", accept="image/png")
    body = b"".join(response.streaming_content)
    assert (report.status, report.file_size) == ("exported", len(body))
    assert response["content-disposition"] == (
        f'attachment; filename="krafter-audit-production-website-{report.period_end}.{format}"'
    )
    assert response["content-type"] == EXPORTERS[format].content_type
    assert report.file == f"reports/{scenario.organization.pk}/{report.pk}.{format}"


def test_file_contains_the_state_at_the_time_of_the_request(scenario: Scenario, call_api: CallApi) -> None:
    low, high = factories.finding(scenario, score=10), factories.finding(scenario, score=90)
    task = factories.task(scenario, of=low)
    _, response = call_api("post", "reports/export", {"format": "json"})
    Finding.objects.update(description="Changed since")
    factories.finding(scenario)

    export.export_report(response["data"]["id"])

    exported = json.loads(content(scenario, Report.objects.get()))
    assert [item["title"] for item in exported["findings"]] == [high.title, low.title]
    assert [item["id"] for item in exported["tasks"]] == [str(task.pk)]
    assert exported["summary"]["open_findings"] == 2
    assert exported["summary"]["risk_burn_down"][-1]["open_risk_score"] == 100


def test_items_of_the_file_equal_those_of_the_api(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    factories.task(scenario, of=factories.finding(scenario, evidence={"b": 1, "a": [None, 2.5]}))
    _, findings = call_api("get", "findings")
    _, tasks = call_api("get", "tasks")

    exported = json.loads(content(scenario, export_report("json")))

    assert exported["findings"] == findings["data"]
    assert exported["tasks"] == tasks["data"]
    assert [list(item) for item in exported["findings"]] == [list(item) for item in findings["data"]]
    assert list(exported["findings"][0]["priority"]) == list(findings["data"][0]["priority"])


@pytest.mark.parametrize("batch_size", [1, 3, 7, 500])
def test_every_item_is_in_the_file_once_across_batches(
    scenario: Scenario, export_report: ExportReport, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr(snapshotting, "FIRST_BATCH_SIZE", min(2, batch_size))
    monkeypatch.setattr(snapshotting, "BATCH_SIZE", batch_size)
    scores = [factories.finding(scenario, score=score).score for score in (70, 60, 50, 40, 30, 20, 10)]

    exported = json.loads(content(scenario, export_report("json")))

    assert [item["priority"]["score"] for item in exported["findings"]] == scores


def test_exported_json_follows_its_published_schema(scenario: Scenario, export_report: ExportReport) -> None:
    factories.finding(scenario, evidence={"any": [1]}, recommended_fix={"summary": "Fix it."})
    task = factories.task(scenario, sla_due_at=timezone.now())
    verification = factories.verification(scenario, of=task, open_regressions=1)
    verdicts.approve(verification.pk, project=scenario.project, by=scenario.actor)

    exported = json.loads(content(scenario, export_report("json")))
    schema = Client().get(exported["$schema"]).json()

    assert schema["$id"] == exported["$schema"]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(exported)] == []
    assert {len(exported[name]) for name in ("verifications", "regressions")} == {1}


def test_published_schema_has_every_trigger_of_a_regression() -> None:
    described = load_report_schema()["$defs"]["regression"]["properties"]["trigger"]

    assert described["enum"] == Regression.Trigger.values


def test_schema_rejects_a_changed_report(scenario: Scenario, export_report: ExportReport) -> None:
    factories.finding(scenario)
    exported = json.loads(content(scenario, export_report("json")))
    exported["findings"][0]["severity"] = "blocker"

    assert not Draft202012Validator(load_report_schema()).is_valid(exported)


@pytest.mark.parametrize("kind", ["summary", "tasks", "verifications", "regressions"])
def test_csv_report_has_a_file_for_each_kind(
    scenario: Scenario, export_report: ExportReport, kind: str
) -> None:
    factories.verification(scenario, open_regressions=1)
    report = export_report("csv")

    response = scenario.client.call("get", f"reports/{report.pk}/download?kind={kind}")

    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert (response.status_code, len(rows) > 1) == (200, True)
    assert response["content-disposition"] == (
        f'attachment; filename="krafter-audit-production-website-{report.period_end}-{kind}.csv"'
    )


def test_kind_of_a_download_must_be_known(call_api: CallApi, export_report: ExportReport) -> None:
    csv_report, json_report = export_report("csv"), export_report("json")

    wrong = [
        call_api("get", f"reports/{report.pk}/download?{query}")
        for report, query in (
            (csv_report, "kind=people"),
            (json_report, "kind=tasks"),
            (csv_report, "sort=id"),
        )
    ]

    assert [status for status, _ in wrong] == [422] * 3
    assert wrong[0][1]["error"]["details"] == {
        "kind": ["Use one of: findings, summary, tasks, verifications, regressions."]
    }


def test_kind_findings_is_the_main_file(scenario: Scenario, export_report: ExportReport) -> None:
    factories.finding(scenario)
    report = export_report("csv")

    response = scenario.client.call("get", f"reports/{report.pk}/download?kind=findings")

    assert b"".join(response.streaming_content) == content(scenario, report)


def test_file_contains_no_items_of_other_projects(scenario: Scenario, export_report: ExportReport) -> None:
    factories.task(factories.scenario())

    exported = json.loads(content(scenario, export_report("json")))

    assert (exported["findings"], exported["tasks"]) == ([], [])


def test_snapshot_of_20_items_needs_at_most_16_queries(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        factories.task(scenario)

    with django_assert_max_num_queries(16):
        services.queue_export(scenario.project, format="json", by=scenario.actor)

    assert ReportItem.objects.count() == 20


def test_download_of_a_queued_report_returns_report_not_ready(scenario: Scenario, call_api: CallApi) -> None:
    _, response = call_api("post", "reports/export", {"format": "json"})

    status, refusal = call_api("get", f"reports/{response['data']['id']}/download")

    assert (status, refusal["error"]["code"]) == (409, "report_not_ready")


@pytest.fixture
def broken_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(snapshot: Any, out: Any) -> None:
        out.write(b"%PDF-half")
        raise ExportFailed("Install Pango, then export again.")

    monkeypatch.setitem(EXPORTERS, "pdf", Exporter("application/pdf", write))


@pytest.mark.usefixtures("broken_pdf")
def test_failed_export_has_a_message_and_no_file(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    report = export_report("pdf")

    status, refusal = call_api("get", f"reports/{report.pk}/download")
    assert (report.status, report.file) == ("failed", "")
    assert (status, refusal["error"]["code"], refusal["error"]["message"]) == (
        409,
        "report_failed",
        "Install Pango, then export again.",
    )
    assert not default_storage.exists(f"reports/{scenario.organization.pk}/{report.pk}.pdf")


@pytest.fixture
def flaky_csv(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    attempts: list[int] = []

    def write(snapshot: Any, out: Any) -> None:
        attempts.append(1)
        raise ConnectionError("storage unavailable")

    monkeypatch.setitem(EXPORTERS, "csv", Exporter("text/csv", write))
    return attempts


def test_export_that_raises_is_retried_and_fails_after_five_attempts(
    scenario: Scenario, export_report: ExportReport, flaky_csv: list[int], time_machine: Any, eager_jobs: None
) -> None:
    report = export_report("csv")

    for minute in range(1, 8):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    report.refresh_from_db()
    assert len(flaky_csv) == export.MAX_ATTEMPTS
    assert (report.status, report.failure) == ("failed", export.TOO_MANY_ATTEMPTS)


def test_export_waits_for_a_disk_that_cannot_be_written(
    scenario: Scenario, export_report: ExportReport, settings: Any, tmp_path: Path, eager_jobs: None
) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("a file where the directory belongs")
    settings.MEDIA_ROOT = str(blocked)
    report = export_report("csv")
    for _ in range(export.MAX_ATTEMPTS):
        Report.objects.update(lease_until=None)
        jobs.requeue_pending()
    waiting = Report.objects.get().status

    blocked.unlink()
    Report.objects.update(lease_until=None)
    jobs.requeue_pending()

    report.refresh_from_db()
    assert (waiting, report.status) == ("exporting", "exported")


def test_report_whose_message_was_lost_is_queued_again(
    scenario: Scenario, call_api: CallApi, eager_jobs: None
) -> None:
    call_api("post", "reports/export", {"format": "json"})
    before = Report.objects.get().status

    jobs.requeue_pending()

    assert (before, Report.objects.get().status) == ("queued", "exported")


def test_export_job_delivered_twice_runs_once(scenario: Scenario, export_report: ExportReport) -> None:
    report = export_report("json")

    export.export_report(report.pk)

    assert Report.objects.get().attempts == 1
    assert Event.objects.filter(name="report.exported").count() == 1


def test_worker_with_a_lost_lease_changes_neither_row_nor_file(scenario: Scenario, call_api: CallApi) -> None:
    _, response = call_api("post", "reports/export", {"format": "json"})
    late = leases.acquire(Report, response["data"]["id"], seconds=-1)
    assert late is not None
    export.export_report(late.pk)

    assert export.write_files(late) == []
    export.finish(late, [export.StoredFile("reports/elsewhere.json", 1, "")])
    export.fail(late, "too late")

    report = Report.objects.get()
    assert (report.status, report.file.endswith(f"{report.pk}.json"), report.failure) == (
        "exported",
        True,
        "",
    )


def test_download_of_a_file_missing_from_storage_returns_report_failed(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    report = export_report("json")
    default_storage.delete(report.file)

    status, response = call_api("get", f"reports/{report.pk}/download")

    assert (status, response["error"]["code"]) == (409, "report_failed")


@pytest.mark.parametrize("kind", ["findings", "tasks"])
def test_download_has_its_digest_until_the_file_is_changed(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, kind: str
) -> None:
    report = export_report("csv")
    url = f"reports/{report.pk}/download?kind={kind}"
    response = scenario.client.call("get", url)
    body = b"".join(response.streaming_content)
    suffix = "" if kind == "findings" else f"-{kind}"
    path = Path(default_storage.path(report.file.replace(".csv", f"{suffix}.csv")))
    path.write_bytes(body + b"more")

    status, refusal = call_api("get", url)

    digest = b64encode(hashlib.sha256(body).digest()).decode()
    assert response["repr-digest"] == f"sha-256=:{digest}:"
    assert (status, refusal["error"]["code"]) == (409, "report_failed")
    assert "was changed after its export" in refusal["error"]["message"]


def test_reports_are_listed_newest_first_with_the_total(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    ids = [str(export_report(format).pk) for format in ("json", "csv", "json")]

    _, first = call_api("get", "reports?limit=2")
    _, second = call_api("get", f"reports?limit=2&cursor={first['meta']['next_cursor']}")

    assert [row["id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert (first["meta"]["total"], second["meta"]["next_cursor"]) == (3, None)


def test_report_of_another_project_is_not_found(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    report, outsider = export_report("json"), factories.scenario()

    assert call_api("get", f"reports/{report.pk}")[1]["data"]["status"] == "exported"
    for path in (f"reports/{report.pk}", f"reports/{report.pk}/download"):
        assert outsider.client.call("get", path).status_code == 404
    assert call_api("get", f"reports/{uuid.uuid4()}")[0] == 404


def test_snapshot_has_a_statement_timeout_of_ten_minutes(scenario: Scenario, call_api: CallApi) -> None:
    call_api("post", "reports/export", {"format": "json"})

    with connection.cursor() as cursor:  # still in the transaction of this test
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10min",)


@pytest.mark.usefixtures("broken_pdf")
def test_failed_report_cannot_be_shared(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("pdf")

    status, refusal = call_api("post", "reports/share", {"channel": "link"})

    assert (status, refusal["error"]["code"]) == (409, "report_failed")
    assert not Share.objects.exists()


def test_exported_file_is_readable_by_its_owner_alone(export_report: ExportReport) -> None:
    report = export_report("json")

    path = Path(default_storage.path(report.file))
    assert (oct(path.stat().st_mode & 0o777), oct(path.parent.stat().st_mode & 0o777)) == ("0o600", "0o700")


@pytest.mark.usefixtures("no_recorded_use")
def test_organization_with_many_reports_delays_no_other(scenario: Scenario) -> None:
    other = factories.scenario()
    for tenant in (scenario, scenario, scenario, other):
        assert tenant.client.call("post", "reports/export", {"format": "json"}).status_code == 202

    while export.run_next():
        pass

    finished = Report.objects.order_by("exported_at").values_list("project__organization", flat=True)
    acme = scenario.organization.pk
    assert list(finished) == [acme, other.organization.pk, acme, acme]
    assert set(Report.objects.values_list("status", flat=True)) == {"exported"}


def test_report_that_another_worker_exports_is_left_out(scenario: Scenario) -> None:
    ids = [
        scenario.client.call("post", "reports/export", {"format": "json"}).json()["data"]["id"]
        for _ in range(2)
    ]
    leases.acquire(Report, ids[0], seconds=30)

    runs = [jobs.export(ids[0]), export.run_next()]

    assert runs == [None, False]
    assert [Report.objects.get(pk=pk).status for pk in ids] == ["queued", "exported"]
