"""The first confirmed failure ends a verification; a pass needs every page."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from remediation import jobs
from remediation.models import Evidence, Verification
from remediation.services import verifications
from remediation.worker import parallel_pages
from scanner.outcome import Outcome, failed, inconclusive, passed
from tests import factories
from tests.factories import Scenario
from tests.fakes.website import Site, served
from tests.unit.scanner.checks.base_page import page

CSP = "security_header_csp"
PATHS = [f"/page-{number}" for number in range(25)]
BAD = page(headers={"Content-Security-Policy": None})
GOOD = page()


def run_on(outcomes: dict[str, Any]) -> dict[str, Outcome]:
    """Run side by side; an outcome that is a function is called."""

    def run(url: str) -> Outcome:
        outcome = outcomes[url]
        return outcome() if callable(outcome) else outcome

    return parallel_pages.run_in_parallel(list(outcomes), run)


@pytest.fixture
def ended() -> threading.Event:
    return threading.Event()


def test_pages_are_returned_in_their_order() -> None:
    outcomes = {f"/{number}": passed(str(number)) for number in range(25)}

    assert list(run_on(outcomes).items()) == list(outcomes.items())


def test_failure_of_the_first_page_ends_the_run_before_the_others() -> None:
    checked: list[str] = []
    outcomes = parallel_pages.run_in_parallel(PATHS, lambda url: checked.append(url) or failed("no"))

    assert checked == PATHS[:1]
    assert [outcome.status for outcome in outcomes.values()] == ["failed"] + ["inconclusive"] * 24
    assert {outcome.reason for outcome in list(outcomes.values())[1:]} == {"not_checked"}


def test_failure_is_known_while_another_page_hangs(monkeypatch: pytest.MonkeyPatch, ended: threading.Event):
    monkeypatch.setattr(parallel_pages, "FIRST_PAGE_SECONDS", 0.05)
    hanging = {"/a": lambda: ended.wait(60) and passed("late"), "/b": failed("no"), "/c": passed("yes")}
    started = time.monotonic()

    outcomes = run_on(hanging)
    ended.set()

    assert time.monotonic() - started < 30
    assert (outcomes["/a"].reason, outcomes["/b"].status) == ("not_checked", "failed")


@pytest.mark.parametrize("other", [inconclusive("blocked", "No answer."), passed("yes")])
def test_pages_without_a_failure_are_all_checked(other: Outcome) -> None:
    outcomes = run_on(dict.fromkeys(PATHS[1:], passed("yes")) | {PATHS[0]: other})

    assert "not_checked" not in {outcome.reason for outcome in outcomes.values()}


@pytest.fixture
def shop(settings: Any) -> Iterator[Site]:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with served(Site()) as site:
        yield site


def verify(shop: Site, checks: list[str]) -> Verification:
    scenario: Scenario = factories.scenario(site_url=shop.url)
    assets = [{"type": "url", "value": path} for path in PATHS]
    finding = factories.finding(scenario, checks=checks, affected_assets=assets)
    task = factories.task(scenario, of=finding)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    jobs.run_verification(str(verification.pk))
    verification.refresh_from_db()
    return verification


def pages_of(key: str) -> list[dict[str, Any]]:
    return next(json.loads(row.body)["pages"] for row in Evidence.objects.all() if row.key == key)


@pytest.mark.django_db
def test_failed_verification_of_25_pages_takes_two_requests(shop: Site):
    shop.answers = dict.fromkeys(PATHS, BAD)

    verification = verify(shop, [CSP])

    assert verification.checks[0]["status"] == "failed"
    assert shop.paths() == PATHS[:1] * 2
    seen = pages_of(CSP)
    assert [visited["reason"] for visited in seen] == [None] + ["not_checked"] * 24
    assert seen[0]["evidence"]["runs"] == ["failed", "failed"]


@pytest.mark.django_db
def test_passed_verification_checks_every_page_twice(shop: Site):
    shop.answers = dict.fromkeys(PATHS, GOOD)

    verification = verify(shop, [CSP])

    assert verification.checks[0]["status"] == "passed"
    assert sorted(shop.paths()) == sorted(PATHS * 2)


@pytest.mark.django_db
def test_failure_that_is_not_confirmed_does_not_end_the_verification(shop: Site):
    shop.answers = dict.fromkeys(PATHS, GOOD) | {PATHS[0]: [BAD, GOOD]}

    verification = verify(shop, [CSP])

    assert verification.checks[0]["status"] == "passed"
    assert set(shop.paths()) == set(PATHS)


@pytest.mark.django_db
def test_fault_on_the_last_page_alone_fails(shop: Site):
    shop.answers = dict.fromkeys(PATHS, GOOD) | {PATHS[-1]: BAD}

    assert verify(shop, [CSP]).checks[0]["status"] == "failed"


@pytest.mark.django_db
def test_checks_of_a_verification_share_the_pages(shop: Site):
    shop.answers = dict.fromkeys(PATHS, BAD)
    nosniff = "security_header_x_content_type_options"

    verification = verify(shop, [CSP, nosniff])

    assert [check["status"] for check in verification.checks] == ["failed", "passed"]
    assert sorted(shop.paths()) == sorted(PATHS * 2)
