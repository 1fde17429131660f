"""A worker dies, PostgreSQL goes, Valkey goes: nothing is lost, nothing is doubled, all of it comes back by itself."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.chaos.system import System, until
from tests.fakes.faulty_site import Site

pytestmark = pytest.mark.chaos


def held_up(site: Site) -> tuple[threading.Event, Callable[[], None]]:
    """Let the site take requests and keep its answers back until it is told to go on."""
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(timeout=30)

    site.before_answer = wait
    return asked, go_on.set


def passed_once(system: System, verification_id: str) -> None:
    """Every check passed, and left one piece of evidence."""
    finished = system.finished(verification_id)
    evidence = system.ask("GET", f"verifications/{verification_id}/evidence").data
    assert [check["status"] for check in finished["checks"]] == ["passed", "passed"]
    assert [link["key"] for link in evidence["chain"]] == [check["key"] for check in finished["checks"]]


def test_a_verification_goes_on_when_its_worker_is_killed(system: System, site: Site):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id, spent = system.task(site.url, "The worker dies"), system.spent()
    asked, go_on = held_up(site)
    verification_id = system.verify(task_id).data["id"]
    assert asked.wait(timeout=20)

    system.kill("worker")
    go_on()

    passed_once(system, verification_id)
    assert system.spent() == spent + 1


def test_postgresql_comes_back_and_the_work_that_was_queued_is_done(system: System, site: Site):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id, spent = system.task(site.url, "PostgreSQL goes"), system.spent()
    asked, go_on = held_up(site)
    verification_id = system.verify(task_id).data["id"]
    assert asked.wait(timeout=20)

    with system.away("postgres"):
        refused = [system.ask("GET", "tasks") for _ in range(3)] + [system.verify(task_id)]
        go_on()

    assert [(answer.status, answer.code) for answer in refused] == [(503, "unavailable")] * 4
    assert max(answer.seconds for answer in refused) < 6
    until(lambda: system.ask("GET", "tasks").status == 200, seconds=30)
    passed_once(system, verification_id)
    assert system.spent() == spent + 1


def test_valkey_comes_back_and_the_work_that_was_asked_for_meanwhile_is_done(system: System, site: Site):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id = system.task(site.url, "Valkey goes")

    with system.away("valkey"):
        run = system.verify(task_id)
        reads = [system.ask("GET", "tasks") for _ in range(3)]
        time.sleep(3)

    assert [run.status] + [answer.status for answer in reads] == [202, 200, 200, 200]
    assert max(answer.seconds for answer in [run, *reads]) < 6
    passed_once(system, run.data["id"])
