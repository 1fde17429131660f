"""Verifications that a person has requested come before those of guard windows and deploys."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from accounts.actors import SYSTEM
from krafter_audit.celery import app
from krafter_audit.db import redis_client
from krafter_audit.jobs.queues import lists_of
from remediation.locks import lock_task
from remediation.models import Verification
from remediation.services import verifications
from remediation.worker import queueing
from scans.models import Scanner
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
QUEUE = "verify_http"


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    redis_client.connection().delete(*lists_of(QUEUE))
    yield
    redis_client.connection().delete(*lists_of(QUEUE))


def taken() -> list[str]:
    """Return the ids of the verifications in the order in which a worker takes their jobs."""
    ids = []
    with app.connection() as connection, connection.SimpleQueue(QUEUE) as queue:
        for _ in range(queue.qsize()):
            message = queue.get(block=False)
            ids.append(message.payload[0][0])
            message.ack()
    return ids


@pytest.fixture
def started(scenario: Scenario, django_capture_on_commit_callbacks: Any) -> list[str]:
    """Start a verification of a guard window, of a deploy and of a person; return their ids in this order."""
    ids = []
    with django_capture_on_commit_callbacks(execute=True):
        for trigger in ("guard", "deploy", "requested"):
            locked = lock_task(factories.task(scenario).pk)
            row = verifications.run_locked(locked, by=SYSTEM, trigger=Verification.Trigger(trigger))
            ids.append(str(row.pk))
    return ids


def test_requested_verification_is_taken_first(started: list[str]) -> None:
    assert taken() == [started[2], started[0], started[1]]


def test_enqueued_again_it_keeps_its_place(started: list[str]) -> None:
    taken()

    queueing.enqueue_again(UUID(started[0]), Scanner.HTTP)
    queueing.requeue_verifications()

    assert taken() == [started[2], started[0], started[0], started[1]]
