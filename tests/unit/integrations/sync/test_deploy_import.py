"""Deploys and releases that no webhook has reported are recorded by the next sync, and each only once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import Deploy
from assurance.services import deploys
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.sync import engine
from integrations.webhooks.services import enable
from remediation.services import policies
from tests.fakes.tracker import serve
from tests.fakes.trackers.github import FakeGitHub
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.races.threads import at_once
from tests.unit.integrations.conftest import run_sync
from tests.unit.integrations.webhooks.senders import SECRET, send_deploy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SHA, OTHER = "a" * 40, "b" * 40
LIST = r"/deployments$"

type Fake = FakeGitHub | FakeGitLab
FAKES: dict[str, type[Fake]] = {"github": FakeGitHub, "gitlab": FakeGitLab}
CHOICES = {"github": "repository", "gitlab": "project"}  # the names of the credentials


@pytest.fixture(params=sorted(FAKES))
def vendor(request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Both vendors in turn."""
    with serve(FAKES[request.param]()) as fake:
        monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", fake.api_url)
        fake.now -= timedelta(hours=1)
        yield fake


@pytest.fixture
def connected(project: Project, vendor: Fake) -> Integration:
    """The vendor, connected, with a webhook."""
    services.connect(project, vendor.provider, credentials=vendor.credentials, by=SYSTEM)
    return enable(project, vendor.provider, secret=SECRET, by=SYSTEM)[0].integration


def of_repository(event: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    """Return an event as of another repository."""
    if "repository" in event:
        return {**event, "repository": {"id": number, "full_name": name}}
    return {**event, "project": {"id": number, "path_with_namespace": name}}


def recorded() -> list[tuple[str, str]]:
    return list(Deploy.objects.order_by("finished_at").values_list("sha", "environment"))


def count_releases(project: Project, **policy: Any) -> None:
    config = {"deploys": {"releases": True, **policy}}
    policies.replace(project, config=config, name=None, by=SYSTEM)


def test_deploys_whose_webhook_was_lost_are_recorded(connected: Integration, vendor: Fake) -> None:
    vendor.deploy(SHA)
    vendor.deploy(OTHER, environment="staging")
    vendor.deploy("c" * 40, "failed" if vendor.provider == "gitlab" else "failure")

    assert run_sync(connected).status == "connected"

    assert recorded() == [(SHA, "production"), (OTHER, "staging")]
    assert set(Deploy.objects.values_list("source", flat=True)) == {vendor.provider}


def test_webhook_and_sync_report_one_deploy(connected: Integration, vendor: Fake) -> None:
    first, second = vendor.deploy(SHA), vendor.deploy(SHA)
    send_deploy(connected, vendor.deploy_event(first))
    finished_at = Deploy.objects.get().finished_at

    run_sync(connected)
    send_deploy(connected, vendor.deploy_event(second))
    run_sync(connected)

    assert recorded() == [(SHA, "production")] * 2
    assert Deploy.objects.get(external_id__endswith="/1").finished_at == finished_at


def test_deploys_of_a_renamed_repository_are_recorded_and_those_of_another_with_its_name_are_not(
    connected: Integration, vendor: Fake
) -> None:
    run_sync(connected)
    renamed = vendor.deploy_event(vendor.deploy(SHA))
    other = vendor.deploy_event(vendor.deploy(OTHER))

    send_deploy(connected, of_repository(renamed, "acme/renamed", vendor.number))
    send_deploy(connected, of_repository(other, vendor.credentials[CHOICES[vendor.provider]], 7))

    assert recorded() == [(SHA, "production")]


def test_deploys_of_a_newly_connected_repository_are_recorded_before_its_first_sync(
    connected: Integration, vendor: Fake
) -> None:
    run_sync(connected)
    choice = {CHOICES[vendor.provider]: "acme/shop"}
    services.connect(connected.project, vendor.provider, credentials=choice, by=SYSTEM)
    ours = vendor.deploy_event(vendor.deploy(SHA))
    earlier = vendor.deploy_event(vendor.deploy(OTHER))

    send_deploy(connected, of_repository(ours, "acme/shop", 7))
    send_deploy(connected, earlier)

    assert recorded() == [(SHA, "production")]


@pytest.mark.django_db(transaction=True)
def test_webhook_and_sync_at_once_record_one_deploy(connected: Integration, vendor: Fake) -> None:
    services.sync_now(connected.project, vendor.provider, by=SYSTEM)
    deploy = vendor.deploy(SHA)
    event = vendor.deploy_event(deploy)
    actions: list[Callable[[], Any]] = [lambda: send_deploy(connected, event) for _ in range(3)]

    answers = at_once(*actions, lambda: engine.sync(connected.pk))

    assert answers == [202, 202, 202, True]
    assert recorded() == [(SHA, "production")]


def test_deploy_that_succeeds_after_a_sync_is_recorded_by_the_next(
    connected: Integration, vendor: Fake
) -> None:
    deploy = vendor.deploy(SHA, "running" if vendor.provider == "gitlab" else "in_progress")
    vendor.deploy(OTHER)
    run_sync(connected)
    before = recorded()

    vendor.set_status(deploy, "success")
    run_sync(connected)

    assert (before, recorded()) == ([(OTHER, "production")], [(OTHER, "production"), (SHA, "production")])


def test_all_pages_are_read_once(connected: Integration, vendor: Fake) -> None:
    vendor.page_size = 2
    for number in range(5):
        vendor.deploy(f"{number}" * 40)

    run_sync(connected)
    requests = len(vendor.received("GET", "/statuses"))
    run_sync(connected)

    assert [sha[0] for sha, _ in recorded()] == ["0", "1", "2", "3", "4"]
    # The last change is read again, as another may have the same second.
    assert len(vendor.received("GET", "/statuses")) - requests <= 1


def test_old_deploys_are_not_read(connected: Integration, vendor: Fake) -> None:
    vendor.now -= timedelta(days=8)
    vendor.deploy(SHA)

    run_sync(connected)

    assert recorded() == []


def test_outage_in_the_middle_keeps_what_was_read_and_the_next_sync_continues(
    connected: Integration, vendor: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.providers.github.repository.BATCH_SIZE", 1)
    vendor.page_size = 1
    shas = [vendor.deploy(f"{number}" * 40) and f"{number}" * 40 for number in range(3)]
    path = r"/deployments/2/statuses$" if vendor.provider == "github" else LIST
    if vendor.provider == "gitlab":
        vendor.next_answer("GET", LIST, lambda: vendor.route(vendor.requests[-1]))
    for _ in range(3):
        vendor.next_answer("GET", path, (500, {}, {"message": "Internal Server Error"}))

    failed = run_sync(connected).status
    before = len(recorded())
    requests_before = len(vendor.received("GET", "/deployments/1/statuses"))
    following = run_sync(connected).status

    assert (failed, following) == ("error", "connected")
    assert before == (1 if vendor.provider == "github" else 0)
    assert [sha for sha, _ in recorded()] == shas
    # The first one is read again by the second it has changed in.
    assert len(vendor.received("GET", "/deployments/1/statuses")) <= requests_before + 1


@pytest.mark.parametrize("body", [{"message": "?"}, [{"id": 1}], [7], b'[{"id": 1, "sh'])
def test_unreadable_list_fails_the_sync_and_records_nothing(
    connected: Integration, vendor: Fake, body: Any
) -> None:
    vendor.deploy(SHA)
    for _ in range(3):
        vendor.next_answer("GET", LIST, (200, {}, body))

    row = run_sync(connected)

    assert (row.status, recorded()) == ("error", [])
    assert "cannot read" in row.last_error


def test_rate_limit_is_waited_for(connected: Integration, vendor: Fake) -> None:
    vendor.deploy(SHA)
    vendor.next_answer("GET", LIST, (429, {"Retry-After": "120"}, {}))

    row = run_sync(connected)
    wait = row.not_before - timezone.now()
    Integration.objects.update(not_before=timezone.now())
    engine.sync(row.pk)

    assert (row.status, timedelta(seconds=110) < wait <= timedelta(seconds=120)) == ("syncing", True)
    assert recorded() == [(SHA, "production")]


def test_token_without_permission_is_noted_and_the_sync_succeeds(
    connected: Integration, vendor: Fake
) -> None:
    vendor.next_answer("GET", LIST, (403, {}, {"message": "Resource not accessible"}))

    row = run_sync(connected)

    notes = SyncRun.objects.latest("started_at").notes
    assert row.status == "connected"
    assert [note for note in notes if note.startswith("The deployments are not available: ")]


def test_releases_count_only_if_the_policy_says_so(connected: Integration, vendor: Fake) -> None:
    event = vendor.release("v1.0", SHA)

    send_deploy(connected, event)
    connected.refresh_from_db()
    run_sync(connected)

    assert (connected.status, recorded()) == ("connected", [])
    assert vendor.received("GET", "/releases") == []


def test_release_counts_as_a_live_deploy(connected: Integration, vendor: Fake, project: Project) -> None:
    count_releases(project)
    event = vendor.release("v1.0/é", SHA)

    status = send_deploy(connected, event)
    Integration.objects.update(not_before=timezone.now())  # half a minute later
    engine.sync(connected.pk)
    run_sync(connected)

    assert (status, recorded()) == (202, [(SHA, "production")])


def test_release_is_recorded_although_the_clock_of_the_provider_is_hours_late(
    connected: Integration, vendor: Fake, project: Project
) -> None:
    count_releases(project)
    run_sync(connected)
    vendor.now -= timedelta(hours=12)
    vendor.release("v1.0", SHA)

    run_sync(connected)

    assert recorded() == [(SHA, "production")]


def test_deploy_of_a_pipeline_is_recorded_once_although_the_clock_of_the_provider_is_hours_ahead(
    connected: Integration, vendor: Fake, project: Project
) -> None:
    started_at = timezone.now() - timedelta(minutes=10)
    deploys.record(project, sha=SHA, environment="production", by=SYSTEM, started_at=started_at)
    vendor.now += timedelta(hours=6)

    number = vendor.deploy(SHA)
    send_deploy(connected, vendor.deploy_event(number))
    run_sync(connected)
    finished_at = Deploy.objects.get().finished_at
    run_sync(connected)

    deploy = Deploy.objects.get()
    assert (deploy.started_at, deploy.finished_at) == (started_at, finished_at)
    assert finished_at is not None
    assert finished_at <= timezone.now()


def test_release_is_a_deploy_to_the_first_environment_that_the_policy_names(
    connected: Integration, vendor: Fake, project: Project
) -> None:
    count_releases(project, environments=["eu", "us"])
    vendor.release("v1.0", SHA)

    run_sync(connected)

    assert recorded() == [(SHA, "eu")]
