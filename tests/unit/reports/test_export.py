"""From the request to the file."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import QuotaMonth
from events.models import Event
from findings.models import Finding
from krafter_audit.db import leases
from reports import export, jobs, services
from reports.errors import ExportFailed
from reports.exporters import EXPORTERS, Exporter
from reports.models import Report, ReportItem
from reports.snapshots import snapshotting
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import Ask

Exported = Callable[..., Report]


def content(scenario: Scenario, report: Report) -> bytes:
    response = scenario.client.ask("get", f"reports/{report.pk}/download")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_an_export_is_accepted_with_the_guides_keys_in_the_guides_order(scenario: Scenario, ask: Ask) -> None:
    status, answer = ask("post", "reports/export", {"format": "json"})

    today = timezone.now().date()
    data = answer["data"]
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
def test_a_bad_request_makes_nothing_and_costs_nothing(
    scenario: Scenario, ask: Ask, body: dict[str, Any]
) -> None:
    status, answer = ask("post", "reports/export", body)

    assert (status, answer["error"]["code"]) == (422, "invalid_params")
    assert (Report.objects.count(), QuotaMonth.objects.count()) == (0, 0)


def test_an_export_costs_one_unit(scenario: Scenario, ask: Ask) -> None:
    ask("post", "reports/export", {"format": "csv"})

    assert QuotaMonth.objects.get().spent == 1


def test_without_quota_nothing_is_made(scenario: Scenario, ask: Ask) -> None:
    scenario.organization.ai_quota = 0
    scenario.organization.save()
    factories.finding(scenario)

    status, answer = ask("post", "reports/export", {"format": "csv"})

    assert (status, answer["error"]["code"]) == (429, "quota_exceeded")
    assert (Report.objects.count(), ReportItem.objects.count()) == (0, 0)


@pytest.mark.parametrize("format", ["json", "csv", pytest.param("pdf", marks=pytest.mark.needs_pango)])
def test_the_worker_makes_the_file_and_it_downloads_under_a_speaking_name(
    scenario: Scenario, exported: Exported, format: str
) -> None:
    factories.task(scenario)

    report = exported(format)

    response = scenario.client.ask("get", f"reports/{report.pk}/download", accept="image/png")
    body = b"".join(response.streaming_content)
    assert (report.status, report.file_size) == ("exported", len(body))
    assert response["content-disposition"] == (
        f'attachment; filename="krafter-audit-production-website-{report.period_end}.{format}"'
    )
    assert response["content-type"] == EXPORTERS[format].content_type
    assert report.file == f"reports/{scenario.organization.pk}/{report.pk}.{format}"


def test_the_file_shows_the_moment_of_the_request_and_not_a_later_one(scenario: Scenario, ask: Ask) -> None:
    low, high = factories.finding(scenario, score=10), factories.finding(scenario, score=90)
    task = factories.task(scenario, of=low)
    _, answer = ask("post", "reports/export", {"format": "json"})
    Finding.objects.update(description="Changed since")
    factories.finding(scenario)

    export.export_report(answer["data"]["id"])

    made = json.loads(content(scenario, Report.objects.get()))
    assert [item["title"] for item in made["findings"]] == [high.title, low.title]
    assert [item["id"] for item in made["tasks"]] == [str(task.pk)]
    assert made["summary"]["open_findings"] == 2
    assert made["summary"]["risk_burn_down"][-1]["open_risk_score"] == 100


def test_the_items_of_the_file_are_what_the_api_showed(
    scenario: Scenario, ask: Ask, exported: Exported
) -> None:
    factories.task(scenario, of=factories.finding(scenario, evidence={"b": 1, "a": [None, 2.5]}))
    _, findings = ask("get", "findings")
    _, tasks = ask("get", "tasks")

    made = json.loads(content(scenario, exported("json")))

    assert made["findings"] == findings["data"]
    assert made["tasks"] == tasks["data"]
    assert [list(item) for item in made["findings"]] == [list(item) for item in findings["data"]]
    assert list(made["findings"][0]["priority"]) == list(findings["data"][0]["priority"])


@pytest.mark.parametrize("lot", [1, 3, 4, 7, 500])
def test_no_item_is_lost_or_doubled_between_two_lots(
    scenario: Scenario, exported: Exported, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    monkeypatch.setattr(snapshotting, "BATCH_SIZE", lot)
    scores = [factories.finding(scenario, score=score).score for score in (70, 60, 50, 40, 30, 20, 10)]

    made = json.loads(content(scenario, exported("json")))

    assert [item["priority"]["score"] for item in made["findings"]] == scores


def test_the_items_of_another_project_stay_out(scenario: Scenario, exported: Exported) -> None:
    factories.task(factories.scenario())

    made = json.loads(content(scenario, exported("json")))

    assert (made["findings"], made["tasks"]) == ([], [])


def test_freezing_ten_items_takes_as_many_statements_as_freezing_two(
    scenario: Scenario, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        factories.task(scenario)

    with django_assert_max_num_queries(16):
        services.queue_export(scenario.project, format="json", by=scenario.actor)

    assert ReportItem.objects.count() == 20


def test_a_report_that_is_not_ready_says_so(scenario: Scenario, ask: Ask) -> None:
    _, answer = ask("post", "reports/export", {"format": "json"})

    status, refusal = ask("get", f"reports/{answer['data']['id']}/download")

    assert (status, refusal["error"]["code"]) == (409, "report_not_ready")


@pytest.fixture
def broken_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(snapshot: Any, out: Any) -> None:
        out.write(b"%PDF-half")
        raise ExportFailed("Install Pango, then export again.")

    monkeypatch.setitem(EXPORTERS, "pdf", Exporter("pdf", "application/pdf", write))


@pytest.mark.usefixtures("broken_pdf")
def test_a_format_that_cannot_be_made_fails_with_its_sentence_and_without_a_file(
    scenario: Scenario, ask: Ask, exported: Exported
) -> None:
    report = exported("pdf")

    status, refusal = ask("get", f"reports/{report.pk}/download")
    assert (report.status, report.file) == ("failed", "")
    assert (status, refusal["error"]["code"], refusal["error"]["message"]) == (
        409,
        "report_failed",
        "Install Pango, then export again.",
    )
    assert not default_storage.exists(f"reports/{scenario.organization.pk}/{report.pk}.pdf")


@pytest.fixture
def flaky_csv(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    tries: list[int] = []

    def write(snapshot: Any, out: Any) -> None:
        tries.append(1)
        raise ConnectionError("storage away")

    monkeypatch.setitem(EXPORTERS, "csv", Exporter("csv", "text/csv", write))
    return tries


def test_an_export_that_breaks_off_is_free_again_and_is_given_up_after_five_attempts(
    scenario: Scenario, exported: Exported, flaky_csv: list[int], time_machine: Any, eager_jobs: None
) -> None:
    report = exported("csv")

    for minute in range(1, 8):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    report.refresh_from_db()
    assert len(flaky_csv) == export.MAX_ATTEMPTS
    assert (report.status, report.failure) == ("failed", export.TOO_MANY_ATTEMPTS)


def test_a_report_whose_message_was_lost_is_sent_again(
    scenario: Scenario, ask: Ask, eager_jobs: None
) -> None:
    ask("post", "reports/export", {"format": "json"})
    lost = Report.objects.get().status

    jobs.requeue_pending()

    assert (lost, Report.objects.get().status) == ("queued", "exported")


def test_an_export_delivered_twice_works_once(scenario: Scenario, exported: Exported) -> None:
    report = exported("json")

    export.export_report(report.pk)

    assert Report.objects.get().attempts == 1
    assert Event.objects.filter(name="report.exported").count() == 1


def test_a_worker_that_lost_its_lease_neither_writes_the_row_nor_the_file(
    scenario: Scenario, ask: Ask
) -> None:
    _, answer = ask("post", "reports/export", {"format": "json"})
    slow = leases.acquire(Report, answer["data"]["id"], seconds=-1)
    assert slow is not None
    export.export_report(slow.pk)

    assert export.write_file(slow) == ("", 0)
    export.finish(slow, "reports/elsewhere.json", 1)
    export.fail(slow, "too late")

    report = Report.objects.get()
    assert (report.status, report.file.endswith(f"{report.pk}.json"), report.failure) == (
        "exported",
        True,
        "",
    )


def test_a_file_that_vanished_from_the_storage_is_a_refusal_and_no_crash(
    scenario: Scenario, ask: Ask, exported: Exported
) -> None:
    report = exported("json")
    default_storage.delete(report.file)

    status, answer = ask("get", f"reports/{report.pk}/download")

    assert (status, answer["error"]["code"]) == (409, "report_failed")


def test_reports_are_listed_newest_first_with_their_total(
    scenario: Scenario, ask: Ask, exported: Exported
) -> None:
    ids = [str(exported(format).pk) for format in ("json", "csv", "json")]

    _, first = ask("get", "reports?limit=2")
    _, second = ask("get", f"reports?limit=2&cursor={first['meta']['next_cursor']}")

    assert [row["id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert (first["meta"]["total"], second["meta"]["next_cursor"]) == (3, None)


def test_a_report_is_read_by_its_id_and_by_its_own_project_alone(
    scenario: Scenario, ask: Ask, exported: Exported
) -> None:
    report, stranger = exported("json"), factories.scenario()

    assert ask("get", f"reports/{report.pk}")[1]["data"]["status"] == "exported"
    for path in (f"reports/{report.pk}", f"reports/{report.pk}/download"):
        assert stranger.client.ask("get", path).status_code == 404
    assert ask("get", f"reports/{uuid.uuid4()}")[0] == 404


def test_freezing_a_large_project_has_longer_than_a_statement_has(scenario: Scenario, ask: Ask) -> None:
    ask("post", "reports/export", {"format": "json"})

    with connection.cursor() as cursor:  # still in the transaction of this test
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10min",)
