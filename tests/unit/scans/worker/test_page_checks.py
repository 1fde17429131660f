"""A scanner runs the checks that the policy enables; an error in one domain leaves the others complete."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from krafter_audit.http.client import Client
from scanner import engine, registry
from scanner.outcome import Outcome, passed
from scanner.page.context import PageContext
from scans.models import Scan, Scanner
from scans.worker import page_checks
from scans.worker.page_checks import CheckSelection
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE

CSP, TITLE, SITEMAP = "security_header_csp", "title_present", "https_redirect"
THREE = CheckSelection({CSP, TITLE, SITEMAP}, {})


@pytest.fixture
def context() -> Iterator[PageContext]:
    with Client() as client:
        yield PageContext(SITE, client)


def test_each_check_belongs_to_one_scanner() -> None:
    by_scanner = {scanner: page_checks.check_keys_of(scanner) for scanner in Scanner}

    assert sorted(key for keys in by_scanner.values() for key in keys) == sorted(registry.keys())
    kinds = {scanner: {registry.REGISTRY[key].kind for key in keys} for scanner, keys in by_scanner.items()}
    assert kinds == {"http": {"http", "tls"}, "browser": {"browser", "markup"}, "lab": {"lab"}}


@pytest.mark.django_db
def test_policy_disables_checks_and_sets_thresholds(scenario: Scenario) -> None:
    config = {"checks": {CSP: {"enabled": False}, "ttfb": {"threshold": 900}}}
    scenario.client.call("put", "policies/current", {"config": config})

    selection = CheckSelection.for_scan(Scan(project=scenario.project, url=SITE), "http")

    assert selection.keys == page_checks.check_keys_of("http") - {CSP}
    assert selection.thresholds["ttfb"] == 900


def test_checks_of_the_whole_site_run_on_the_start_page_only() -> None:
    site_wide = {key for key in page_checks.check_keys_of("http") if registry.REGISTRY[key].scope != "page"}
    selection = CheckSelection(page_checks.check_keys_of("http"), {})

    start, other = (set(selection.on_page(is_start=is_start)) for is_start in (True, False))

    assert site_wide
    assert start - other == site_wide


def test_error_in_one_domain_leaves_the_others_complete(
    context: PageContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_checks(
        context: PageContext, keys: Iterable[str], **options: Any
    ) -> Iterator[tuple[str, Outcome]]:
        for key in keys:
            if key == TITLE:
                raise RuntimeError("A check has a defect.")
            yield key, passed("Good.")

    monkeypatch.setattr(engine, "run_checks", run_checks)

    page = page_checks.run_checks(context, CheckSelection({CSP, TITLE}, {}), is_start=True)

    assert [(result.key, result.outcome.status) for result in page.results] == [(CSP, "passed")]
    assert page.failed_domains == {"seo"}


def test_every_selected_check_is_inconclusive_when_the_page_cannot_be_checked() -> None:
    page = page_checks.inconclusive_results(THREE, "timeout", "The page timed out.", is_start=True)

    assert {result.key for result in page.results} == THREE.keys
    assert {(result.outcome.status, result.outcome.reason) for result in page.results} == {
        ("inconclusive", "timeout")
    }
