"""A few threads at a time: what is heavy is done by few at once, and nobody is refused for it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from findings import bulk, views
from krafter_audit.api.for_pages import HeavyMiddleware
from krafter_audit.lib import gate
from krafter_audit.lib.gate import Gate
from tests.factories import World


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_so_many_are_inside_and_another_comes_in_when_one_leaves() -> None:
    tested, leave = Gate(2), threading.Semaphore(0)
    inside, most = list[int](), list[int]()

    def enter(number: int) -> None:
        with tested.passed():
            inside.append(number)
            most.append(len(inside))
            leave.acquire()
            inside.remove(number)

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(enter, number) for number in range(5)]
        until(lambda: len(inside) == 2)
        leave.release()
        until(lambda: len(most) == 3)
        leave.release(4)
        for one in running:
            one.result(timeout=10)

    assert (max(most), len(most), inside) == (2, 5, [])


def test_who_has_waited_long_enough_goes_in_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PATIENCE", 0.01)
    tested, entered = Gate(1), []
    with tested.passed():
        with tested.passed():
            entered.append("beside another")
        with tested.passed():
            entered.append("its leaving let nobody else in")

    assert len(entered) == 2
    assert tested._free._value == 1  # type: ignore[attr-defined]  # as many as it began with


def test_an_error_inside_leaves_the_gate_as_it_was() -> None:
    tested = Gate(1)
    with pytest.raises(ZeroDivisionError), tested.passed():
        raise ZeroDivisionError

    assert tested._free.acquire(blocking=False)


PAGE, SHARED = "/admin/findings/finding/", "/insights/audit/reports/shared/token"


@pytest.mark.parametrize(
    ("held", "path", "waits"),
    [
        ("/admin/", PAGE, True),
        ("/insights/", SHARED, True),
        ("/admin/", SHARED, False),
        ("/insights/", PAGE, False),
        ("/admin/", "/healthz/ready", False),
        ("/admin/", "/api/v1/orgs/none/usage", False),
    ],
)
def test_a_page_waits_for_others_of_its_kind_and_nothing_else_does(held: str, path: str, waits: bool) -> None:
    answered = threading.Event()

    def answer(request: HttpRequest) -> HttpResponse:
        answered.set()
        return HttpResponse("made")

    middleware = HeavyMiddleware(answer)
    for start in middleware.gates:
        middleware.gates[start] = Gate(1)
    with ThreadPoolExecutor(1) as pool:
        with middleware.gates[held].passed():
            asked = pool.submit(middleware, RequestFactory().get(path))
            came_beside = answered.wait(0.2 if waits else 10)
        response = asked.result(timeout=10)

    assert isinstance(response, HttpResponse)
    assert (came_beside, response.content) == (not waits, b"made")


@pytest.mark.django_db
def test_a_bulk_is_read_and_written_inside_its_gate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reported, report = list[bool](), bulk.report

    def watched(*given: object, **more: object) -> object:
        reported.append(views.BULKS._free.acquire(blocking=False))
        return report(*given, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(bulk, "report", watched)
    body = {"findings": [{"domain": "seo", "title": "No title"}]}

    answer = world.client.ask("post", "findings/bulk", body)

    assert answer.status_code == 200
    assert reported == [False]  # nobody else would have come in
    assert views.BULKS._free.acquire(blocking=False)
    views.BULKS._free.release()
