"""The generated Python client does the whole main job against a running API."""

import json
import uuid

import pytest
from krafter_client import ApiError, ProjectClient, WaitTimeout
from krafter_client.generated.api.checks import get_checks
from krafter_client.generated.models import CreateTaskRequestPriority, Verification
from pytest_django.live_server_helper import LiveServer

from findings.models import Finding
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.project_rules.source import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "security_header_x_content_type_options"


def ready_task(
    audit: ProjectClient, site: FaultySite, *, checks: tuple[str, ...] = (HEADER,)
) -> tuple[str, str]:
    """Report a finding and create a task that is ready to verify; return their ids."""
    finding = audit.report_finding(
        domain="security",
        title="X-Content-Type-Options header is missing",
        severity="medium",
        affected_assets=[{"type": "url", "value": site.url}],
        checks=list(checks),
    )
    task = audit.create_task(finding.id, "Add the header", priority=CreateTaskRequestPriority.HIGH)
    audit.update_task(task.id, status="ready_verify")
    return str(finding.id), str(task.id)


@pytest.mark.slow
def test_client_reports_fixes_verifies_approves_exports_and_shares(
    project_client: ProjectClient, site: FaultySite
) -> None:
    finding_id, task_id = ready_task(project_client, site)
    first = project_client.wait_for_verification(project_client.verify(task_id).id)
    with pytest.raises(ApiError) as refused:
        project_client.approve(first.id)
    site.headers["X-Content-Type-Options"] = "nosniff"
    states: list[Verification] = []
    second = project_client.wait_for_verification(
        project_client.verify(task_id).id, on_progress=states.append
    )
    approved = project_client.approve(second.id)
    report = project_client.wait_for_report(project_client.export("json").id)
    shared = project_client.share("link")

    assert ([str(check.status) for check in first.checks], refused.value.code) == (
        ["failed"],
        "checks_not_passed",
    )
    assert (str(approved.result), states[-1].id) == ("passed", second.id)
    assert str(project_client.task(task_id).status) == "done"
    assert str(project_client.finding(finding_id).status) == "resolved"
    assert [row["id"] for row in json.loads(project_client.download(report.id))["findings"]] == [finding_id]
    assert (str(report.status), "/shared/" in str(shared.share_url)) == ("exported", True)
    assert project_client.usage().spent == 3


@pytest.mark.slow
def test_reopened_verification_opens_a_regression(project_client: ProjectClient, site: FaultySite) -> None:
    site.headers["X-Content-Type-Options"] = "nosniff"
    finding_id, task_id = ready_task(project_client, site)
    approved = project_client.approve(
        project_client.wait_for_verification(project_client.verify(task_id).id).id
    )

    project_client.reopen(approved.id)

    assert [str(regression.trigger) for regression in project_client.regressions_of(finding_id)] == [
        "verification_reopened"
    ]
    assert [verification.id for verification in project_client.verifications()] == [approved.id]


@pytest.mark.slow
def test_waiting_ends_where_a_person_has_to_review(project_client: ProjectClient, site: FaultySite) -> None:
    _, task_id = ready_task(project_client, site, checks=())

    verification = project_client.wait_for_verification(project_client.verify(task_id).id, timeout=5)

    assert [check.key for check in verification.checks] == ["manual_review"]
    assert str(project_client.approve(verification.id).result) == "passed"


@pytest.mark.slow
def test_lists_are_read_to_their_end(project_client: ProjectClient) -> None:
    items = [{"domain": "seo", "title": f"Finding {number}", "severity": "low"} for number in range(230)]
    result = project_client.report_findings(items)

    findings = list(project_client.findings(domain=["seo"], severity=["low", "high"]))

    assert (result.created, len({finding.id for finding in findings})) == (230, 230)
    assert list(project_client.findings(severity=["high"])) == []


def test_imported_report_becomes_findings(project_client: ProjectClient) -> None:
    result = project_client.import_findings(
        "axe", {"url": "https://a.example/", "violations": [{"id": "image-alt"}]}
    )

    assert (result.created, Finding.objects.get().check_keys) == (1, ["a11y_image_alt"])


def test_error_has_code_details_and_request_id(project_client: ProjectClient) -> None:
    with pytest.raises(ApiError) as refused:
        project_client.update_task(uuid.uuid4(), title="Absent")

    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert len(refused.value.request_id) == 20
    with pytest.raises(ApiError) as invalid:
        project_client.create_task(uuid.uuid4(), "")
    assert invalid.value.lines()[0].startswith("title: ")


def test_generated_functions_are_usable_directly(project_client: ProjectClient) -> None:
    checks = get_checks.sync(*project_client.path, client=project_client.generated)

    assert checks is not None
    assert HEADER in [check.key for check in checks.data]


@pytest.mark.slow
def test_waiting_has_an_end(
    project_client: ProjectClient, monkeypatch: pytest.MonkeyPatch, site: FaultySite
) -> None:
    _, task_id = ready_task(project_client, site)
    monkeypatch.setattr("krafter_client.waiting.verification_has_finished", lambda row: False)

    with pytest.raises(WaitTimeout, match="goes on at the server: read its state later"):
        project_client.wait_for_verification(project_client.verify(task_id).id, timeout=0.1)


@pytest.mark.slow
def test_example_of_the_readme_works(
    project_client: ProjectClient,
    running_api: Scenario,
    site: FaultySite,
    live_server: LiveServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    readme = (ROOT / "clients" / "python" / "README.md").read_text(encoding="utf-8")
    example = readme.split("```python\n")[1].split("```")[0]
    example = example.replace("https://www.example.com/", site.url).replace('"pdf"', '"json"')
    variables = {"url": live_server.url, "api_key": running_api.key, "org_id": running_api.organization.pk}

    exec(example, dict(variables))

    printed = capsys.readouterr().out.splitlines()
    assert any(line.startswith("checks_not_passed") for line in printed)
    assert "/insights/audit/reports/shared/" in printed[-2]
    assert printed[-1] == "Content-Security-Policy is missing or not enforced"
