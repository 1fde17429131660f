"""Google Analytics 4: how often each page is looked at weighs the findings about it (Data API v1beta).

Credentials: a sign-in or a service account (`google.py`; scope `analytics.readonly`) and `property_id`, the digits
of the property. It may be left out where the account sees one property alone; where it sees several, the refusal
names them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.base import OAuth, Refused
from integrations.providers.google.client import SCOPES, TOKENS, Google
from integrations.providers.traffic import Meter, Traffic, page_of
from krafter_audit.http.client import Response

PROPERTY = re.compile(r"(?:properties/)?(\d{1,20})")
ADMIN_URL = "https://analyticsadmin.googleapis.com"
DAYS = 28
ROWS, MOST_ROWS = 50_000, 250_000  # Google gives 250,000 at once, of which a body here holds fewer
MOST_SUMMARIES = 50  # pages of accounts
RESERVE = 2_000  # tokens of an hour that are left to people
INCOMPLETE = {
    "subjectToThresholding": "Analytics holds back pages with few visitors.",
    "samplingMetadatas": "Analytics counted a sample of the visits.",
    "dataLossFromOtherRow": "Analytics put the rarest pages together, which are not weighed.",
}


class Analytics(Google, Meter):
    """One property."""

    name = "ga4"
    title = "Google Analytics"
    api_url = "https://analyticsdata.googleapis.com"
    oauth = OAuth(TOKENS, scope=f"{SCOPES}analytics.readonly")
    chosen = ("property_id",)
    place = "the property"
    _found: str | None = None

    @property
    def property_id(self) -> str:
        """The property that the credentials name, or the only one that there is."""
        if self._found is None:
            named = self.credentials.get("property_id")
            self._found = _digits(named) if named else self._only_property()
        return self._found

    def check(self) -> None:
        """See that the account may read reports of the property."""
        path = f"/v1beta/properties/{self.property_id}/metadata"
        self.read(self.ask("GET", path), lambda told: told["metrics"])

    def traffic(self) -> Traffic:
        """Return the views of each page in the last four weeks, the most viewed first."""
        pages: dict[tuple[str, str], int] = {}
        total, told, seen = 0, [], 0
        for answer in self._reports():
            rows = self.read(answer, _rows)
            seen += len(rows)
            for page, views in rows:
                pages[page] = pages.get(page, 0) + views
            total = max(total, self.read(answer, _total))
            told += [says for says in self.read(answer, _incomplete) if says not in told]
        until = datetime.now(UTC).date() - timedelta(days=1)
        since = until - timedelta(days=DAYS - 1)
        about = {
            "source": "ga4",
            "property": self.property_id,
            "from": since.isoformat(),
            "to": until.isoformat(),
        }
        self.notes.extend(told)
        return Traffic(pages, max(total, sum(pages.values())), about)

    def _reports(self) -> Iterator[Response]:
        """Yield the pages of the report. What is left unread is what is viewed least."""
        path = f"/v1beta/properties/{self.property_id}:runReport"
        for offset in range(0, MOST_ROWS, ROWS):
            answer = self.ask("POST", path, json=_report(offset), repeatable=True)
            count, left = self.read(answer, _extent)
            yield answer
            if offset + ROWS >= count:
                return
            if left is not None and left < RESERVE:
                self.notes.append("Analytics' quota of the hour is almost used up: rarely viewed pages wait.")
                return
        self.notes.append(f"Only the {MOST_ROWS:,} most viewed pages were read.")

    def _only_property(self) -> str:
        """Return the one property that the account sees. Raises Refused with the list of several."""
        seen: list[tuple[str, str]] = []
        query = {"pageSize": "200"}
        for _ in range(MOST_SUMMARIES):
            answer = self.ask("GET", f"{self._admin}/v1beta/accountSummaries", params=query)
            found, token = self.read(answer, _summaries)
            seen += found
            if not token:
                break
            query = {"pageSize": "200", "pageToken": token}
        if len(seen) == 1:
            return seen[0][0]
        listed = ", ".join(f"{number} ({name})" for number, name in seen[:20]) or "none"
        raise Refused(f"Name the property as property_id. This account sees: {listed}.")

    @property
    def _admin(self) -> str:
        """Where properties are listed; an address of the operator's serves both."""
        return ADMIN_URL if self.base_url == self.api_url else self.base_url

    def _stay_at_home(self, target: str) -> None:
        if not target.startswith(f"{self._admin}/v1beta/accountSummaries"):
            super()._stay_at_home(target)


def _report(offset: int) -> dict[str, Any]:
    """Return the request. 64-bit numbers are strings in Google's JSON."""
    return {
        "dimensions": [{"name": "hostName"}, {"name": "pagePath"}],
        "metrics": [{"name": "screenPageViews"}],
        "dateRanges": [{"startDate": f"{DAYS}daysAgo", "endDate": "yesterday"}],
        "orderBys": [{"metric": {"metricName": "screenPageViews"}, "desc": True}],
        "metricAggregations": ["TOTAL"],
        "limit": str(ROWS),
        "offset": str(offset),
        "returnPropertyQuota": True,
    }


def _rows(told: Any) -> list[tuple[tuple[str, str], int]]:
    found = []
    for row in told.get("rows") or []:
        host, path = (value["value"] for value in row["dimensionValues"])
        if path.startswith("/"):  # what is not is "(other)" or "(not set)"
            found.append((page_of(host, path), int(row["metricValues"][0]["value"])))
    return found


def _total(told: Any) -> int:
    totals = told.get("totals") or []
    return int(totals[0]["metricValues"][0]["value"]) if totals and totals[0].get("metricValues") else 0


def _extent(told: Any) -> tuple[int, int | None]:
    """Return how many rows there are, and how many tokens of this hour are left."""
    quota = told.get("propertyQuota") or {}
    kinds = [quota.get(kind) or {} for kind in ("tokensPerHour", "tokensPerProjectPerHour", "tokensPerDay")]
    left = [int(kind["remaining"]) for kind in kinds if kind.get("remaining") is not None]
    # Protobuf leaves zeros out: a kind that was consumed and says nothing of what remains has nothing left.
    left += [0 for kind in kinds if kind.get("consumed") and kind.get("remaining") is None]
    return int(told.get("rowCount") or 0), min(left, default=None)


def _incomplete(told: Any) -> list[str]:
    metadata: Mapping[str, Any] = told.get("metadata") or {}
    return [sentence for name, sentence in INCOMPLETE.items() if metadata.get(name)]


def _summaries(told: Any) -> tuple[list[tuple[str, str]], str]:
    found = [
        (_digits(summary["property"]), str(summary.get("displayName") or "no name"))
        for account in told.get("accountSummaries") or []
        for summary in account.get("propertySummaries") or []
    ]
    return found, str(told.get("nextPageToken") or "")


def _digits(named: Any) -> str:
    found = PROPERTY.fullmatch(str(named).strip())
    if found is None:
        raise Refused("The property_id must be the digits of the property, such as 123456789.")
    return found[1]
