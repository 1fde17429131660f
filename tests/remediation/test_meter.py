"""How far a check can be believed: does it contradict itself, and does what it let pass come back?"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from findings.models import Finding, Regression, Scan, ScanPage, ScanPart, ScanResult
from findings.services.ingestion import Sighting, ingest
from remediation import jobs, meter
from remediation.evidence import append
from remediation.models import CheckMeter, Task, Verification
from remediation.services import verdicts
from scanner import registry
from tests import factories, staff
from tests.factories import World

pytestmark = pytest.mark.django_db

CSP = "security_header_csp"
URL = "https://example.com/"


def answer(
    status: str, *, sha: str = "a1", header: str = "", looks: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    """What a look at a page keeps."""
    seen = {
        "sha256": sha,
        "status": 200,
        "final_url": URL,
        "headers": {"content-security-policy": header},
        "rule_version": 1,
    }
    return {"url": URL, "status": status, "evidence": {**seen, **({"looks": looks} if looks else {}), **more}}


def looked(world: World, *answers: dict[str, Any], key: str = CSP, of: Task | None = None) -> None:
    """Keep verifications of one task that saw these."""
    task = of or factories.task(world, of=factories.finding(world, checks=[key]))
    for one in answers:
        append(factories.verification(world, of=task), key, {"outcome": one["status"], "pages": [one]})


def scanned(world: World, status: str, *, key: str = CSP, **more: Any) -> None:
    """Keep a scan that saw this on the page."""
    seen = answer(status, **more)
    now = timezone.now()
    scan = Scan.objects.create(project=world.project, url=URL, trigger="manual")
    page = ScanPage.objects.create(
        part=ScanPart.objects.create(scan=scan, scanner="http"), position=0, url=URL, route=""
    )
    ScanResult.objects.create(
        scan=scan,
        page=page,
        key=key,
        version=1,
        outcome=status,
        evidence=seen["evidence"],
        duration_ms=1,
        seen_at=now,
    )


def approved(
    world: World, *, checks: str | list[str] = "passed", keys: list[str] | None = None, override: str = ""
) -> Verification:
    """Have a fix verified and approved."""
    task = factories.task(world, of=factories.finding(world, checks=keys or [CSP]), status="ready_verify")
    return verdicts.approve(
        factories.verification(world, of=task, checks=checks).pk, by=world.actor, override_reason=override
    )


def seen_again(world: World, verification: Verification, *, after: timedelta) -> None:
    """Let a scan see the finding again so long after the approval."""
    finding = verification.task.finding
    finding.refresh_from_db()
    ingest(world.project, [Sighting(finding.domain, finding.title)], by=world.actor)
    Regression.objects.filter(finding=finding).update(opened_at=verification.verified_at + after)


def measured(world: World, key: str = CSP) -> dict[str, Any]:
    """Measure and return the counts of a check."""
    jobs.measure(str(world.project.pk))
    row = CheckMeter.objects.filter(project=world.project, key=key).first()
    return {} if row is None else {name: getattr(row, name) for name in meter.COUNTS}


def flips(world: World, key: str = CSP) -> tuple[int, int, int]:
    """Looks, comparable ones, flips."""
    counts = measured(world, key)
    return counts["looks"], counts["compared"], counts["flips"]


def test_two_verdicts_on_the_same_answer_are_a_flip(world: World):
    looked(world, answer("failed"), answer("passed"), answer("passed"))

    assert flips(world) == (3, 2, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"sha": "b2"}, {"header": "default-src 'self'"}, {"status": 203}, {"final_url": URL + "start"},
        {"rule_version": 2}, {"threshold": 5},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_has_changed_is_not_compared(world: World, change: dict[str, Any]):
    after = answer("passed")
    named = {key: change[key] for key in ("sha", "header") if key in change}
    after = answer("passed", **named) if named else after
    after["evidence"] |= {} if named else change
    looked(world, answer("failed"), after)

    assert flips(world) == (2, 0, 0)


def test_looks_of_one_run_that_disagree_are_a_flip(world: World):
    looked(
        world,
        answer("failed", looks=["failed", "failed"]),
        answer("passed", sha="b2", looks=["failed", "passed", "passed"]),
    )

    assert flips(world) == (2, 2, 1)


def test_a_scan_that_fails_and_a_verification_that_passes_on_the_same_page_are_a_flip(world: World):
    scanned(world, "failed")
    looked(world, answer("passed"))

    assert flips(world) == (2, 1, 1)


def test_a_look_that_could_not_look_says_nothing(world: World):
    looked(world, answer("failed"), answer("inconclusive"), answer("failed"))

    assert flips(world) == (2, 1, 0)


def test_checks_that_look_further_than_what_is_kept_are_not_compared(world: World):
    looked(world, answer("failed"), answer("passed"), key="broken_internal_links")

    assert flips(world, "broken_internal_links") == (2, 0, 0)


def test_pages_and_projects_are_kept_apart(world: World):
    elsewhere = answer("passed") | {"url": URL + "other"}
    other = factories.world()
    looked(world, answer("failed"), elsewhere)
    looked(other, answer("passed"))

    assert (flips(world), flips(other)) == ((2, 0, 0), (1, 0, 0))


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(days=3), (1, 1, 1)), (timedelta(days=20), (1, 0, 1)), (timedelta(days=40), (1, 0, 0))],
)
def test_a_finding_that_is_seen_again_after_its_fix_came_back(
    world: World, after: timedelta, counts: tuple[int, ...]
):
    seen_again(world, approved(world), after=after)

    found = measured(world)
    assert (found["fixes"], found["back_in_7_days"], found["back_in_30_days"]) == counts


def test_an_approval_that_was_reopened_came_back(world: World):
    verification = approved(world)
    verdicts.reopen(verification.pk, by=world.actor)

    found = measured(world)
    assert (found["fixes"], found["back_in_7_days"]) == (1, 1)


def test_a_verification_that_was_never_approved_is_no_fix(world: World):
    verdicts.reopen(factories.verification(world).pk, by=world.actor)

    assert measured(world) == {}


def test_a_check_that_was_overridden_has_not_fixed_anything(world: World):
    approved(world, keys=[CSP, "csp_base_uri"], checks=["failed", "passed"], override="I know better.")

    assert (measured(world), measured(world, "csp_base_uri")["fixes"]) == ({}, 1)


def test_the_median_time_runs_from_the_finding_or_its_return(world: World):
    def fixed_after(hours: float, *, back: float | None = None) -> None:
        verification = approved(world)
        found: datetime = verification.verified_at - timedelta(hours=hours)  # type: ignore[operator]
        Finding.objects.filter(pk=verification.task.finding_id).update(created_at=found)
        if back:
            regression = factories.regression(world, of=verification.task.finding)
            opened = verification.verified_at - timedelta(hours=back)  # type: ignore[operator]
            Regression.objects.filter(pk=regression.pk).update(
                opened_at=opened, status="closed", closed_at=timezone.now()
            )

    fixed_after(2)
    fixed_after(500, back=10)
    fixed_after(30)

    jobs.measure(str(world.project.pk))

    assert CheckMeter.objects.get(key=CSP).median_hours == 10


def test_measuring_again_doubles_nothing_and_forgets_what_is_old(world: World):
    looked(world, answer("failed"), answer("passed"))
    first = measured(world)

    again = measured(world)
    Verification.objects.update(created_at=timezone.now() - timedelta(days=100))

    assert (first == again, measured(world)) == (True, {})


def test_only_projects_with_looks_of_late_are_measured(world: World, sent: list[tuple[str, ...]]):
    looked(world, answer("failed"))
    factories.world()

    jobs.measure_all()

    assert sent == [("remediation.measure", str(world.project.pk))]


def test_the_checks_are_listed_as_the_policy_has_them_with_their_meters(world: World):
    config = {"checks": {"ttfb": {"threshold": 900}, CSP: {"enabled": False}}}
    world.client.ask("put", "policies/current", {"config": config})
    looked(world, answer("failed"), answer("passed"))
    jobs.measure(str(world.project.pk))

    listed = {row["key"]: row for row in world.client.ask("get", "checks").json()["data"]}

    assert list(listed) == registry.keys()
    assert listed["ttfb"]["threshold"] == {"value": 900, "default": 600, "unit": "ms", "direction": "max"}
    assert (listed["ttfb"]["enabled"], listed["ttfb"]["meter"]) == (True, None)
    csp = listed[CSP]
    assert list(csp) == [
        "key", "domain", "kind", "title", "rule", "severity", "version", "enabled", "threshold", "meter",
    ]  # fmt: skip
    assert (csp["enabled"], csp["threshold"], csp["severity"], csp["kind"]) == (False, None, "high", "http")
    assert {name: csp["meter"][name] for name in ("looks", "compared", "flips", "flip_rate", "fixes")} == {
        "looks": 2, "compared": 1, "flips": 1, "flip_rate": 1, "fixes": 0,
    }  # fmt: skip


def test_reading_the_meters_costs_the_same_however_much_was_looked_at(world: World):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            world.client.ask("get", "checks")
        return len(captured)

    looked(world, answer("failed"))
    jobs.measure(str(world.project.pk))
    cost()
    before = cost()
    looked(world, *[answer("failed")] * 9)
    jobs.measure(str(world.project.pk))

    assert cost() == before


def test_staff_see_the_sums_over_all_projects_the_least_believable_first(world: World):
    looked(world, answer("failed"), answer("passed"))
    looked(factories.world(), answer("failed"), answer("failed"), key="csp_base_uri")
    for row in meter.active():
        jobs.measure(str(row.pk))

    page = staff.browser().get(staff.address(CheckMeter, "changelist"))

    assert [(line["key"], line["flipped"]) for line in page.context["sums"]] == [
        (CSP, "1 of 1 (100.0%)"), ("csp_base_uri", "0 of 1 (0.0%)"),
    ]  # fmt: skip
    assert "How far each check can be believed" in page.content.decode()
