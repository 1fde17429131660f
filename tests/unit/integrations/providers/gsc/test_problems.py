"""The problems in the responses of Search Console."""

from typing import Any

import pytest

from integrations.providers.gsc.problems import page_problems
from tests.fakes.gsc import RICH_RESULTS, inspection
from tests.fakes.specs import load_spec, requires_spec


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (inspection(), []),
        (inspection(robotsTxtState="DISALLOWED"), [("gsc_robots_allowed", "medium")]),
        (inspection(pageFetchState="BLOCKED_ROBOTS_TXT"), [("gsc_robots_allowed", "medium")]),
        (
            inspection(verdict="NEUTRAL", indexingState="BLOCKED_BY_META_TAG"),
            [("gsc_indexing_allowed", "medium")],
        ),
        (inspection(pageFetchState="SOFT_404"), [("gsc_page_fetched", "medium")]),
        (
            inspection(
                userCanonical="https://example.com/a",
                googleCanonical="https://example.com/b",
                verdict="NEUTRAL",
            ),
            [("gsc_canonical_agreed", "medium")],
        ),
        (inspection(userCanonical="https://example.com/a/", googleCanonical="https://example.com/a"), []),
        (inspection(verdict="FAIL", coverageState="Crawled, not indexed"), [("gsc_indexed", "high")]),
        (
            inspection(verdict="NEUTRAL", coverageState="Discovered - currently not indexed"),
            [("gsc_indexed", "low")],
        ),
        (inspection(verdict="NEUTRAL", coverageState="Page with redirect"), []),
        (inspection(verdict="NEUTRAL", coverageState="Alternate page with proper canonical tag"), []),
        (inspection(verdict="VERDICT_UNSPECIFIED"), []),
        (inspection(verdict="SOMETHING_NEW", pageFetchState="NEW", robotsTxtState="NEW"), []),
        ({**inspection(), "richResultsResult": RICH_RESULTS}, [("gsc_rich_results", "medium")]),
        ({"mobileUsabilityResult": {"verdict": "FAIL"}}, []),
        ({}, []),
    ],
)
def test_inspection_reports_its_problems(result: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(problem.check, problem.severity) for problem in page_problems(result)] == expected


def test_repeated_rich_result_issue_is_listed_once() -> None:
    (problem,) = page_problems({**inspection(), "richResultsResult": RICH_RESULTS})

    assert problem.evidence["issues"] == [{"type": "Products", "message": "Missing field 'price'"}]


@requires_spec("gsc.json")
def test_responses_of_the_fake_conform_to_the_description() -> None:
    response = {"inspectionResult": {**inspection(userCanonical="x"), "richResultsResult": RICH_RESULTS}}
    forms = load_spec("gsc.json").d["components"]["schemas"]
    sitemap = {"path": "https://example.com/s.xml", "errors": "3", "warnings": "0", "isPending": False}

    assert load_spec("gsc.json")._errs(forms["InspectUrlIndexResponse"], response, "answer") == []
    assert load_spec("gsc.json")._errs(forms["SitemapsListResponse"], {"sitemap": [sitemap]}, "answer") == []
