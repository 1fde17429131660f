"""Which verification runs next; pending parts that no worker holds are enqueued again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services import create_project
from krafter_audit.db import leases
from remediation import jobs
from remediation.models import Verification, VerificationPart
from remediation.worker import queueing
from remediation.worker.queueing import requeue_verifications
from scans.models import Scanner
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REFUSED_AT_ONCE = "http://127.0.0.1"  # so that its checks are inconclusive in no time


@pytest.fixture
def scenario(db: None) -> Scenario:
    return factories.scenario(site_url=REFUSED_AT_ONCE)


def browser_part(scenario: Scenario) -> Verification:
    verification = factories.verification(scenario, checks="running")
    verification.parts.update(scanner="browser")
    return verification


def test_pending_verifications_without_lease_are_requeued(
    scenario: Scenario, enqueued: list[tuple[str, ...]]
):
    lost = factories.verification(scenario, checks="running")
    held = factories.verification(scenario, checks="running")
    leases.acquire(VerificationPart, held.parts.get().pk, seconds=30)
    manual = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    factories.verification(scenario, of=manual, checks="running")

    jobs.requeue_pending()

    assert enqueued == [("remediation.run_verification", str(lost.pk))]


def test_browser_part_goes_to_http_workers_after_a_minute_without_browser_worker(
    scenario: Scenario, enqueued: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    verification = browser_part(scenario)
    monkeypatch.setattr("krafter_audit.jobs.queues.queue_has_consumers", lambda queue: False)

    requeue_verifications()
    VerificationPart.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    requeue_verifications()

    pk = str(verification.pk)
    assert enqueued == [
        ("remediation.run_verification_in_browser", pk),
        ("remediation.finish_without_browser", pk),
    ]


def test_browser_part_waits_for_the_browser_worker(
    scenario: Scenario, enqueued: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    verification = browser_part(scenario)
    VerificationPart.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    monkeypatch.setattr("krafter_audit.jobs.queues.queue_has_consumers", lambda queue: True)

    requeue_verifications()

    assert enqueued == [("remediation.run_verification_in_browser", str(verification.pk))]


def running(scenario: Scenario, *, trigger: str = "requested", age_minutes: int = 0) -> Verification:
    """Start a verification of a project, some minutes ago."""
    verification = factories.verification(scenario, checks="running")
    Verification.objects.filter(pk=verification.pk).update(trigger=trigger)
    started_at = timezone.now() - timedelta(minutes=age_minutes)
    VerificationPart.objects.filter(verification=verification).update(created_at=started_at)
    return verification


def order_of(named: dict[str, Verification]) -> list[str]:
    """Run what waits; return the names in the order in which their parts finished."""
    names = {verification.pk: name for name, verification in named.items()}
    while queueing.run_next(Scanner.HTTP):
        pass
    finished = VerificationPart.objects.filter(finished_at__isnull=False).order_by("finished_at")
    return [names[pk] for pk in finished.values_list("verification_id", flat=True)]


@pytest.mark.usefixtures("no_recorded_use")
def test_organization_with_many_verifications_delays_no_other(scenario: Scenario) -> None:
    other = factories.scenario(site_url=REFUSED_AT_ONCE)
    busy = {f"busy {age}": running(scenario, age_minutes=age) for age in (9, 8, 7)}

    order = order_of(busy | {"other": running(other)})

    assert order == ["busy 9", "other", "busy 8", "busy 7"]


@pytest.mark.usefixtures("no_recorded_use")
def test_organization_with_many_projects_delays_no_other(scenario: Scenario) -> None:
    other, busy = factories.scenario(site_url=REFUSED_AT_ONCE), {}
    for age in (9, 8, 7):
        project = create_project(scenario.organization, slug=f"site-{age}", site_url=REFUSED_AT_ONCE)
        busy[f"busy {age}"] = running(replace(scenario, project=project), age_minutes=age)

    order = order_of(busy | {"other": running(other)})

    assert order == ["busy 9", "other", "busy 8", "busy 7"]


@pytest.mark.usefixtures("no_recorded_use")
def test_verification_that_a_person_requested_comes_before_older_ones(scenario: Scenario) -> None:
    triggered = {
        trigger: running(scenario, trigger=trigger, age_minutes=9) for trigger in ("guard", "deploy")
    }

    order = order_of(triggered | {"requested": running(scenario)})

    assert order[0] == "requested"
    assert len(order) == 3


@pytest.mark.usefixtures("no_recorded_use")
def test_part_that_another_worker_runs_is_left_out(scenario: Scenario) -> None:
    held, waiting = running(scenario, age_minutes=1), running(scenario)
    leases.acquire(VerificationPart, held.parts.get().pk, seconds=30)

    assert order_of({"held": held, "waiting": waiting}) == ["waiting"]
    assert not queueing.run_next(Scanner.HTTP)


@pytest.mark.usefixtures("no_recorded_use")
def test_organization_leaves_processes_to_others_while_two_of_its_parts_run(scenario: Scenario) -> None:
    other = factories.scenario(site_url=REFUSED_AT_ONCE)
    held = [running(scenario, age_minutes=9) for _ in range(queueing.MAX_RUNNING)]
    waiting, others = running(scenario, age_minutes=8), running(other)
    for verification in held:
        leases.acquire(VerificationPart, verification.parts.get().pk, seconds=600)

    beside = order_of({"waiting": waiting, "others": others})
    VerificationPart.objects.filter(verification=held[0]).update(lease_until=None)
    afterwards = order_of({"waiting": waiting, "others": others, "held": held[0]})

    assert beside == ["others"]
    assert afterwards == ["others", "held", "waiting"]


@pytest.mark.usefixtures("no_recorded_use")
def test_job_runs_a_waiting_verification_and_enqueues_the_next(
    scenario: Scenario, enqueued: list[tuple[str, ...]]
) -> None:
    started = [running(scenario, age_minutes=age) for age in (2, 1)]
    enqueued.clear()

    for _ in range(3):
        jobs.run_verification(str(started[1].pk))

    assert not VerificationPart.objects.filter(finished_at__isnull=True).exists()
    assert [message for message in enqueued if message[0] == "remediation.run_verification"] == [
        ("remediation.run_verification", str(started[1].pk))
    ] * 2
