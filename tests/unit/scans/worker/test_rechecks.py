"""Failures that were believed after one run are repeated once two runs of the check have disagreed."""

from contextlib import closing

import pytest

from findings.models import Finding
from scanner import registry
from scanner.confirmation import CONFIRM_EVERYTHING
from scanner.outcome import Outcome, failed, passed
from scanner.page.context import PageContext
from scans.models import ScanPage, ScanResult
from scans.worker import finalization, page_checks, page_leases, scan_session
from scans.worker.page_checks import CheckResult, PageResults
from scans.worker.page_leases import WorkerKind
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import FOUR_PAGES, lease_pages, started, store

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KEY = "title_present"
AT_ONE_LOOK = failed("No title.").with_evidence({"confirmed": False})
CONFIRMED = failed("No title.").with_evidence({"runs": ["failed", "failed"]})
CONTRADICTED = passed("There it is.").with_evidence({"runs": ["failed", "passed", "passed"]})


def checked(scenario: Scenario, outcomes: list[Outcome]) -> list[ScanPage]:
    registry.load()
    pages = lease_pages(started(scenario, FOUR_PAGES))
    for page, outcome in zip(pages, outcomes, strict=True):
        store(page, KEY, outcome)
    finalization.continue_part(pages[0].part_id)
    return pages


def outcomes_of(pages: list[ScanPage]) -> list[str]:
    rows = ScanResult.objects.filter(page__in=pages).order_by("page__position")
    return list(rows.values_list("outcome", flat=True))


def test_unconfirmed_failures_of_a_contradicted_check_are_repeated_before_the_part_finishes(
    scenario: Scenario,
) -> None:
    pages = checked(scenario, [CONFIRMED, CONTRADICTED, AT_ONE_LOOK, AT_ONE_LOOK])
    pages[0].part.refresh_from_db()
    between = (pages[0].part.finished_at, Finding.objects.count())

    work = page_leases.lease_next(WorkerKind.HTTP, limit=5, is_idle=True)
    assert work is not None
    for page, outcome in zip(work.pages, [passed("There it is."), CONFIRMED], strict=True):
        assert page.recheck_keys == [KEY]
        store(page, KEY, outcome)
    finalization.continue_part(pages[0].part_id)

    pages[0].part.refresh_from_db()
    assert between == (None, 0)
    assert [page.position for page in work.pages] == [2, 3]
    assert outcomes_of(pages) == ["failed", "passed", "passed", "failed"]
    assert pages[0].part.finished_at is not None
    assert [asset["value"] for asset in Finding.objects.get().affected_assets] == [
        FOUR_PAGES[0],
        FOUR_PAGES[3],
    ]


@pytest.mark.parametrize(
    "outcomes",
    [
        [CONFIRMED, CONFIRMED, AT_ONE_LOOK, AT_ONE_LOOK],
        [CONTRADICTED, CONFIRMED, CONFIRMED, CONFIRMED],
        [passed("There it is.")] * 4,
    ],
    ids=["not contradicted", "all confirmed", "all passed"],
)
def test_nothing_is_repeated(scenario: Scenario, outcomes: list[Outcome]) -> None:
    pages = checked(scenario, outcomes)

    pages[0].part.refresh_from_db()
    assert pages[0].part.finished_at is not None
    assert not ScanPage.objects.filter(pending=True).exists()


def test_repeated_check_runs_alone_with_its_confirmation(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = checked(scenario, [CONFIRMED, CONTRADICTED, AT_ONE_LOOK, passed("There it is.")])
    ran = []

    def run_checks(
        context: PageContext, selection: page_checks.CheckSelection, **options: object
    ) -> PageResults:
        ran.append((context.url, set(selection.keys), options["confirmation"], context.rendered.keep_cache))
        return PageResults([CheckResult(KEY, CONFIRMED, 1.0)])

    monkeypatch.setattr(page_checks, "run_checks", run_checks)
    work = page_leases.lease_next(WorkerKind.HTTP, limit=5, is_idle=True)
    assert work is not None
    with closing(scan_session.ScanSession(work.scan, with_browser=False)) as session:
        page = work.pages[0]
        selection = page_checks.CheckSelection({KEY, "doctype"}, {}).only(set(page.recheck_keys))
        session.check(page, selection)

    assert ran == [(pages[2].url, {KEY}, CONFIRM_EVERYTHING, False)]
