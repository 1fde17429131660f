"""Sitemaps with errors and pages that Google does not index, as SEO findings."""

import hashlib
import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from integrations.providers.errors import (
    OtherAccount,
    ProviderRefused,
    ProviderUnavailable,
    ResourceMissing,
    UnreadableResponse,
)
from integrations.providers.findings import FindingSource, RecheckResult
from integrations.providers.gsc.client import SearchConsoleClient
from integrations.providers.gsc.problems import (
    CHECKS,
    SITEMAP,
    SearchProblem,
    crawled_at,
    has_index_status,
    page_problems,
    page_result,
    sitemap_problem,
    sitemap_result,
    timestamp,
)
from integrations.providers.types import FindingList, RemoteFinding, text

MAX_INSPECTIONS_A_DAY = 1_900  # Google allows 2,000 for a property; some are left to people
MAX_INSPECTIONS_A_SYNC = 400
SECONDS_BETWEEN_INSPECTIONS = 0.11  # Google allows 600 a minute
INSPECTION_INTERVAL_DAYS = 7
MAX_PAGES_WATCHED = 5_000  # those with the most impressions are inspected
MAX_REFUSED_IN_A_ROW = 3  # then the cause is not the page
# Without daylight saving time: in summer the quota's day begins an hour later than Google's.
PACIFIC_TIME = timezone(timedelta(hours=-8))  # in which Google's day begins
MAX_URL_LENGTH = 150
HELP_URL = "https://support.google.com/webmasters/answer/9012289"


class SearchConsole(SearchConsoleClient, FindingSource):
    checks = CHECKS
    uses_known_urls = True

    def finding_lists(self) -> Sequence[FindingList]:
        return (FindingList("sitemaps", self._sitemaps), FindingList("URL inspections", self._inspections))

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        if evidence.get("property") != self.site:
            raise OtherAccount("The finding belongs to another property than the connected one.")
        page = evidence.get("page")
        if not isinstance(page, str) or evidence.get("source") != self._external_id(key, page):
            raise OtherAccount("The finding names no page of the connected property.")
        if key != SITEMAP:
            return self.inspect(page, lambda result: page_result(key, result, since))
        found = self.list_sitemaps(lambda sitemaps: sitemap_result(page, sitemaps, since))
        if found is None:
            raise ResourceMissing("The sitemap is no longer among the submitted ones.")
        return found

    def _sitemaps(self) -> Iterator[Sequence[RemoteFinding]]:
        read = self.list_sitemaps(
            lambda sitemaps: self.read_rows(sitemaps, self._sitemap_finding, lambda sitemap: sitemap["path"])
        )
        yield [finding for finding in read if finding]

    def _sitemap_finding(self, sitemap: Any) -> RemoteFinding | None:
        problem, path = sitemap_problem(sitemap), text(sitemap["path"])
        if problem is None:
            return None
        return self._finding(path, problem, observed_at=timestamp(sitemap.get("lastDownloaded")))

    def _inspections(self) -> Iterator[Sequence[RemoteFinding]]:
        # Google has no list of problems, so that pages are inspected one by one, within the quota of the day.
        today = datetime.now(PACIFIC_TIME).date()
        inspected = self._inspected_pages(today)
        impressions = self.impressions(today)
        refused = 0
        for url in self._due_pages(impressions, inspected, today):
            if self.sync_state["count"] >= MAX_INSPECTIONS_A_DAY or self.sync_state["left"] <= 0:
                self.notes.append("More pages are due for inspection; later syncs inspect them.")
                break
            self.sync_state["count"] += 1
            self.sync_state["left"] -= 1
            inspected_on = today.toordinal()
            try:
                yield self._page_findings(url, impressions.get(url, 0))
                refused = 0
            except (ProviderRefused, UnreadableResponse) as error:
                refused += 1
                if refused >= MAX_REFUSED_IN_A_ROW:
                    raise
                self.notes.append(f"{url[:200]} was not inspected: {error}")
                inspected_on += 1 - INSPECTION_INTERVAL_DAYS  # so that it is due tomorrow
            except ProviderUnavailable as error:
                if not _is_quota_exhausted(error):
                    raise
                self.notes.append("Google's quota of inspections is exhausted; later syncs inspect the rest.")
                break
            inspected[_digest(url)] = inspected_on
            self._sleep(SECONDS_BETWEEN_INSPECTIONS)
        del self.sync_state["left"]

    def _page_findings(self, url: str, impressions: int) -> list[RemoteFinding]:
        def read(result: Any) -> list[RemoteFinding]:
            # Otherwise the page would count as inspected and free of problems.
            if not has_index_status(result):
                raise ProviderRefused("Google's answer has no index status.")
            return [
                self._finding(url, problem, impressions, observed_at=crawled_at(result))
                for problem in page_problems(result)
            ]

        return self.inspect(url, read)

    def _inspected_pages(self, today: date) -> dict[str, int]:
        # The count of a sync's inspections is stored while it is paused: a resumed run does not start it again.
        state = self.sync_state
        if state.get("day") != today.isoformat():
            state["day"], state["count"] = today.isoformat(), 0
        if state.get("site") != self.site:
            state["site"], state["seen"] = self.site, {}
        state.setdefault("left", MAX_INSPECTIONS_A_SYNC)
        return state["seen"]

    def _due_pages(self, impressions: Mapping[str, int], inspected: dict[str, int], today: date) -> list[str]:
        # Pages with the most impressions first, then the project's own; never inspected ones before all others.
        ranked = heapq.nlargest(MAX_PAGES_WATCHED, impressions, key=lambda url: impressions[url])
        known = [url for url in self.known_urls if url not in impressions and self.contains(url)]
        watched = list(dict.fromkeys([*ranked, *known]))[:MAX_PAGES_WATCHED]
        for unwatched in inspected.keys() - {_digest(url) for url in watched}:
            del inspected[unwatched]
        last = {url: inspected.get(_digest(url), 0) for url in watched}
        due = [url for url in watched if today.toordinal() - last[url] >= INSPECTION_INTERVAL_DAYS]
        return sorted(due, key=lambda url: last[url])

    def _finding(
        self, url: str, problem: SearchProblem, impressions: int = 0, *, observed_at: datetime | None = None
    ) -> RemoteFinding:
        name = _shortened(url)
        property_url = f"https://search.google.com/search-console?resource_id={quote(self.site, safe='')}"
        return RemoteFinding(
            external_id=self._external_id(problem.check, url),
            url=property_url,
            domain="seo",
            title=f"{name} {problem.predicate}",
            severity=problem.severity,
            description=f"Search Console reports: {name} {problem.predicate}.",
            assets=(("sitemap" if problem.check == SITEMAP else "url", url),),
            evidence={
                "property": self.site,
                "page": url,
                "seen": dict(problem.evidence),
                "shown": _magnitude(impressions),
                "checks": [problem.check],
            },
            fix={
                "summary": problem.fix,
                "steps": [problem.fix, "Inspect the URL in Search Console and request indexing."],
                "references": [HELP_URL],
            },
            observed_at=observed_at,
        )

    def _external_id(self, check: str, url: str) -> str:
        return f"gsc/{_digest(self.site)}/{check}/{_digest(url)}"


def _is_quota_exhausted(error: ProviderUnavailable) -> bool:
    # A pause of a minute is a rate limit, after which the sync continues.
    return error.retry_at is not None and error.retry_at > datetime.now(UTC) + timedelta(minutes=5)


def _digest(text: str) -> str:
    # A short key: the state of 5,000 pages stays small.
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shortened(url: str) -> str:
    return url if len(url) <= MAX_URL_LENGTH else f"{url[:MAX_URL_LENGTH]}… ({_digest(url)[:8]})"


def _magnitude(impressions: int) -> str:
    # The exact number would change the finding at every sync.
    if impressions <= 0:
        return "no impressions in four weeks"
    return f"at least {10 ** (len(str(impressions)) - 1):,} impressions in four weeks"
