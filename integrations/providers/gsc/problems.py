"""Problems that Search Console reports, with a sitemap or with an inspected page.

Each problem names the check that verifies it; the same functions judge the next response. Source: Search Console API,
`urlInspection.index.inspect` and `sitemaps.list`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.providers.findings import RecheckResult
from krafter_audit.http.timestamps import parse_timestamp

PAGE_FETCHED = "gsc_page_fetched"
ROBOTS_ALLOWED = "gsc_robots_allowed"
INDEXING_ALLOWED = "gsc_indexing_allowed"
CANONICAL_AGREED = "gsc_canonical_agreed"
INDEXED = "gsc_indexed"
RICH_RESULTS = "gsc_rich_results"
SITEMAP = "gsc_sitemap"
CHECKS = (PAGE_FETCHED, ROBOTS_ALLOWED, INDEXING_ALLOWED, CANONICAL_AGREED, INDEXED, RICH_RESULTS, SITEMAP)

FETCH_ERRORS = {
    "SERVER_ERROR": ("server error", "high"),
    "REDIRECT_ERROR": ("redirect error", "high"),
    "NOT_FOUND": ("not found (404)", "medium"),
    "SOFT_404": ("soft 404: it looks like an error page but has status 200", "medium"),
    "ACCESS_DENIED": ("sign-in required (401)", "medium"),
    "ACCESS_FORBIDDEN": ("access forbidden (403)", "medium"),
    "BLOCKED_4XX": ("blocked by another 4xx status", "medium"),
    "INTERNAL_CRAWL_ERROR": ("internal error of Google's crawler", "low"),
    "INVALID_URL": ("invalid URL", "low"),
}
INDEXING_BLOCKS = {
    "BLOCKED_BY_META_TAG": "a robots meta tag",
    "BLOCKED_BY_HTTP_HEADER": "the X-Robots-Tag header",
    "BLOCKED_BY_ROBOTS_TXT": "robots.txt",
}
VERDICT_SEVERITY = {"FAIL": "high", "PARTIAL": "medium", "NEUTRAL": "low"}
INTENDED_STATES = frozenset({"Page with redirect", "Alternate page with proper canonical tag"})
INDEX_MEMBERS = (
    "verdict",
    "coverageState",
    "robotsTxtState",
    "indexingState",
    "pageFetchState",
    "googleCanonical",
    "userCanonical",
)
MAX_RICH_RESULT_ISSUES = 20  # in the evidence

type Index = Mapping[str, Any]


@dataclass(frozen=True)
class SearchProblem:
    """A problem that Search Console reports about a page."""

    check: str
    severity: str
    predicate: str  # follows the page's URL in the finding's title
    fix: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


def page_problems(result: Mapping[str, Any]) -> list[SearchProblem]:
    index = result.get("indexStatusResult") or {}
    # A value that is unknown to this version is not a problem. Mobile usability is not read: Google retired it in
    # December 2023 and answers VERDICT_UNSPECIFIED.
    found = [problem for rule in RULES if (problem := rule(index))]
    if not found:
        found += _not_indexed(index)
    return [*found, *_rich_results(result.get("richResultsResult") or {})]


def has_index_status(result: Mapping[str, Any]) -> bool:
    return bool(_seen(result.get("indexStatusResult") or {}))


def crawled_at(result: Mapping[str, Any]) -> datetime | None:
    return timestamp((result.get("indexStatusResult") or {}).get("lastCrawlTime"))


def timestamp(value: Any) -> datetime | None:
    # Google's timestamps are UTC, with and without the Z.
    return parse_timestamp(str(value)) if value else None


def _fetch(index: Index) -> SearchProblem | None:
    state = index.get("pageFetchState")
    if state not in FETCH_ERRORS:
        return None
    reason, severity = FETCH_ERRORS[state]
    fix = "Check what the server answers to Googlebot at this URL; fix it or remove the links to it."
    return SearchProblem(
        PAGE_FETCHED, severity, f"could not be fetched by Google: {reason}", fix, _seen(index)
    )


def _robots(index: Index) -> SearchProblem | None:
    is_disallowed = index.get("robotsTxtState") == "DISALLOWED"
    if not is_disallowed and index.get("pageFetchState") != "BLOCKED_ROBOTS_TXT":
        return None
    fix = "Allow the URL in robots.txt; to keep it out of the index, use noindex instead."
    return SearchProblem(ROBOTS_ALLOWED, "medium", "is blocked by robots.txt", fix, _seen(index))


def _indexing(index: Index) -> SearchProblem | None:
    source = INDEXING_BLOCKS.get(str(index.get("indexingState")))
    if source is None or (source == "robots.txt" and _robots(index)):
        return None
    fix = f"Remove noindex from {source} if the page should be indexed; else remove it from the sitemap."
    return SearchProblem(
        INDEXING_ALLOWED, "medium", f"is excluded from indexing by {source}", fix, _seen(index)
    )


def _canonical(index: Index) -> SearchProblem | None:
    declared, chosen = index.get("userCanonical"), index.get("googleCanonical")
    if not declared or not chosen or declared.rstrip("/").lower() == chosen.rstrip("/").lower():
        return None
    fix = "Let the page's canonical link, its redirects, internal links and the sitemap name the same URL."
    predicate = "is indexed under another URL than its canonical link names"
    return SearchProblem(CANONICAL_AGREED, "medium", predicate, fix, _seen(index))


def _not_indexed(index: Index) -> Iterator[SearchProblem]:
    # The general verdict counts only where no rule explains it, and the page does not cause it by a redirect or a
    # canonical link.
    severity, state = (VERDICT_SEVERITY.get(str(index.get("verdict"))), str(index.get("coverageState") or ""))
    if severity is None or state in INTENDED_STATES:
        return
    predicate = f"is not indexed as expected: {state or 'no reason given'}"
    fix = "Read the inspection of the URL in Search Console and fix what it reports."
    yield SearchProblem(INDEXED, severity, predicate, fix, _seen(index))


RULES: tuple[Callable[[Index], SearchProblem | None], ...] = (_fetch, _robots, _indexing, _canonical)


def _rich_results(rich: Mapping[str, Any]) -> Iterator[SearchProblem]:
    issues: list[dict[str, Any]] = []
    for detected in rich.get("detectedItems") or []:
        for item in detected.get("items") or []:
            for issue in item.get("issues") or []:
                found = {"type": detected.get("richResultType"), "message": issue.get("issueMessage")}
                if issue.get("severity") == "ERROR" and found not in issues:
                    issues.append(found)
    if rich.get("verdict") != "FAIL" and not issues:
        return
    fix = "Add what the structured data's type requires, and test it with Google's Rich Results Test."
    evidence = {"verdict": rich.get("verdict"), "issues": issues[:MAX_RICH_RESULT_ISSUES]}
    yield SearchProblem(RICH_RESULTS, "medium", "has invalid structured data", fix, evidence)


def sitemap_problem(sitemap: Mapping[str, Any]) -> SearchProblem | None:
    # Numbers in strings.
    errors, warnings = int(sitemap.get("errors") or 0), int(sitemap.get("warnings") or 0)
    if sitemap.get("isPending") or not (errors or warnings):
        return None
    evidence = {"errors": errors, "warnings": warnings, "last_downloaded": sitemap.get("lastDownloaded")}
    fix = "Open the sitemap in Search Console, fix what it reports, and submit it again."
    if errors:
        return SearchProblem(SITEMAP, "medium", "has errors", fix, evidence)
    return SearchProblem(SITEMAP, "low", "has warnings", fix, evidence)


def page_result(check: str, result: Mapping[str, Any], since: datetime) -> RecheckResult:
    index = result.get("indexStatusResult") or {}
    evidence = {**_seen(index), "lastCrawlTime": index.get("lastCrawlTime"), "since": since.isoformat()}
    found = [problem for problem in page_problems(result) if problem.check == check]
    if found:
        return _still_present(found[0], index.get("lastCrawlTime"), since, evidence)
    if not _is_reported(check, result):
        message = "Google reports nothing about it, or a value that this version does not know."
        return RecheckResult(None, message, evidence)
    return RecheckResult(True, "Google's inspection of the page reports no problem.", evidence)


def sitemap_result(path: str, sitemaps: Iterable[Mapping[str, Any]], since: datetime) -> RecheckResult | None:
    """Judge one of the sitemaps; None if it is not listed."""
    for sitemap in sitemaps:
        if sitemap.get("path") != path:
            continue
        evidence = {name: sitemap.get(name) for name in ("errors", "warnings", "isPending", "lastDownloaded")}
        if sitemap.get("isPending"):
            return RecheckResult(None, "Google has not read the sitemap yet.", evidence)
        found = sitemap_problem(sitemap)
        if found is None:
            return RecheckResult(True, "Google reads the sitemap without errors or warnings.", evidence)
        return _still_present(found, sitemap.get("lastDownloaded"), since, evidence)
    return None


def _is_reported(check: str, result: Mapping[str, Any]) -> bool:
    # A missing or unknown value must not count as a fix.
    if check == RICH_RESULTS:
        rich = result.get("richResultsResult")
        return rich is not None and rich.get("verdict") in {"PASS", *VERDICT_SEVERITY}
    return KNOWN_VALUES[check](result.get("indexStatusResult") or {})


def _still_present(
    problem: SearchProblem, seen_at: Any, since: datetime, evidence: Mapping[str, Any]
) -> RecheckResult:
    # Google reports its last crawl: a problem from before the fix says nothing about the fix.
    moment = timestamp(seen_at)
    if moment is None or moment <= since:
        last = f"last crawled it at {seen_at}" if seen_at else "has not crawled it"
        message = f"Google {last}, before the fix was ready: request indexing, then verify again."
        return RecheckResult(None, message, evidence)
    return RecheckResult(
        False, f"Google crawled it after the fix was ready: it {problem.predicate}.", evidence
    )


def _seen(index: Index) -> dict[str, Any]:
    # Without the values that change with every crawl, which would change the finding at every sync.
    return {name: index[name] for name in INDEX_MEMBERS if index.get(name)}


KNOWN_VALUES: dict[str, Callable[[Index], bool]] = {
    PAGE_FETCHED: lambda index: index.get("pageFetchState") in {"SUCCESSFUL", *FETCH_ERRORS},
    ROBOTS_ALLOWED: lambda index: index.get("robotsTxtState") in {"ALLOWED", "DISALLOWED"},
    INDEXING_ALLOWED: lambda index: index.get("indexingState") in {"INDEXING_ALLOWED", *INDEXING_BLOCKS},
    CANONICAL_AGREED: lambda index: bool(index.get("googleCanonical")),
    INDEXED: lambda index: index.get("verdict") in {"PASS", *VERDICT_SEVERITY},
}
