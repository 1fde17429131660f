"""A second change of the same row waits for the first one, and sees what it has changed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import api_keys
from accounts.actors import SYSTEM
from accounts.errors import AlreadyJoined
from accounts.invitations import services as invitations
from accounts.models import User
from accounts.services import invite_member
from events.models import Event
from findings.services.ingestion import FindingReport, ingest
from integrations.errors import WebhookNotFound
from integrations.services import connect
from integrations.webhooks import services as provider_webhooks
from krafter_audit.api.errors import NotFound
from krafter_audit.db import leases
from notifications.models import WebhookEndpoint
from notifications.webhooks import delivery, queries
from notifications.webhooks import services as webhooks
from scans.models import Scan, ScanSchedule, Site, SiteCredentials
from scans.services import schedules
from scans.site_credentials import services as site_credentials
from scans.sites import services as sites
from tests.factories import Scenario
from tests.races.threads import result_after

pytestmark = pytest.mark.django_db(transaction=True)


def logged(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_key_that_is_revoked_twice_is_logged_once(scenario: Scenario) -> None:
    key, _ = api_keys.issue(scenario.organization, user=scenario.owner, name="ci")
    revoke = partial(api_keys.revoke, key)

    revoked = result_after(revoke, revoke)

    assert (revoked.pk, logged("api_key.revoked")) == (key.pk, 1)


def test_invitation_that_is_accepted_twice_keeps_the_first_password(scenario: Scenario) -> None:
    member, _ = invite_member(scenario.organization, email="new@example.com", role="viewer")
    first, second = (User.objects.get(pk=member.user_id) for _ in range(2))

    refused = result_after(
        lambda: invitations.accept(first, name="Ada", password="of the first request"),
        lambda: invitations.accept(second, name="Ada", password="of the second request"),
    )

    is_first = User.objects.get(pk=member.user_id).check_password("of the first request")
    assert (type(refused), is_first) == (AlreadyJoined, True)


def test_verification_of_a_site_that_is_requested_twice_is_logged_once(scenario: Scenario) -> None:
    site, _ = sites.add(scenario.project, host="example.com", by=SYSTEM)
    request = partial(sites.request_verification, site.pk, by=SYSTEM)

    result_after(request, request)

    assert (Site.objects.get().check_requested, logged("site.verification_requested")) == (True, 1)


def test_site_that_is_added_twice_keeps_its_token(scenario: Scenario) -> None:
    add = partial(sites.add, scenario.project, host="example.com", by=SYSTEM)

    site, is_new = result_after(add, add)

    assert (site.token, is_new, logged("site.added")) == (Site.objects.get().token, False, 1)


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


def test_webhook_of_a_provider_that_is_disabled_twice_is_not_found(scenario: Scenario) -> None:
    connect(scenario.project, "github", credentials={"token": "a-token"}, by=SYSTEM)
    provider_webhooks.enable(scenario.project, "github", secret=None, by=SYSTEM)
    disable = partial(provider_webhooks.disable, scenario.project, "github", by=SYSTEM)

    refused = result_after(disable, disable)

    assert (type(refused), logged("integration.webhook_disabled")) == (WebhookNotFound, 1)


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


def test_reports_of_different_findings_of_a_project_are_stored_one_after_the_other(
    scenario: Scenario,
) -> None:
    def report(*titles: str) -> Any:
        reports = [FindingReport("seo", title) for title in titles]
        return lambda: ingest(scenario.project, reports, by=SYSTEM)

    result = result_after(report("a", "b"), report("c", "d"))

    assert [finding.title for finding in result.findings] == ["c", "d"]
