"""A second change of the same row waits for the first one, and sees what it has changed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import api_keys
from accounts.actors import SYSTEM
from accounts.errors import AlreadyJoined, TooManyInvitations
from accounts.invitations import services as invitations
from accounts.models import InvitationMail, Scope, User
from accounts.services import invite_member
from assurance.services import deploys
from bulk_changes import services as bulk_changes
from bulk_changes.errors import BulkChangeUndone
from bulk_changes.models import BulkChange
from bulk_changes.services import BulkChangeResult
from events.models import Event
from findings.models import Finding
from findings.services import triage
from findings.services.bulk import FINDINGS
from findings.services.ingestion import FindingReport, ingest
from integrations.errors import WebhookNotFound
from integrations.services import connect
from integrations.webhooks import services as provider_webhooks
from krafter_audit.api.errors import NotFound
from krafter_audit.db import leases
from notifications.errors import WebhookLimitReached
from notifications.models import WebhookEndpoint
from notifications.webhooks import delivery, queries
from notifications.webhooks import services as webhooks
from remediation.models import Evidence
from remediation.services import policies, verdicts
from reports import export
from reports import services as reports
from reports.errors import TooManyRecipients
from reports.models import Report, Share
from reports.snapshots import retention
from scans.models import Scan, ScanSchedule, Site, SiteCredentials
from scans.services import schedules
from scans.site_credentials import services as site_credentials
from scans.sites import services as sites
from tests import factories
from tests.factories import Scenario
from tests.races.threads import another_transaction_waits_for_this_one, result_after
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def logged(name: str) -> int:
    return Event.objects.filter(name=name).count()


@pytest.fixture(autouse=True)
def _own_storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def exported(scenario: Scenario, **fields: Any) -> Report:
    report = reports.queue_export(scenario.project, format="json", by=SYSTEM)
    export.export_report(report.pk)
    Report.objects.filter(pk=report.pk).update(updated_at=timezone.now(), **fields)
    return report


def shared(scenario: Scenario) -> Share:
    exported(scenario)
    return reports.share_latest(scenario.project, channel="link", by=SYSTEM)


def change_severity(scenario: Scenario, finding: Finding) -> BulkChangeResult:
    return bulk_changes.change(
        scenario.project, FINDINGS, [finding.pk], changes={"severity": "low"}, by=scenario.actor
    )


def test_key_that_is_revoked_twice_is_logged_once(scenario: Scenario) -> None:
    key, _ = api_keys.issue(scenario.organization, user=scenario.owner, name="ci", scopes=[Scope.WRITE])
    revoke = partial(api_keys.revoke, key)

    revoked = result_after(revoke, revoke)

    assert (revoked.pk, logged("api_key.revoked")) == (key.pk, 1)


def test_invitation_that_is_accepted_twice_keeps_the_first_password(scenario: Scenario) -> None:
    member, _ = invite_member(scenario.organization, email="new@example.com", role="viewer", by=SYSTEM)
    first, second = (User.objects.get(pk=member.user_id) for _ in range(2))

    refused = result_after(
        lambda: invitations.accept(first, name="Ada", password="of the first request"),
        lambda: invitations.accept(second, name="Ada", password="of the second request"),
    )

    is_first = User.objects.get(pk=member.user_id).check_password("of the first request")
    assert (type(refused), is_first) == (AlreadyJoined, True)


def test_simultaneous_invitations_do_not_exceed_the_limit(scenario: Scenario, settings: Settings) -> None:
    first, second = (
        invite_member(scenario.organization, email=f"new-{number}@example.com", role="viewer", by=SYSTEM)[0]
        for number in range(2)
    )
    settings.KRAFTER_INVITATIONS_PER_DAY = 3

    refused = result_after(partial(invitations.resend, first), partial(invitations.resend, second))

    assert (type(refused), InvitationMail.objects.count()) == (TooManyInvitations, 3)


def test_simultaneous_shares_do_not_exceed_the_limit_of_mails(scenario: Scenario, settings: Settings) -> None:
    exported(scenario)
    settings.KRAFTER_SHARED_MAILS_PER_DAY = 3
    share = partial(reports.share_latest, scenario.project, channel="email", by=SYSTEM)
    recipients = ["ada@example.com", "eve@example.com"]

    refused = result_after(partial(share, recipients=recipients), partial(share, recipients=recipients))

    assert (type(refused), Share.objects.count()) == (TooManyRecipients, 1)


def test_verification_of_a_site_that_is_requested_twice_is_logged_once(scenario: Scenario) -> None:
    site, _ = sites.add(scenario.project, host="example.com", by=SYSTEM)
    request = partial(sites.request_verification, site.pk, by=SYSTEM)

    result_after(request, request)

    assert (Site.objects.get().check_requested, logged("site.verification_requested")) == (True, 1)


def test_site_that_is_added_twice_keeps_its_token(scenario: Scenario) -> None:
    add = partial(sites.add, scenario.project, host="example.com", by=SYSTEM)

    site, is_new = result_after(add, add)

    assert (site.token, is_new, logged("site.added")) == (Site.objects.get().token, False, 1)


def test_first_site_credentials_that_are_set_twice_are_the_later_ones(scenario: Scenario) -> None:
    first, second = (
        partial(
            site_credentials.set_credentials,
            scenario.project,
            origin="https://example.com",
            credentials={"headers": {"X-Key": key}},
            by=SYSTEM,
        )
        for key in ("first", "second")
    )

    result_after(first, second)

    opened = site_credentials.credentials_for(scenario.project)
    assert opened is not None
    assert opened.headers == {"X-Key": "second"}


def test_site_credentials_that_are_deleted_twice_are_not_found(scenario: Scenario) -> None:
    site_credentials.set_credentials(
        scenario.project,
        origin="https://example.com",
        credentials={"headers": {"X-Key": "key"}},
        by=SYSTEM,
    )
    delete = partial(site_credentials.delete_credentials, scenario.project, by=SYSTEM)

    refused = result_after(delete, delete)

    assert (type(refused), SiteCredentials.objects.count(), logged("site_credentials.deleted")) == (
        NotFound,
        0,
        1,
    )


def test_schedule_that_another_worker_starts_is_skipped(scenario: Scenario) -> None:
    schedules.apply_config(scenario.project, {"scans": {"schedule": "daily"}})
    ScanSchedule.objects.update(next_at=timezone.now())
    [schedule] = ScanSchedule.objects.all()
    start = partial(schedules.start, schedule.pk, scenario.project.site_url)

    def start_in_another_connection() -> bool:
        with closing(connection):
            return start()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        started = start()
        skipped = other.submit(start_in_another_connection).result(10)

    assert (started, skipped, Scan.objects.count()) == (True, False, 1)


def test_share_that_is_revoked_twice_is_logged_once(scenario: Scenario) -> None:
    share = shared(scenario)
    revoke = partial(reports.revoke_share, share.pk, by=SYSTEM)

    revoked = result_after(revoke, revoke)

    assert (revoked.pk, logged("share.revoked")) == (share.pk, 1)


def test_report_that_is_being_shared_keeps_its_rows(scenario: Scenario) -> None:
    factories.finding(scenario)
    report = exported(scenario, created_at=timezone.now() - timedelta(days=1))

    def export_and_delete_old() -> int:
        with closing(connection):
            exported(scenario)
            return retention.delete_expired_items()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        reports.share_latest(scenario.project, channel="link", by=SYSTEM)
        deleted = other.submit(export_and_delete_old).result(10)

    assert (deleted, report.items.exists()) == (0, True)


def test_deploy_that_two_workers_process_starts_one_scan(scenario: Scenario) -> None:
    policies.replace(
        scenario.project,
        config=policies.DEFAULT_CONFIG | {"deploys": {"scan": True}},
        name=None,
        by=scenario.actor,
    )
    deploy, _ = deploys.record(
        scenario.project, sha="1" * 40, environment="production", finished_at=timezone.now(), by=SYSTEM
    )
    scan = partial(deploys.scan_after, deploy)

    result_after(scan, scan)

    assert Scan.objects.count() == 1


def test_bulk_change_that_is_undone_twice_is_refused(scenario: Scenario) -> None:
    finding = factories.finding(scenario, severity="high")
    done = change_severity(scenario, finding)
    undo = partial(bulk_changes.undo, done.bulk_change.pk, by=scenario.actor)

    refused = result_after(undo, undo)

    assert (type(refused), BulkChange.objects.count()) == (BulkChangeUndone, 2)


def test_bulk_change_sees_an_undo_that_has_begun_meanwhile(scenario: Scenario) -> None:
    done = change_severity(scenario, factories.finding(scenario, severity="high"))

    def is_undone() -> bool:
        with transaction.atomic():
            return bulk_changes._is_undone(done.bulk_change)

    found = result_after(partial(bulk_changes.undo, done.bulk_change.pk, by=scenario.actor), is_undone)

    assert found is True


def test_bulk_change_stores_the_value_of_a_simultaneous_change(scenario: Scenario) -> None:
    finding = factories.finding(scenario, severity="high")

    done = result_after(
        lambda: triage.update(finding.pk, changes={"severity": "critical"}, by=scenario.actor),
        lambda: change_severity(scenario, finding),
    )

    assert done.bulk_change.rows.get().before == {"severity": "critical"}


def test_verdicts_of_a_project_are_appended_to_its_evidence_chain_one_after_the_other(
    scenario: Scenario,
) -> None:
    first, second = (factories.verification(scenario, checks="passed") for _ in range(2))
    verdicts.approve(factories.verification(scenario, checks="passed").pk, by=scenario.actor)

    result_after(
        partial(verdicts.approve, first.pk, by=scenario.actor),
        partial(verdicts.approve, second.pk, by=scenario.actor),
    )

    links = Evidence.objects.order_by("sequence").values_list("sequence", "verification")
    assert list(links)[-2:] == [(2, first.pk), (3, second.pk)]


def test_webhook_of_a_provider_that_is_disabled_twice_is_not_found(scenario: Scenario) -> None:
    connect(scenario.project, "github", credentials={"token": "a-token"}, by=SYSTEM)
    provider_webhooks.enable(scenario.project, "github", secret=None, by=SYSTEM)
    disable = partial(provider_webhooks.disable, scenario.project, "github", by=SYSTEM)

    refused = result_after(disable, disable)

    assert (type(refused), logged("integration.webhook_disabled")) == (WebhookNotFound, 1)


def test_simultaneous_creations_of_webhooks_do_not_exceed_the_limit(
    scenario: Scenario, settings: Settings
) -> None:
    settings.KRAFTER_WEBHOOKS_PER_ORGANIZATION = 1
    create = partial(webhooks.create, scenario.organization, url="https://hooks.example.com/", by=SYSTEM)

    refused = result_after(create, create)

    assert (type(refused), WebhookEndpoint.objects.count()) == (WebhookLimitReached, 1)


def test_worker_waits_for_a_change_of_the_endpoint_before_it_begins_attempts(scenario: Scenario) -> None:
    endpoint, _ = webhooks.create(scenario.organization, url="https://hooks.example.com/", by=SYSTEM)
    webhooks.send_test(scenario.organization, endpoint.pk, by=SYSTEM)
    held = leases.acquire(WebhookEndpoint, endpoint.pk, seconds=60)
    assert held is not None

    def begin(row: WebhookEndpoint = held) -> list[Any]:
        return delivery._begin_attempts(row)

    # A replay changes the deliveries in any order: without the lock both could wait for each other.
    messages = result_after(partial(queries.lock_endpoint, scenario.organization, endpoint.pk), begin)

    assert [message.url for message in messages] == ["https://hooks.example.com/"]


def test_batch_that_waits_for_another_one_has_locked_no_finding(scenario: Scenario) -> None:
    known = factories.finding(scenario, domain="seo", title="known")

    def report(*titles: str) -> list[Finding]:
        return ingest(scenario.project, [FindingReport("seo", title) for title in titles], by=SYSTEM).findings

    def report_in_another_connection() -> list[Finding]:
        with closing(connection):
            return report("known", "c")

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            report("a", "b")
            running = other.submit(report_in_another_connection)
            assert eventually(another_transaction_waits_for_this_one)
            free = Finding.objects.select_for_update(nowait=True).get(pk=known.pk)
        reported = running.result(timeout=10)

    assert (free, [finding.title for finding in reported]) == (known, ["known", "c"])
