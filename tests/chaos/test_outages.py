"""A worker, PostgreSQL or Valkey is killed: no work is lost or done twice, and the system recovers by itself."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.chaos.system import System, wait_until
from tests.fakes.faulty_site import FaultySite

pytestmark = pytest.mark.chaos


def pause_responses(site: FaultySite) -> tuple[threading.Event, Callable[[], None]]:
    """Hold back the responses of the site; return the event of the first request and the function that resumes."""
    requested, resumed = threading.Event(), threading.Event()

    def wait() -> None:
        requested.set()
        resumed.wait(timeout=30)

    site.before_answer = wait
    return requested, resumed.set


def assert_passed_once(system: System, verification_id: str) -> None:
    """Assert that every check passed and has one piece of evidence."""
    finished = system.wait_for_checks(verification_id)
    evidence = system.request("GET", f"verifications/{verification_id}/evidence").data
    assert [check["status"] for check in finished["checks"]] == ["passed", "passed"]
    assert [link["key"] for link in evidence["chain"]] == [check["key"] for check in finished["checks"]]


def test_verification_continues_after_its_worker_is_killed(system: System, site: FaultySite):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id, spent = system.create_task(site.url, "Worker killed"), system.units_spent()
    requested, resume = pause_responses(site)
    verification_id = system.verify(task_id).data["id"]
    assert requested.wait(timeout=20)

    system.kill("worker")
    resume()

    assert_passed_once(system, verification_id)
    assert system.units_spent() == spent + 1


def test_queued_verification_finishes_after_an_outage_of_postgresql(system: System, site: FaultySite):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id, spent = system.create_task(site.url, "PostgreSQL killed"), system.units_spent()
    requested, resume = pause_responses(site)
    verification_id = system.verify(task_id).data["id"]
    assert requested.wait(timeout=20)

    with system.unavailable("postgres"):
        responses = [system.request("GET", "tasks") for _ in range(3)] + [system.verify(task_id)]
        resume()

    assert [(response.status, response.code) for response in responses] == [(503, "unavailable")] * 4
    assert max(response.seconds for response in responses) < 6
    wait_until(lambda: system.request("GET", "tasks").status == 200, seconds=30)
    assert_passed_once(system, verification_id)
    assert system.units_spent() == spent + 1


def test_verification_requested_during_an_outage_of_valkey_finishes(system: System, site: FaultySite):
    site.headers["X-Content-Type-Options"] = "nosniff"
    task_id = system.create_task(site.url, "Valkey killed")

    with system.unavailable("valkey"):
        run = system.verify(task_id)
        reads = [system.request("GET", "tasks") for _ in range(3)]
        time.sleep(3)

    assert [run.status] + [response.status for response in reads] == [202, 200, 200, 200]
    assert max(response.seconds for response in [run, *reads]) < 6
    assert_passed_once(system, run.data["id"])
