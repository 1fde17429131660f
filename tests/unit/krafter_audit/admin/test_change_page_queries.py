"""A change page needs as many queries for five related rows as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import ApiKey, Membership, Organization, Project, User
from assurance.models import Deploy, GuardRun, GuardWindow, PullRequest
from bulk_changes.models import BulkChange, BulkChangeRow
from campaigns import services as campaigns
from campaigns.models import Campaign
from findings.models import Finding
from integrations.models import Integration, SyncConflict, SyncRun, TicketLink
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services as webhooks
from remediation.collaboration.services import add_comment, set_labels
from remediation.evidence.chain import append
from remediation.models import Task, Verification
from reports import services as reports
from reports.models import Report, Share
from scanner import registry
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _member(scenario: Scenario, organization: Any) -> None:
    user = staff.member_of(organization, Membership.Role.ADMIN)
    factories.api_key(scenario, user=user, scopes=["*"])


def _membership_of_user(scenario: Scenario, user: Any) -> None:
    Membership.objects.create(organization=factories.scenario().organization, user=user, role="owner")


def _key(scenario: Scenario, row: Any) -> None:
    factories.api_key(scenario, scopes=["*"])


def _finding_rows(scenario: Scenario, finding: Any) -> None:
    task = factories.task(scenario, of=finding, owner_id=staff.member_of(scenario.organization, "member").pk)
    factories.verification(scenario, of=task)
    factories.regression(scenario, of=finding)


def _task_rows(scenario: Scenario, task: Any) -> None:
    made = factories.verification(scenario, of=task)
    append(made, "security_header_csp", {"url": "https://example.com/", "status": 200})
    number = next(factories.number)
    author = staff.member_of(scenario.organization, "member")
    add_comment(task, body=f"Comment {number}", by=Actor("user", author.pk))
    names = [*task.labels.values_list("name", flat=True), f"label{number}"]
    set_labels(task.pk, project=scenario.project, names=names, by=SYSTEM)


def _evidence(scenario: Scenario, verification: Any) -> None:
    key = registry.keys()[verification.evidence.count()]
    append(verification, key, {"url": "https://example.com/", "status": 200})


def _guard_run(scenario: Scenario, window: Any) -> None:
    deploy = _deploy(scenario)
    GuardRun.objects.create(window=window, deploy=deploy, trigger="deploy", due_at=timezone.now())


def _deploy(scenario: Scenario) -> Deploy:
    sha = f"{next(factories.number):07d}"
    return Deploy.objects.create(
        project=scenario.project, sha=sha, environment="production", started_at=timezone.now()
    )


def _deploy_rows(scenario: Scenario, deploy: Any) -> None:
    verification = factories.verification(scenario)
    window = GuardWindow.objects.create(
        project=scenario.project,
        finding=verification.task.finding,
        verification=verification,
        ends_at=timezone.now(),
    )
    GuardRun.objects.create(window=window, deploy=deploy, trigger="deploy", due_at=timezone.now())
    PullRequest.objects.create(
        task=verification.task,
        url=f"https://github.com/acme/site/pull/{next(factories.number)}",
        deploy=deploy,
    )


def _bulk_row(scenario: Scenario, bulk_change: Any) -> None:
    finding = factories.finding(scenario)
    BulkChangeRow.objects.create(
        bulk_change=bulk_change, subject_id=finding.pk, after={"status": "dismissed"}
    )


def _campaign_task(scenario: Scenario, campaign: Any) -> None:
    owner = staff.member_of(scenario.organization, "member")
    task = factories.task(scenario, owner_id=owner.pk)
    campaigns.add_tasks(campaign.pk, task_ids=[task.pk], by=SYSTEM)


def _integration_rows(scenario: Scenario, integration: Any) -> None:
    SyncRun.objects.create(integration=integration)
    key = str(next(factories.number))
    link = TicketLink.objects.create(
        integration=integration, task=factories.task(scenario), key=key, external_id=key
    )
    _conflict(scenario, link)


def _conflict(scenario: Scenario, link: Any) -> None:
    field = f"f{next(factories.number)}"
    SyncConflict.objects.create(
        link=link,
        integration=link.integration,
        field=field,
        ours="A",
        theirs="B",
        reason="Both were changed.",
    )


def _scan_page(scenario: Scenario, scan: Any) -> None:
    part, _ = ScanPart.objects.get_or_create(scan=scan, scanner="http")
    position = ScanPage.objects.filter(part=part).count()
    page = ScanPage.objects.create(
        part=part, position=position, url=f"{scan.url}{position}", route="", checked_at=timezone.now()
    )
    ScanResult.objects.create(
        scan=scan, page=page, key="ttfb", version=1, outcome="failed", evidence={}, duration_ms=12,
        seen_at=timezone.now(),
    )  # fmt: skip


def _share(scenario: Scenario, report: Any) -> None:
    Share.objects.create(
        project=report.project, report=report, channel="link", key=f"k{next(factories.number)}",
        shared_by=staff.member_of(scenario.organization, "member"), expires_at=timezone.now(),
    )  # fmt: skip


def _test_event(scenario: Scenario, endpoint: Any) -> EventDelivery:
    return webhooks.send_test(scenario.organization, endpoint.pk, by=SYSTEM)


def _project_rows(scenario: Scenario, project: Any) -> None:
    factories.verification(scenario)
    _deploy(scenario)
    reports.queue_export(project, format="json", by=scenario.actor)


# What a page shows of other rows; called once and then four times more.
RELATED: dict[type[Model], Callable[[Scenario, Any], object]] = {
    Organization: _member,
    User: _membership_of_user,
    Membership: _key,
    ApiKey: _key,
    Project: _project_rows,
    BulkChange: _bulk_row,
    Finding: _finding_rows,
    Task: _task_rows,
    Campaign: _campaign_task,
    Verification: _evidence,
    GuardWindow: _guard_run,
    Deploy: _deploy_rows,
    Integration: _integration_rows,
    TicketLink: _conflict,
    Scan: _scan_page,
    Report: _share,
    WebhookEndpoint: _test_event,
}


def queries_of(client: Client, row: Model) -> list[str]:
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        page = client.get(admin_url(type(row), "change", row.pk))
    assert page.status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("model", RELATED, ids=lambda model: model._meta.label)
def test_change_page_needs_as_many_queries_for_five_related_rows_as_for_one(
    scenario: Scenario, model: type[Model]
) -> None:
    client, row = staff.logged_in_client(), ROWS[model](scenario)
    assert model in admin.site._registry
    RELATED[model](scenario, row)
    with_one = queries_of(client, row)

    for _ in range(4):
        RELATED[model](scenario, row)

    with_five = queries_of(client, row)
    assert len(with_five) == len(with_one), "\n".join(sorted(with_five))
