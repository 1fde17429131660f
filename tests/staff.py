"""Clients that are logged in to the admin, and a row of every model in it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import ApiKey, Membership, Organization, Project, QuotaMonth, User, month_of
from assurance.models import Deploy, GuardRun, GuardWindow
from bulk_changes import services as bulk_changes
from bulk_changes.models import BulkChange
from campaigns import services as campaigns
from campaigns.models import Campaign
from events.models import Event
from findings.models import Finding, Regression
from findings.services.bulk import FINDINGS
from integrations.models import (
    Integration,
    SyncConflict,
    SyncRun,
    TicketLink,
    Webhook,
    WebhookDelivery,
)
from notifications.models import Alert, Destination, EventDelivery, Unsubscription, WebhookEndpoint
from notifications.webhooks import services as webhooks
from operations.models import Backup, RestoreDrill
from remediation.evidence.chain import append
from remediation.models import CheckReliability, Policy, Task, Verification
from remediation.services import policies
from reports import services as reports
from reports.models import Report, Share
from scans.models import Scan, ScanPage, ScanPart, ScanResult, ScanSchedule, Site, SiteCredentials
from scans.site_credentials import services
from tests import factories
from tests.factories import Scenario

PASSWORD = "correct horse battery"


def superuser() -> User:
    """Create a superuser without memberships."""
    return User.objects.create_superuser(f"root{next(factories.number)}@example.com", PASSWORD)


def member_of(organization: Organization, role: str) -> User:
    """Create a member of staff with a role in the organisation."""
    user = User.objects.create_user(f"staff{next(factories.number)}@example.com", PASSWORD, is_staff=True)
    Membership.objects.create(organization=organization, user=user, role=role)
    return user


def membership_fields(organization: Organization, added: Membership | None = None) -> dict[str, str]:
    """Return the fields of the memberships in the form of an organisation, in the order of their ids, and a new one."""
    memberships = list(Membership.objects.filter(organization=organization).order_by("pk"))
    data = {"memberships-INITIAL_FORMS": str(len(memberships))}
    memberships += [added] if added else []
    data["memberships-TOTAL_FORMS"] = str(len(memberships))
    for index, membership in enumerate(memberships):
        data |= {
            f"memberships-{index}-id": "" if membership is added else str(membership.pk),
            f"memberships-{index}-organization": str(membership.organization_id),
            f"memberships-{index}-user": str(membership.user_id),
            f"memberships-{index}-role": membership.role,
        }
    return data


def logged_in_client(user: User | None = None) -> Client:
    """Return a client that is logged in as the user."""
    client = Client()
    client.force_login(user or superuser())
    return client


def run_action(client: Client, action: str, *rows: Model, **more: str) -> Any:
    """Run an action on rows of the list and return the next page."""
    data = {"action": action, "index": "0", "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(admin_url(type(rows[0]), "changelist"), data, follow=True)


def admin_url(model: type[Model], page: str, *args: Any) -> str:
    """Return the URL of an admin page."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def messages_of(response: Any) -> list[str]:
    """Return the messages on the page."""
    return [str(message) for message in response.context["messages"]]


def _verification(scenario: Scenario) -> Verification:
    made = factories.verification(scenario)
    append(made, "security_header_csp", {"url": "https://example.com/", "status": 200})
    return made


def _guard_run(scenario: Scenario) -> GuardRun:
    verification = factories.verification(scenario)
    now = timezone.now()
    deploy = Deploy.objects.create(
        project=scenario.project,
        sha=f"{next(factories.number):07d}",
        environment="production",
        started_at=now,
    )
    window = GuardWindow.objects.create(
        project=scenario.project, finding=verification.task.finding, verification=verification, ends_at=now
    )
    return GuardRun.objects.create(window=window, deploy=deploy, trigger="deploy", due_at=now)


def _report(scenario: Scenario) -> Report:
    return reports.queue_export(scenario.project, format="json", by=scenario.actor)


def _share(scenario: Scenario) -> Share:
    return Share.objects.create(
        project=scenario.project, report=_report(scenario), channel="link", key=f"k{next(factories.number)}",
        expires_at=timezone.now(),
    )  # fmt: skip


def _integration(scenario: Scenario) -> Integration:
    return Integration.objects.create(
        organization=scenario.organization, project=scenario.project, provider="github"
    )


def _link(scenario: Scenario) -> TicketLink:
    return TicketLink.objects.create(
        integration=_integration(scenario), task=factories.task(scenario), key="7"
    )


def _conflict(scenario: Scenario) -> SyncConflict:
    link = _link(scenario)
    link.last_synced = {"task": {"title": "Fix it"}, "ticket": {"title": "Fix it"}}
    link.save()
    return SyncConflict.objects.create(
        link=link,
        integration=link.integration,
        field="title",
        ours="A",
        theirs="B",
        reason="Both were changed.",
    )


def _result(scenario: Scenario) -> ScanResult:
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    part = ScanPart.objects.create(scan=scan, scanner="http")
    page = ScanPage.objects.create(part=part, position=0, url=scan.url, route="", checked_at=timezone.now())
    return ScanResult.objects.create(
        scan=scan, page=page, key="ttfb", version=1, outcome="failed", value=700, samples=[700, 700, 700], unit="ms",
        threshold=600, evidence={"detail": "It took long."}, duration_ms=12, seen_at=timezone.now(),
    )  # fmt: skip


def _endpoint(scenario: Scenario) -> WebhookEndpoint:
    url = "https://hooks.example.com/krafter"
    endpoint, _ = webhooks.create(scenario.organization, url=url, by=SYSTEM)
    return endpoint


def _bulk_change(scenario: Scenario) -> BulkChange:
    changes = {"status": "dismissed"}
    done = bulk_changes.change(
        scenario.project, FINDINGS, [factories.finding(scenario).pk], changes=changes, by=scenario.actor
    )
    return done.bulk_change


def _group(scenario: Scenario) -> Group:
    return Group.objects.create(name=f"Group {next(factories.number)}")


# Each row has its own organisation, project and people, so that a column with a query per row changes the number of
# queries.
ROWS: dict[type[Model], Callable[[Scenario], Model]] = {
    Group: _group,
    Organization: lambda scenario: scenario.organization,
    User: lambda scenario: scenario.owner,
    Membership: lambda scenario: Membership.objects.get(
        organization=scenario.organization, user=scenario.owner
    ),
    Project: lambda scenario: scenario.project,
    ApiKey: lambda scenario: ApiKey.objects.get(organization=scenario.organization),
    QuotaMonth: lambda scenario: QuotaMonth.objects.create(
        organization=scenario.organization, month=month_of(timezone.now().date())
    ),
    BulkChange: _bulk_change,
    Event: lambda scenario: Event.objects.get(subject_id=factories.finding(scenario).pk),
    Scan: lambda scenario: Scan.objects.create(
        project=scenario.project, url="https://example.com/", trigger="manual"
    ),
    ScanResult: _result,
    ScanSchedule: lambda scenario: ScanSchedule.objects.create(
        project=scenario.project, frequency="daily", hour=3, minute=7, next_at=timezone.now()
    ),
    SiteCredentials: lambda scenario: services.set_credentials(
        scenario.project,
        origin="https://example.com",
        credentials={"cookies": {"session": "s3cret"}},
        by=SYSTEM,
    ),
    Site: lambda scenario: Site.objects.create(
        project=scenario.project,
        host="example.com",
        last_attempts=[{"method": "file", "location": "x", "message": "y"}],
    ),
    Finding: lambda scenario: factories.finding(scenario, owner_id=scenario.owner.pk),
    Regression: lambda scenario: factories.regression(scenario),
    Task: lambda scenario: factories.task(scenario, owner_id=scenario.owner.pk),
    Campaign: lambda scenario: campaigns.create(
        scenario.project,
        name="Spring cleaning",
        owner_id=scenario.owner.pk,
        task_ids=[factories.task(scenario).pk],
        by=SYSTEM,
    ),
    Verification: _verification,
    Deploy: lambda scenario: _guard_run(scenario).deploy,
    GuardWindow: lambda scenario: _guard_run(scenario).window,
    Policy: lambda scenario: policies.replace(
        scenario.project, config={"b": 1, "a": {}}, name="Rules", by=SYSTEM
    ),
    CheckReliability: lambda scenario: CheckReliability.objects.create(
        project=scenario.project, key="lcp", runs=9, compared=4, flips=1, fixes=2, measured_at=timezone.now()
    ),
    Integration: _integration,
    TicketLink: _link,
    SyncConflict: _conflict,
    Webhook: lambda scenario: Webhook.objects.create(
        integration=_integration(scenario), credentials=b"sealed"
    ),
    WebhookDelivery: lambda scenario: WebhookDelivery.objects.create(
        integration=_integration(scenario), delivery_id="d1", body_digest="0" * 64, event="issues.closed"
    ),
    Alert: lambda scenario: Alert.objects.create(
        project=scenario.project, channel="slack", due_at=timezone.now()
    ),
    Destination: lambda scenario: Destination.objects.create(
        project=scenario.project, channel="email", recipients=["a@example.com"]
    ),
    Unsubscription: lambda scenario: Unsubscription.objects.create(
        project=scenario.project, email="a@example.com"
    ),
    WebhookEndpoint: _endpoint,
    EventDelivery: lambda scenario: webhooks.send_test(
        scenario.organization, _endpoint(scenario).pk, by=SYSTEM
    ),
    SyncRun: lambda scenario: SyncRun.objects.create(integration=_integration(scenario)),
    Backup: lambda scenario: Backup.objects.create(path="backups/1"),
    RestoreDrill: lambda scenario: RestoreDrill.objects.create(path="backups/1"),
    Report: _report,
    Share: _share,
}
