"""Workers share the facts of a scan's site and its confirmations in Redis; without Redis each has its own."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from krafter_audit.db import redis_client
from krafter_audit.http.responses import Headers, Response
from scanner.preconditions import Inconclusive
from scans.worker import shared_facts
from scans.worker.shared_facts import SharedConfirmation, SharedFacts

MOVED = Response(
    "GET", "https://example.com/robots", 301, Headers([(b"location", b"/robots.txt")]), b"", False, "192.0.2.1",
    datetime(2026, 1, 1, tzinfo=UTC), 10.0, 12.0, 0,
)  # fmt: skip
ROBOTS = Response(
    "GET", "https://example.com/robots.txt", 200, Headers([(b"x", b"1"), (b"x", "ü".encode())]), b"\x00\xff", True,
    "192.0.2.1", datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC), 10.5, 12.5, 2, interrupted=True, history=(MOVED,),
)  # fmt: skip


@pytest.fixture
def without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = redis_client.create_client("redis://127.0.0.1:9/0")
    monkeypatch.setattr(redis_client, "connection", lambda: gone)


def fail_if_produced() -> Any:
    raise AssertionError("The fact is known.")


def described(response: Response) -> Any:
    history = [described(redirect) for redirect in response.history]
    return vars(response) | {"headers": response.headers.items(), "history": history}


@pytest.mark.parametrize("fact", [200, None], ids=["status", "no answer"])
def test_fact_is_produced_once_for_all_workers(fact: int | None) -> None:
    scan_id = uuid4()
    SharedFacts(scan_id).once("fact", lambda: fact)

    assert SharedFacts(scan_id).once("fact", fail_if_produced) == fact


def test_response_is_the_same_for_all_workers() -> None:
    scan_id = uuid4()
    SharedFacts(scan_id).once("robots", lambda: ROBOTS)

    known = SharedFacts(scan_id).once("robots", fail_if_produced)

    assert described(known) == described(ROBOTS)


def test_added_fact_is_shared() -> None:
    scan_id = uuid4()
    SharedFacts(scan_id).add("link https://example.com/", 200)

    assert SharedFacts(scan_id).once("link https://example.com/", fail_if_produced) == 200


def test_large_bodies_of_redirects_are_not_shared() -> None:
    scan_id, produced = uuid4(), []
    moved = Response(**{**vars(MOVED), "body": b"x" * (shared_facts.MAX_SHARED_BODY_BYTES // 2)})
    redirected = Response(**{**vars(ROBOTS), "history": (moved, moved)})

    for facts in (SharedFacts(scan_id), SharedFacts(scan_id)):
        facts.once("robots", lambda: produced.append("robots") or redirected)

    assert produced == ["robots"] * 2


def test_failure_large_body_and_other_values_are_not_shared() -> None:
    scan_id, produced = uuid4(), []
    large = Response(**{**vars(ROBOTS), "body": b"x" * (shared_facts.MAX_SHARED_BODY_BYTES + 1)})

    def fail() -> Any:
        produced.append("failure")
        raise Inconclusive("timeout", "No answer.")

    for facts in (SharedFacts(scan_id), SharedFacts(scan_id)):
        for _ in range(2):
            with pytest.raises(Inconclusive):
                facts.once("failure", fail)
            facts.once("large", lambda: produced.append("large") or large)
            facts.once("other", lambda: produced.append("other") or object())

    assert produced == ["failure", "large", "other"] * 2


def test_facts_of_scans_are_separate_and_deleted_with_the_end_of_a_scan() -> None:
    scan_id = uuid4()
    SharedFacts(scan_id).once("fact", lambda: 200)
    other = SharedFacts(uuid4()).once("fact", lambda: 404)

    shared_facts.delete_shared(scan_id)

    assert (other, SharedFacts(scan_id).once("fact", lambda: 500)) == (404, 500)


@pytest.mark.usefixtures("without_redis")
def test_without_redis_each_worker_has_its_own_facts() -> None:
    scan_id = uuid4()
    first, second = SharedFacts(scan_id), SharedFacts(scan_id)

    facts = [
        first.once("fact", lambda: 1),
        first.once("fact", fail_if_produced),
        second.once("fact", lambda: 2),
    ]

    assert facts == [1, 1, 2]


def test_failures_of_the_first_two_pages_are_confirmed_whichever_worker_checks_them() -> None:
    scan_id = uuid4()
    first, second = SharedConfirmation(scan_id), SharedConfirmation(scan_id)

    wanted = []
    for worker in (first, second, first, second):
        wanted.append(worker.is_required("csp"))
        if wanted[-1]:
            worker.record("csp", True)

    assert wanted == [True, True, False, False]
    assert first.is_required("hsts")


def test_contradiction_makes_all_workers_confirm_the_check() -> None:
    scan_id = uuid4()
    first, second = SharedConfirmation(scan_id), SharedConfirmation(scan_id)
    for _ in range(2):
        first.record("csp", True)

    second.record("csp", False)

    assert [worker.is_required("csp") for worker in (first, second)] == [True, True]
    for _ in range(2):
        first.record("hsts", True)
    assert [worker.is_required("hsts") for worker in (first, second)] == [False, False]


@pytest.mark.usefixtures("without_redis")
def test_without_redis_each_worker_confirms_for_itself() -> None:
    scan_id = uuid4()
    first, second = SharedConfirmation(scan_id), SharedConfirmation(scan_id)
    for _ in range(2):
        first.record("csp", True)
    second.record("hsts", False)
    for worker in (first, first, second, second):
        worker.record("hsts", True)

    assert [worker.is_required("csp") for worker in (first, second)] == [False, True]
    assert [worker.is_required("hsts") for worker in (first, second)] == [False, True]
