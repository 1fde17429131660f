"""What Search Console's answers say is wrong: with a sitemap, and with a page that was inspected.

Each problem has a key, which is the check that verifies it: the same words judge the next answer.
Source: Search Console API, `urlInspection.index.inspect` and `sitemaps.list`. Google retired mobile usability in
December 2023 and answers it with VERDICT_UNSPECIFIED, so nothing is read of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from integrations.providers.recheck import Reply

FETCHED, ROBOTS, INDEXING = "gsc_page_fetched", "gsc_robots_allowed", "gsc_indexing_allowed"
CANONICAL, INDEXED, RICH, SITEMAP = "gsc_canonical_agreed", "gsc_indexed", "gsc_rich_results", "gsc_sitemap"
KEYS = (FETCHED, ROBOTS, INDEXING, CANONICAL, INDEXED, RICH, SITEMAP)

FETCHES = {
    "SERVER_ERROR": ("the server failed", "high"),
    "REDIRECT_ERROR": ("its redirects lead nowhere", "high"),
    "NOT_FOUND": ("it was not found", "medium"),
    "SOFT_404": ("it looks like an error page and says it is none", "medium"),
    "ACCESS_DENIED": ("it asks for a sign-in", "medium"),
    "ACCESS_FORBIDDEN": ("the server forbids it", "medium"),
    "BLOCKED_4XX": ("the server refuses it", "medium"),
    "INTERNAL_CRAWL_ERROR": ("Google's crawler failed", "low"),
    "INVALID_URL": ("the address is not valid", "low"),
}
BARRED = {
    "BLOCKED_BY_META_TAG": "a robots meta tag",
    "BLOCKED_BY_HTTP_HEADER": "the X-Robots-Tag header",
    "BLOCKED_BY_ROBOTS_TXT": "robots.txt",
}
VERDICTS = {"FAIL": "high", "PARTIAL": "medium", "NEUTRAL": "low"}
MEANT = frozenset({"Page with redirect", "Alternate page with proper canonical tag"})
MOST_ISSUES = 20


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; `says` follows the page's name in a title."""

    key: str
    severity: str
    says: str
    advice: str
    seen: Mapping[str, Any] = field(default_factory=dict)


def problems(result: Mapping[str, Any]) -> list[Problem]:
    """Return what an inspection says is wrong. A word that this build does not know is nothing wrong."""
    index = result.get("indexStatusResult") or {}
    found = [problem for judge in JUDGES if (problem := judge(index))]
    if not found:
        found += _not_indexed(index)
    return [*found, *_rich_results(result.get("richResultsResult") or {})]


def crawled_at(result: Mapping[str, Any]) -> datetime | None:
    """Return when Google looked at an inspected page last."""
    return moment((result.get("indexStatusResult") or {}).get("lastCrawlTime"))


def moment(written: Any) -> datetime | None:
    """Read one of Google's times, which are in UTC."""
    if not written:
        return None
    found = datetime.fromisoformat(str(written))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_known(key: str, result: Mapping[str, Any]) -> bool:
    """Tell whether an inspection has a word that this build knows on what a problem's key is about."""
    index = result.get("indexStatusResult") or {}
    rich = result.get("richResultsResult")
    if key == RICH:
        return rich is not None and rich.get("verdict") in {"PASS", *VERDICTS}
    return _KNOWN[key](index)


def _fetch(index: Mapping[str, Any]) -> Problem | None:
    state = index.get("pageFetchState")
    if state not in FETCHES:
        return None
    why, severity = FETCHES[state]
    advice = "See what the server answers to Googlebot at this address, and mend it or take its links away."
    return Problem(FETCHED, severity, f"could not be fetched by Google: {why}", advice, _of(index))


def _robots(index: Mapping[str, Any]) -> Problem | None:
    if index.get("robotsTxtState") != "DISALLOWED" and index.get("pageFetchState") != "BLOCKED_ROBOTS_TXT":
        return None
    advice = "Allow the address in robots.txt; to keep it out of the index, use noindex instead."
    return Problem(ROBOTS, "medium", "is kept from Google by robots.txt", advice, _of(index))


def _indexing(index: Mapping[str, Any]) -> Problem | None:
    how = BARRED.get(str(index.get("indexingState")))
    if how is None or how == "robots.txt" and _robots(index):
        return None
    advice = f"Take noindex out of {how} if the page is to be found; else take it out of the sitemap."
    return Problem(INDEXING, "medium", f"may not be indexed: {how} says so", advice, _of(index))


def _canonical(index: Mapping[str, Any]) -> Problem | None:
    ours, theirs = index.get("userCanonical"), index.get("googleCanonical")
    if not ours or not theirs or _same(ours, theirs):
        return None
    advice = (
        "Make the page's canonical link, its redirects, internal links and the sitemap name the same address."
    )
    return Problem(CANONICAL, "medium", "is indexed under another address than it names", advice, _of(index))


def _not_indexed(index: Mapping[str, Any]) -> Iterator[Problem]:
    """The verdict, where nothing else explains it and it is not what the page itself asks for."""
    severity, state = VERDICTS.get(str(index.get("verdict"))), str(index.get("coverageState") or "")
    if severity is None or state in MEANT:
        return
    says = f"is not in Google's index as it should be: {state or 'no reason is given'}"
    advice = "Read the inspection of the address in Search Console and mend what it names."
    yield Problem(INDEXED, severity, says, advice, _of(index))


JUDGES: tuple[Callable[[Mapping[str, Any]], Problem | None], ...] = (_fetch, _robots, _indexing, _canonical)


def _rich_results(rich: Mapping[str, Any]) -> Iterator[Problem]:
    issues = [
        {"type": detected.get("richResultType"), "says": issue.get("issueMessage")}
        for detected in rich.get("detectedItems") or []
        for item in detected.get("items") or []
        for issue in item.get("issues") or []
        if issue.get("severity") == "ERROR"
    ]
    if rich.get("verdict") != "FAIL" and not issues:
        return
    unlike = [issue for place, issue in enumerate(issues) if issue not in issues[:place]]
    advice = "Give the structured data what the type requires, and test it with Google's Rich Results Test."
    seen = {"verdict": rich.get("verdict"), "issues": unlike[:MOST_ISSUES]}
    yield Problem(RICH, "medium", "has structured data that Google cannot show", advice, seen)


def sitemap_problem(sitemap: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with a sitemap: errors before warnings; both are numbers in strings."""
    errors, warnings = int(sitemap.get("errors") or 0), int(sitemap.get("warnings") or 0)
    if sitemap.get("isPending") or not errors and not warnings:
        return None
    seen = {"errors": errors, "warnings": warnings, "last_downloaded": sitemap.get("lastDownloaded")}
    advice = "Open the sitemap in Search Console, mend what it lists, and submit it again."
    if errors:
        return Problem(SITEMAP, "medium", "has errors", advice, seen)
    return Problem(SITEMAP, "low", "has warnings", advice, seen)


def of_a_page(key: str, result: Mapping[str, Any], since: datetime) -> Reply:
    """Judge an inspection for the problem of this key. Google tells what it saw at its last crawl."""
    index = result.get("indexStatusResult") or {}
    found = [problem for problem in problems(result) if problem.key == key]
    seen = {**_of(index), "lastCrawlTime": index.get("lastCrawlTime"), "since": since.isoformat()}
    if not found and not is_known(key, result):
        return Reply(None, "Google says nothing of it, or in words that this build does not know.", seen)
    if not found:
        return Reply(True, "Google's inspection of the page finds nothing wrong with it.", seen)
    return _still_there(found[0], index.get("lastCrawlTime"), since, seen)


def of_a_sitemap(path: str, listed: Iterable[Mapping[str, Any]], since: datetime) -> Reply | None:
    """Judge one of the sitemaps; None where it is not listed."""
    for sitemap in listed:
        if sitemap.get("path") != path:
            continue
        seen = {name: sitemap.get(name) for name in ("errors", "warnings", "isPending", "lastDownloaded")}
        if sitemap.get("isPending"):
            return Reply(None, "Google has not read the sitemap yet.", seen)
        found = sitemap_problem(sitemap)
        if found is None:
            return Reply(True, "Google reads the sitemap without errors and warnings.", seen)
        return _still_there(found, sitemap.get("lastDownloaded"), since, seen)
    return None


def _still_there(problem: Problem, looked_at: Any, since: datetime, seen: Mapping[str, Any]) -> Reply:
    """A fault that Google saw before the fix was ready says nothing of the fix."""
    when_looked = moment(looked_at)
    if when_looked is None or when_looked <= since:
        when = f"last looked at {looked_at}" if looked_at else "has not looked"
        return Reply(None, f"Google {when}, before the fix was ready: ask it to look again.", seen)
    return Reply(False, f"Google looked after the fix was ready, and it {problem.says}.", seen)


def _of(index: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an inspection says of the index, but for what moves with every crawl."""
    names = (
        "verdict",
        "coverageState",
        "robotsTxtState",
        "indexingState",
        "pageFetchState",
        "googleCanonical",
        "userCanonical",
    )
    return {name: index[name] for name in names if index.get(name)}


def _same(one: str, other: str) -> bool:
    return one.rstrip("/").lower() == other.rstrip("/").lower()


_KNOWN: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    FETCHED: lambda index: index.get("pageFetchState") in {"SUCCESSFUL", *FETCHES},
    ROBOTS: lambda index: index.get("robotsTxtState") in {"ALLOWED", "DISALLOWED"},
    INDEXING: lambda index: index.get("indexingState") in {"INDEXING_ALLOWED", *BARRED},
    CANONICAL: lambda index: bool(index.get("googleCanonical")),
    INDEXED: lambda index: index.get("verdict") in {"PASS", *VERDICTS},
}
