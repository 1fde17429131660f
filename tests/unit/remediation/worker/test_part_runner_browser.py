"""Browser checks are a separate part, so that HTTP checks do not wait for a browser."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from remediation import jobs
from remediation.models import Evidence, Verification, VerificationPart
from remediation.services import verdicts, verifications
from remediation.worker import part_runner
from scanner import registry
from scanner.outcome import Outcome, failed, passed
from scanner.page.context import PageContext
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.processes import Killed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CSP = "default-src 'self'"
BOTH = ["security_header_csp", "seen_in_browser"]


class BrowserCheck(list[str]):
    """A check that records the URLs on which it runs: it fails on `failed_on`, and ends its worker on `killed_on`."""

    killed_on = ""
    failed_on = ""

    def __call__(self, facts: PageContext) -> Outcome:
        self.append(facts.url)
        if self.failed_on and facts.url.endswith(self.failed_on):
            return failed("The page has a fault.")
        if self.killed_on and facts.url.endswith(self.killed_on):
            raise Killed
        return passed("The page was seen.")


@pytest.fixture
def browser_check(monkeypatch: pytest.MonkeyPatch) -> BrowserCheck:
    browser_check = BrowserCheck()
    known = registry.get("security_header_csp")
    check = replace(known, key="seen_in_browser", kind="browser", run=browser_check, confirm=False)
    monkeypatch.setitem(registry.REGISTRY, "seen_in_browser", check)
    return browser_check


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Iterator[Scenario]:
    site.headers["Content-Security-Policy"] = CSP
    return factories.scenario(site_url=site.url)


def run(scenario: Scenario, *, checks: list[str], pages: tuple[str, ...] = ("/",)) -> Verification:
    assets = [{"type": "url", "value": page} for page in pages]
    finding = factories.finding(scenario, checks=checks, affected_assets=assets)
    return verifications.run(
        scenario.project, task_id=factories.task(scenario, of=finding).pk, by=scenario.actor
    )


def statuses(verification: Verification) -> dict[str, Any]:
    row = Verification.objects.get(pk=verification.pk)
    return {check["key"]: check["status"] for check in row.checks} | {"running": row.running}


def test_http_part_does_not_wait_for_the_browser_part(scenario: Scenario, browser_check: BrowserCheck):
    verification = run(scenario, checks=BOTH)

    jobs.run_verification(str(verification.pk))
    first = statuses(verification)
    jobs.run_verification_in_browser(str(verification.pk))

    assert first == {"security_header_csp": "passed", "seen_in_browser": "running", "running": True}
    assert statuses(verification) == dict.fromkeys(BOTH, "passed") | {"running": False}
    assert verification.parts.filter(finished_at__isnull=True).count() == 0


def test_browser_part_can_finish_before_the_http_part(scenario: Scenario, browser_check: BrowserCheck):
    verification = run(scenario, checks=BOTH)

    jobs.run_verification_in_browser(str(verification.pk))
    first = statuses(verification)
    jobs.run_verification(str(verification.pk))

    assert first == {"security_header_csp": "running", "seen_in_browser": "passed", "running": True}
    assert statuses(verification) == dict.fromkeys(BOTH, "passed") | {"running": False}


def test_parts_are_created_for_needed_scanners_only(scenario: Scenario, browser_check: BrowserCheck):
    made = [run(scenario, checks=keys) for keys in (BOTH[:1], BOTH[1:], BOTH)]

    assert [sorted(verification.parts.values_list("scanner", flat=True)) for verification in made] == [
        ["http"],
        ["browser"],
        ["browser", "http"],
    ]


def test_first_failure_ends_the_browser_part(scenario: Scenario, browser_check: BrowserCheck):
    verification = run(scenario, checks=BOTH[1:], pages=("/", "/second", "/third", "/fourth"))
    browser_check.failed_on = "/second"

    jobs.run_verification_in_browser(str(verification.pk))

    assert [url.rpartition("/")[2] for url in browser_check] == ["", "second"]
    assert statuses(verification) == {"seen_in_browser": "failed", "running": False}
    pages = json.loads(Evidence.objects.get().body)["pages"]
    assert [(page["status"], page["reason"]) for page in pages] == [
        ("passed", None),
        ("failed", None),
        ("inconclusive", "not_checked"),
        ("inconclusive", "not_checked"),
    ]


def test_next_worker_continues_after_a_crash(scenario: Scenario, browser_check: BrowserCheck):
    verification = run(scenario, checks=BOTH[1:], pages=("/", "/second", "/third"))
    browser_check.killed_on = "/second"

    with pytest.raises(Killed):
        jobs.run_verification_in_browser(str(verification.pk))
    VerificationPart.objects.update(lease_until=None)
    browser_check.killed_on = ""
    jobs.run_verification_in_browser(str(verification.pk))

    assert [url.rpartition("/")[2] for url in browser_check] == ["", "second", "second", "third"]
    assert statuses(verification) == {"seen_in_browser": "passed", "running": False}


def test_page_that_crashed_three_workers_is_skipped_and_the_others_are_checked(
    scenario: Scenario, browser_check: BrowserCheck
):
    verification = run(scenario, checks=BOTH[1:], pages=("/deadly", "/second"))
    browser_check.killed_on = "/deadly"

    for _ in range(3):
        with pytest.raises(Killed):
            jobs.run_verification_in_browser(str(verification.pk))
        VerificationPart.objects.update(lease_until=None)
    jobs.run_verification_in_browser(str(verification.pk))

    assert [url.rpartition("/")[2] for url in browser_check] == ["deadly"] * 3 + ["second"]
    assert statuses(verification) == {"seen_in_browser": "inconclusive", "running": False}
    pages = scenario.client.call("get", f"verifications/{verification.pk}/evidence").json()["data"]["checks"][
        0
    ]["pages"]
    assert [(page["status"], page["reason"]) for page in pages] == [
        ("inconclusive", "not_available"),
        ("passed", None),
    ]


def test_job_out_of_time_enqueues_the_next_job(
    scenario: Scenario,
    browser_check: BrowserCheck,
    enqueued: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
):
    verification = run(scenario, checks=BOTH[1:], pages=("/", "/second"))
    monkeypatch.setattr(part_runner, "MAX_JOB_SECONDS", 0)

    jobs.run_verification_in_browser(str(verification.pk))
    part = VerificationPart.objects.get()

    assert (enqueued, part.lease_until, part.attempts, part.finished_at) == (
        [("remediation.run_verification_in_browser", str(verification.pk))],
        None,
        0,
        None,
    )


def test_reopened_verification_has_no_pending_part(scenario: Scenario, browser_check: BrowserCheck):
    verification = run(scenario, checks=BOTH)

    verdicts.reopen(verification.pk, by=scenario.actor)
    jobs.run_verification_in_browser(str(verification.pk))

    assert browser_check == []
    assert verification.parts.filter(finished_at__isnull=True).count() == 0


@pytest.mark.needs_chromium
def test_real_browser_verifies_a_browser_finding(scenario: Scenario, site: FaultySite):
    site.body = site.body.replace("Good things.", '<font color="#cccccc">Hardly to be read.</font>')
    verification = run(scenario, checks=["a11y_color_contrast", "security_header_csp"])

    jobs.run_verification_in_browser(str(verification.pk))

    pages = scenario.client.call("get", f"verifications/{verification.pk}/evidence").json()["data"]["checks"][
        0
    ]["pages"]
    assert [(page["status"], page["reason"]) for page in pages] == [("failed", None)]
    assert pages[0]["evidence"]["reached"] == {"127.0.0.1": "127.0.0.1"}
    assert statuses(verification) == {
        "a11y_color_contrast": "failed",
        "security_header_csp": "running",
        "running": True,
    }
