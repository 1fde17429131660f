"""Google Search Console: sitemaps with errors and pages that Google does not index come in as SEO findings.

Credentials: a sign-in or a service account (`google.py`; scope `webmasters.readonly`) and `site_url`, the property
as Search Console writes it: `https://example.com/` or `sc-domain:example.com`. It may be left out where the account
sees one property alone.
There is no list of what Google found wrong, so pages are inspected one by one: those with the most impressions
first, then those that the house knows of. 2,000 a day are allowed; what was inspected is remembered for a week.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.providers.base import Absent, Expired, OAuth, Refused, RemoteFinding, Source, Unavailable
from integrations.providers.google.client import SCOPES, TOKENS, Google
from integrations.providers.gsc.problems import (
    KEYS,
    SITEMAP,
    Problem,
    crawled_at,
    moment,
    of_a_page,
    of_a_sitemap,
    problems,
    sitemap_problem,
)
from integrations.providers.recheck import Reply

A_DAY = 1_900  # inspections; Google allows 2,000 for a property and leaves none to people then
A_SYNC = 400
PAUSE = 0.11  # seconds between inspections: 600 a minute are allowed
LOOKED_AT_AGAIN = 7  # days
MOST_KNOWN = 5_000  # pages that are kept an eye on
ROWS = 25_000  # what search analytics gives at once
MOST_ROWS = 200_000
PERIOD = timedelta(days=28)
FINAL_AFTER = timedelta(days=3)
MOST_REFUSED = 3  # pages in a row: then it is not the page
PACIFIC = timezone(timedelta(hours=-8))  # where Google's day begins
LONGEST_NAME = 150


class SearchConsole(Google):
    """One property."""

    name = "gsc"
    title = "Google Search Console"
    api_url = "https://searchconsole.googleapis.com"
    oauth = OAuth(TOKENS, scope=f"{SCOPES}webmasters.readonly")
    checks = KEYS
    chosen = ("site_url",)
    _found_site: str | None = None

    @property
    def place(self) -> str:  # type: ignore[override]  # a word elsewhere
        """The property, for a refusal's sentence."""
        return str(self.credentials.get("site_url") or "the property")

    @property
    def site(self) -> str:
        """The property that the credentials name, or the only one that there is."""
        if self._found_site is None:
            named = self.credentials.get("site_url")
            self._found_site = self.credential("site_url") if named else self._only_site()
        return self._found_site

    def check(self) -> None:
        """See that the account may read the property."""
        answer = self.ask("GET", f"/webmasters/v3/sites/{self._encoded}")
        level = self.read(answer, lambda site: site["permissionLevel"])
        if level == "SITE_UNVERIFIED_USER":
            raise Refused(f"{self.site} is not verified for this account: verify it in Search Console.")

    def sources(self) -> Sequence[Source]:
        """List what can be asked for."""
        return (Source("sitemaps", self._sitemaps), Source("URL inspections", self._inspections))

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """Inspect the page once more, or read the list of sitemaps."""
        if evidence.get("property") != self.site:
            raise Refused("The finding is of another property than the one that is connected.")
        page = str(evidence["page"])
        if key != SITEMAP:
            return self.inspect(page, lambda result: of_a_page(key, result, since))
        reply = self.sitemaps(lambda listed: of_a_sitemap(page, listed, since))
        if reply is None:
            raise Absent("The sitemap is no longer among those that were submitted.")
        return reply

    def inspect[Parsed](self, address: str, parse: Callable[[Any], Parsed]) -> Parsed:
        """Return what `parse` reads from Google's answer about one page of the property."""
        body = {"inspectionUrl": address, "siteUrl": self.site, "languageCode": "en-US"}
        answer = self.ask("POST", "/v1/urlInspection/index:inspect", json=body, repeatable=True)
        return self.read(answer, lambda told: parse(told["inspectionResult"]))

    def sitemaps[Parsed](self, parse: Callable[[Any], Parsed]) -> Parsed:
        """Return what `parse` reads from the list of sitemaps that were submitted."""
        answer = self.ask("GET", f"/webmasters/v3/sites/{self._encoded}/sitemaps")
        return self.read(answer, lambda told: parse(told.get("sitemap") or []))

    @property
    def _encoded(self) -> str:
        return quote(self.site, safe="")

    def _only_site(self) -> str:
        answer = self.ask("GET", "/webmasters/v3/sites")
        entries = self.read(answer, lambda told: [site["siteUrl"] for site in told.get("siteEntry") or []])
        if len(entries) == 1:
            return str(entries[0])
        seen = ", ".join(entries[:10]) or "none"
        raise Refused(f"Name the property as site_url. This account sees: {seen}.")

    def _sitemaps(self) -> Iterator[Sequence[RemoteFinding]]:
        yield self.sitemaps(
            lambda listed: [
                self._finding(str(sitemap["path"]), problem, seen_at=moment(sitemap.get("lastDownloaded")))
                for sitemap in listed
                if (problem := sitemap_problem(sitemap))
            ]
        )

    def _inspections(self) -> Iterator[Sequence[RemoteFinding]]:
        """Inspect the pages whose turn it is, within the day's quota and the sync's share of it."""
        today = datetime.now(PACIFIC).date()
        seen = self._remembered(today)
        shown = self._impressions(today)
        refused = 0
        for address in self._whose_turn(shown, seen, today):
            if self.memory["count"] >= A_DAY or self.memory["left"] <= 0:
                self.notes.append("More pages wait to be inspected: they follow in later syncs.")
                break
            self.memory["count"] += 1
            self.memory["left"] -= 1
            try:
                yield self._wrong_with(address, shown.get(address, 0))
                refused = 0
            except Expired:
                raise
            except Refused as refusal:
                refused += 1
                if refused >= MOST_REFUSED:
                    raise
                self.notes.append(f"{address[:200]} was not inspected: {refusal}")
            except Unavailable as outage:
                if not _lasts(outage):
                    raise
                self.notes.append(
                    "Google's quota of inspections is used up: the rest follows in later syncs."
                )
                break
            seen[_short(address)] = today.toordinal()
            self._sleep(PAUSE)
        del self.memory["left"]

    def _wrong_with(self, address: str, shown: int) -> list[RemoteFinding]:
        return self.inspect(
            address,
            lambda result: [
                self._finding(address, problem, shown, seen_at=crawled_at(result))
                for problem in problems(result)
            ],
        )

    def _remembered(self, today: date) -> dict[str, int]:
        """Return which page was inspected on which day. What a sync may still ask outlives a pause of it."""
        if self.memory.get("day") != today.isoformat():
            self.memory["day"], self.memory["count"] = today.isoformat(), 0
        if self.memory.get("site") != self.site:
            self.memory["site"], self.memory["seen"] = self.site, {}
        self.memory.setdefault("left", A_SYNC)
        seen: dict[str, int] = self.memory["seen"]
        return seen

    def _whose_turn(self, shown: Mapping[str, int], seen: dict[str, int], today: date) -> list[str]:
        """Return the pages to inspect: never inspected ones first, each kind by impressions."""
        ranked = heapq.nlargest(MOST_KNOWN, shown, key=lambda address: shown[address])
        others = [address for address in self.known_urls() if address not in shown and self._is_ours(address)]
        watched = list(dict.fromkeys([*ranked, *others]))[:MOST_KNOWN]
        kept = {_short(address) for address in watched}
        for gone in seen.keys() - kept:
            del seen[gone]
        due = [a for a in watched if today.toordinal() - seen.get(_short(a), 0) >= LOOKED_AT_AGAIN]
        return sorted(due, key=lambda address: seen.get(_short(address), 0))

    def _impressions(self, today: date) -> dict[str, int]:
        """Return how often each page was shown in Google's results, in the last four weeks of final data."""
        until = today - FINAL_AFTER
        body = {
            "startDate": (until - PERIOD).isoformat(),
            "endDate": until.isoformat(),
            "dimensions": ["PAGE"],
            "rowLimit": ROWS,
            "dataState": "FINAL",
        }
        path = f"/webmasters/v3/sites/{self._encoded}/searchAnalytics/query"
        shown: dict[str, int] = {}
        for start in range(0, MOST_ROWS, ROWS):
            answer = self.ask("POST", path, json={**body, "startRow": start}, repeatable=True)
            rows = self.read(answer, lambda told: [_row(row) for row in told.get("rows") or []])
            shown |= dict(rows)
            if len(rows) < ROWS:
                break
        return {address: count for address, count in shown.items() if self._is_ours(address)}

    def _is_ours(self, address: str) -> bool:
        """Tell whether an address is in the property: Google refuses to inspect others."""
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            return False
        if self.site.startswith("sc-domain:"):
            domain = self.site.removeprefix("sc-domain:").lower()
            return host == domain or host.endswith(f".{domain}")
        return address.startswith(self.site)

    def _finding(
        self, address: str, problem: Problem, shown: int = 0, *, seen_at: datetime | None = None
    ) -> RemoteFinding:
        label = _label(address)
        where = f"https://search.google.com/search-console?resource_id={self._encoded}"
        return RemoteFinding(
            external_id=f"gsc/{_short(self.site)}/{problem.key}/{_short(address)}",
            url=where,
            domain="seo",
            title=f"{label} {problem.says}",
            severity=problem.severity,
            description=f"Search Console says: {label} {problem.says}.",
            assets=(("sitemap" if problem.key == "gsc_sitemap" else "url", address),),
            evidence={
                "property": self.site,
                "page": address,
                "seen": dict(problem.seen),
                "shown": _magnitude(shown),
                "checks": [problem.key],
            },
            fix={
                "summary": problem.advice,
                "steps": [problem.advice, "Ask Google to look again: inspect the address in Search Console."],
                "references": ["https://support.google.com/webmasters/answer/9012289"],
            },
            seen_at=seen_at,
        )


def _lasts(outage: Unavailable) -> bool:
    """Tell a quota that is used up from a pause of a minute."""
    return outage.retry_at is not None and outage.retry_at > datetime.now(UTC) + timedelta(minutes=5)


def _row(row: Any) -> tuple[str, int]:
    return str(row["keys"][0]), int(row.get("impressions") or 0)


def _short(text: str) -> str:
    """Return a short name for an address: the memory of 5,000 pages stays small."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _label(address: str) -> str:
    if len(address) <= LONGEST_NAME:
        return address
    return f"{address[:LONGEST_NAME]}… ({_short(address)[:8]})"


def _magnitude(shown: int) -> str:
    """Return how often a page was shown, so roughly that it is the same words next week."""
    if shown <= 0:
        return "not in the last four weeks"
    return f"{10 ** (len(str(shown)) - 1):,} times or more in four weeks"
