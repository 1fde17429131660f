"""The pages of a finding come from its assets, their original outcomes from its evidence."""

from typing import Any

import pytest

from accounts.models import Project
from findings.models import Finding
from remediation.worker.finding_pages import open_pages, original_outcome, page_urls
from scanner.fetcher import RETRY_DELAYS
from tests import factories
from tests.fakes.website import Answer, Site, served

SITE = "https://example.com/"
CSP = "security_header_csp"
FAILED_BEFORE = {"status": "failed", "value": 3, "evidence": {"count": 2}}


def finding(*assets: dict[str, Any], evidence: dict[str, Any] | None = None) -> Finding:
    return Finding(
        project=Project(site_url=SITE),
        affected_assets=list(assets),
        evidence=evidence or {},
        check_keys=[CSP],
    )


def test_pages_are_the_distinct_absolute_urls_of_the_assets() -> None:
    found = finding(
        {"type": "url", "value": f"{SITE}a"},
        {"type": "page", "value": "/a"},
        {"type": "uri", "value": "b"},
        {"type": "package", "value": "left-pad"},
    )

    assert page_urls(found) == [f"{SITE}a", f"{SITE}b"]


def test_site_is_the_page_of_a_finding_without_page_assets() -> None:
    assert page_urls(finding({"type": "package", "value": "left-pad"})) == [SITE]


def test_invalid_url_stays_in_the_list() -> None:
    assert page_urls(finding({"type": "url", "value": "http://[::1"})) == ["http://[::1"]


@pytest.mark.parametrize("key", [{"key": CSP}, {}], ids=["of this check", "of every check"])
def test_original_outcome_is_read_from_the_evidence_of_the_page(key: dict[str, str]) -> None:
    pages = [{"url": f"{SITE}a", "outcome": None}, {"url": SITE, "outcome": FAILED_BEFORE, **key}]

    outcome = original_outcome(finding(evidence={"pages": pages}), SITE, CSP)

    assert (outcome.status, outcome.value, outcome.evidence) == ("failed", 3, {"count": 2})


@pytest.mark.parametrize(
    "pages",
    [
        None,
        5,
        ["a page"],
        [{"url": f"{SITE}other", "outcome": FAILED_BEFORE}],
        [{"url": SITE, "key": "title_present", "outcome": FAILED_BEFORE}],
        [{"url": SITE, "outcome": "failed"}],
        [{"url": SITE, "outcome": {"status": "failed", "evidence": 5}}],
    ],
    ids=repr,
)
def test_original_outcome_is_a_failure_without_details_when_none_was_stored(pages: Any) -> None:
    outcome = original_outcome(finding(evidence={"pages": pages}), SITE, CSP)

    assert (outcome.status, outcome.value, outcome.evidence) == ("failed", None, {})


@pytest.mark.django_db
def test_outage_of_the_site_is_waited_for_on_one_page_only(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    waited: list[float] = []
    monkeypatch.setattr("scanner.fetcher.time.sleep", waited.append)
    with served(Site(otherwise=Answer("busy", 503))) as site:
        down = factories.finding(factories.scenario(site_url=site.url), checks=[CSP])
        with open_pages(down, [f"{site.url}a", f"{site.url}b"], None, {}) as pages:
            outcomes = [page.run_check(CSP, {}) for page in pages]

    assert [outcome.reason for outcome in outcomes] == ["blocked", "blocked"]
    assert [seconds for seconds in waited if seconds in RETRY_DELAYS] == list(RETRY_DELAYS)
    assert site.paths() == ["/a", "/a", "/a", "/b"]
