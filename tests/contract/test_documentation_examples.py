"""The examples of the documentation work as they are: every operation, and the quickstart, in each language."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import api_keys, saved_views
from accounts.models import SavedView, Scope
from assurance.models import GuardWindow, PullRequest
from documentation.api.examples import CodeExample, examples
from documentation.api.operations import all_operations
from integrations.models import SyncConflict, TicketLink
from integrations.services import connect
from notifications.webhooks.services import create as create_webhook
from notifications.webhooks.services import send_test
from remediation.evidence.chain import append
from remediation.sla.models import SlaRecalculation
from reports import export
from reports.services import queue_export, share_latest
from scans import screenshots
from tests import factories
from tests.contract.example_programs import each_language, run
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import scan_part

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("enqueued")]

SIGNING_KEY = "k1:" + "QUFB" * 10 + "QUE="
# Operations whose examples need another set-up than all others.
NOT_RUN = {"withdraw_approval_verification": "needs a policy that requires the approvals of several people"}
ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS = sorted(
    (operation for operation in all_operations() if operation.id not in NOT_RUN),
    # A webhook is deleted before its integration.
    key=lambda operation: (ORDER.index(operation.method), -len(operation.path)),
)


@pytest.fixture
def variables(live_server: Any, scenario: Scenario, settings: Any, tmp_path: Path) -> dict[str, str]:
    """Create a row for each id that the examples need; return the variables."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.KRAFTER_SIGNING_KEYS = SIGNING_KEY
    return {
        "KRAFTER_AUDIT_URL": live_server.url,
        "KRAFTER_AUDIT_API_KEY": scenario.key,
        "KRAFTER_AUDIT_ORG": str(scenario.organization.pk),
        "KRAFTER_AUDIT_PROJECT": scenario.project.slug,
        "GITHUB_TOKEN": "ghp_example",
        "REPLAY_FROM": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SITE_PASSWORD": "correct horse",
        "SITE_URL": "https://example.com/",
        "SHA256": screenshots.store(scenario.project.pk, b"image"),
        **{name: str(value) for name, value in rows(scenario).items()},
    }


def rows(scenario: Scenario) -> dict[str, Any]:
    by, project, call = scenario.actor, scenario.project, scenario.client.call
    member = call("post", f"/api/v1/orgs/{scenario.organization.pk}/members", {"email": "sam@example.com"})
    key, _ = api_keys.issue(scenario.organization, user=scenario.owner, name="old", scopes=[Scope.WRITE])
    verification = factories.verification(scenario)
    with transaction.atomic():
        append(verification, "security_header_csp", {"outcome": "passed", "pages": []})
    report = queue_export(project, format="json", by=by)
    export.export_report(report.pk)
    endpoint, _ = create_webhook(scenario.organization, url="https://hooks.example.com/audit", by=by)
    call("put", "access", {"origin": "https://example.com", "headers": {"x-token": "secret-value"}})
    call("put", "alerts/destinations/email", {"recipients": ["team@example.com"]})
    deploy = call("post", "deploys", {"sha": "4f2a9c1d7be0", "environment": "staging"}).json()["data"]
    task = factories.task(scenario)
    comment = call("post", f"tasks/{task.pk}/comments", {"body": "Ready."}).json()["data"]
    change = call("post", "tasks/bulk-update", {"ids": [str(task.pk)], "set": {"priority": "low"}}).json()[
        "data"
    ]
    campaign = call("post", "campaigns", {"name": "Spring cleaning"}).json()["data"]
    PullRequest.objects.create(task=task, url="https://github.com/acme/website/pull/7")
    policy = call("get", "policies/current").json()["data"]
    SlaRecalculation.objects.create(project=project, policy_version=1, finished_at=timezone.now())
    site = call("post", "sites", {"host": "www.example.com"}).json()["data"]
    return {
        "USER_ID": member.json()["data"]["id"],
        "KEY_ID": key.pk,
        "SAVED_VIEW_ID": saved_view(scenario).pk,
        "FINDING_ID": factories.finding(scenario).pk,
        "TASK_ID": task.pk,
        "COMMENT_ID": comment["id"],
        "BULK_CHANGE_ID": change["bulk_change_id"],
        "POLICY_ID": policy["id"],
        "VERIFICATION_ID": verification.pk,
        "GUARD_WINDOW_ID": guard_window(scenario).pk,
        "SCAN_ID": scan_part(scenario).scan_id,
        "REPORT_ID": report.pk,
        "SHARE_ID": share_latest(project, channel="link", by=by).pk,
        "WEBHOOK_ID": endpoint.pk,
        "DELIVERY_ID": send_test(scenario.organization, endpoint.pk, by=by).pk,
        "CONFLICT_ID": conflict(scenario).pk,
        "DEPLOY_ID": deploy["id"],
        "CAMPAIGN_ID": campaign["id"],
        "SITE_ID": site["id"],
    }


def saved_view(scenario: Scenario) -> SavedView:
    query, name = "quick=open", "Open findings"
    view, _ = saved_views.save(
        scenario.owner, list_name="findings.finding", name=name, query=query, organization_id=None
    )
    return view


def guard_window(scenario: Scenario) -> GuardWindow:
    verification = factories.verification(scenario)
    return GuardWindow.objects.create(
        project=scenario.project,
        finding=verification.task.finding,
        verification=verification,
        ends_at=timezone.now(),
    )


def conflict(scenario: Scenario) -> SyncConflict:
    credentials = {"token": "ghp_example", "repository": "acme/website"}
    integration = connect(scenario.project, "github", credentials=credentials, by=scenario.actor)
    scenario.client.call("put", "integrations/github/webhook", {})
    task = factories.task(scenario)
    synced = {"task": {"title": "A"}, "ticket": {"title": "A"}}
    link = TicketLink.objects.create(
        integration=integration, task=task, external_id="7", key="#7", last_synced=synced
    )
    return SyncConflict.objects.create(
        integration=integration, link=link, field="title", ours="A", theirs="B", reason="Both changed."
    )


def example_of(operation: Any, language: str) -> CodeExample:
    return next(example for example in examples(operation) if example.language == language)


@pytest.mark.slow
@each_language
def test_example_of_every_operation_works(language: str, variables: dict[str, str], tmp_path: Path) -> None:
    codes = {operation.id: example_of(operation, language).code for operation in OPERATIONS}

    done = run(language, codes, variables, tmp_path)

    assert done.returncode == 0, f"{done.stdout[-1500:]}{done.stderr[-1500:]}"


def test_examples_that_are_not_run_exist() -> None:
    assert set(NOT_RUN) <= {operation.id for operation in all_operations()}
