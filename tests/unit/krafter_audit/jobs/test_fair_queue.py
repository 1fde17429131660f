"""The organisation that has used the workers least is served next."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from krafter_audit.db import redis_client
from krafter_audit.jobs import fair_queue

pytestmark = pytest.mark.usefixtures("no_recorded_use")
A, B, C = (uuid4() for _ in range(3))


def test_organization_with_the_least_use_is_first() -> None:
    fair_queue.record_use("scan", {A: 2.0, B: 0.5})
    fair_queue.record_use("scan", {A: 1.0, B: 0.25})

    assert fair_queue.by_least_use("scan", [A, B, A, C]) == [C, B, A]


def test_each_kind_of_work_is_counted_by_itself() -> None:
    fair_queue.record_use("scan", {A: 2.0})
    fair_queue.record_use("sync", {B: 1.0})

    assert fair_queue.by_least_use("scan", [A, B]) == [B, A]
    assert fair_queue.by_least_use("sync", [B, A]) == [A, B]


def test_organizations_without_use_stay_in_their_order() -> None:
    assert fair_queue.by_least_use("scan", [B, A, C, A]) == [B, A, C]


def test_use_no_longer_counts_after_two_windows(time_machine: Any) -> None:
    time_machine.move_to(6000, tick=False)
    fair_queue.record_use("scan", {A: 10.0})
    time_machine.move_to(6000 + 900, tick=False)
    fair_queue.record_use("scan", {B: 6.0})
    halfway = fair_queue.by_least_use("scan", [A, B])  # half of the earlier window still counts
    time_machine.move_to(6000 + 1250, tick=False)
    afterwards = fair_queue.by_least_use("scan", [B, A])

    assert (halfway, afterwards) == ([A, B], [A, B])


def test_without_redis_the_order_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    fair_queue.record_use("scan", {A: 10.0})
    gone = redis_client.create_client("redis://127.0.0.1:9/0")
    monkeypatch.setattr(redis_client, "connection", lambda: gone)

    fair_queue.record_use("scan", {B: 20.0})
    order: list[UUID] = fair_queue.by_least_use("scan", [A, B])

    assert order == [A, B]
