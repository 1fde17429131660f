"""Page views of Google Analytics 4, which weight the findings of each page (Data API v1beta).

Credentials: a sign-in or a service account (scope `analytics.readonly`) and `property_id`, the property's digits. It
may be omitted where the account has access to one property only.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from integrations.providers.credential_fields import CredentialField, service_account
from integrations.providers.errors import ProviderRefused
from integrations.providers.google.client import GoogleClient, google_oauth
from integrations.providers.traffic import PageViews, TrafficSource, page_key
from krafter_audit.http.client import Response

PROPERTY_ID = re.compile(r"(?:properties/)?(\d{1,20})")
ADMIN_API_URL = "https://analyticsadmin.googleapis.com"
DAYS = 28  # of page views
PAGE_SIZE, MAX_ROWS = 50_000, 250_000
MAX_SUMMARY_PAGES = 50  # of the list of accounts
TOKEN_RESERVE = 2_000  # of an hour's quota, left to people
INCOMPLETE_DATA = {
    "subjectToThresholding": "Analytics withholds pages with few visitors.",
    "samplingMetadatas": "Analytics counted a sample of the visits.",
    "dataLossFromOtherRow": "Analytics combined the least viewed pages, which are not weighted.",
}


class Analytics(GoogleClient, TrafficSource):
    name = "ga4"
    title = "Google Analytics"
    summary = "Page views weight the score of findings."
    api_url = "https://analyticsdata.googleapis.com"
    oauth = google_oauth("analytics.readonly")
    credential_fields = (
        service_account(
            "Google Analytics Data API (and the Admin API, if the property ID above is empty)",
            "In Google Analytics, add the e-mail address of the account under Admin → Property access management, as "
            "Viewer.",
        ),
        CredentialField(
            "property_id",
            "Property ID",
            "In Google Analytics, Admin → Property details shows the digits. Empty if the account has access to one "
            "property only.",
            "123456789",
            is_required=False,
        ),
    )
    public_credentials = ("property_id",)

    @cached_property
    def property_id(self) -> str:
        given = self.credentials.get("property_id")
        return _digits(given) if given else self._only_property()

    @property
    def _admin_url(self) -> str:
        # An operator's URL (a proxy) serves both APIs.
        return ADMIN_API_URL if self.base_url == self.api_url else self.base_url

    @property
    def base_urls(self) -> tuple[str, ...]:
        return (self.base_url, self._admin_url)

    def resource_of(self, response: Response) -> str:
        return "the property"

    def check_connection(self) -> None:
        path = f"/v1beta/properties/{self.property_id}/metadata"
        self.parse(self.request("GET", path), lambda body: body["metrics"])

    def page_views(self) -> PageViews:
        pages: dict[tuple[str, str], int] = {}
        total, notes = 0, []
        for report in self._reports():
            for page, views in self.parse(report, _rows):
                pages[page] = pages.get(page, 0) + views
            # The total also counts the pages that are not listed; a report may come without it.
            total = max(total, self.parse(report, _total))
            notes += [note for note in self.parse(report, _incomplete) if note not in notes]
        self.notes.extend(notes)
        last_day = datetime.now(UTC).date() - timedelta(days=1)
        first_day = last_day - timedelta(days=DAYS - 1)
        period = {
            "source": "ga4",
            "property": self.property_id,
            "from": first_day.isoformat(),
            "to": last_day.isoformat(),
        }
        return PageViews(pages, max(total, sum(pages.values())), period)

    def _reports(self) -> Iterator[Response]:
        path = f"/v1beta/properties/{self.property_id}:runReport"
        for offset in range(0, MAX_ROWS, PAGE_SIZE):
            response = self.request("POST", path, json=_report(offset), repeatable=True)
            count, tokens_left = self.parse(response, _extent)
            yield response
            if offset + PAGE_SIZE >= count:
                return
            # The most viewed pages come first, so that a stop here leaves out those with the least traffic.
            if tokens_left is not None and tokens_left < TOKEN_RESERVE:
                self.notes.append(
                    "The hourly quota of Analytics is nearly exhausted: rarely viewed pages were not read."
                )
                return
        self.notes.append(f"Only the {MAX_ROWS:,} most viewed pages were read.")

    def _only_property(self) -> str:
        properties: list[tuple[str, str]] = []
        query = {"pageSize": "200"}
        for _ in range(MAX_SUMMARY_PAGES):
            response = self.request("GET", f"{self._admin_url}/v1beta/accountSummaries", params=query)
            found, token = self.parse(response, _summaries)
            properties += found
            if not token:
                break
            query = {"pageSize": "200", "pageToken": token}
        if len(properties) == 1:
            return properties[0][0]
        listed = ", ".join(f"{number} ({name})" for number, name in properties[:20]) or "none"
        raise ProviderRefused(f"Set property_id to one of the account's properties: {listed}.")


def _report(offset: int) -> dict[str, Any]:
    # Google's JSON writes 64-bit numbers as strings.
    return {
        "dimensions": [{"name": "hostName"}, {"name": "pagePath"}],
        "metrics": [{"name": "screenPageViews"}],
        "dateRanges": [{"startDate": f"{DAYS}daysAgo", "endDate": "yesterday"}],
        "orderBys": [{"metric": {"metricName": "screenPageViews"}, "desc": True}],
        "metricAggregations": ["TOTAL"],
        "limit": str(PAGE_SIZE),
        "offset": str(offset),
        "returnPropertyQuota": True,
    }


def _rows(report: Any) -> list[tuple[tuple[str, str], int]]:
    rows = []
    for row in report.get("rows") or []:
        host, path = (value["value"] for value in row["dimensionValues"])
        if path.startswith("/"):  # others are "(other)" or "(not set)"
            rows.append((page_key(host, path), int(row["metricValues"][0]["value"])))
    return rows


def _total(report: Any) -> int:
    totals = report.get("totals") or []
    return int(totals[0]["metricValues"][0]["value"]) if totals and totals[0].get("metricValues") else 0


def _extent(report: Any) -> tuple[int, int | None]:
    quota = report.get("propertyQuota") or {}
    kinds = [quota.get(kind) or {} for kind in ("tokensPerHour", "tokensPerProjectPerHour", "tokensPerDay")]
    left = [int(kind["remaining"]) for kind in kinds if kind.get("remaining") is not None]
    # Protobuf omits zeros: a quota that was consumed and reports nothing remaining is exhausted.
    left += [0 for kind in kinds if kind.get("consumed") and kind.get("remaining") is None]
    return int(report.get("rowCount") or 0), min(left, default=None)


def _incomplete(report: Any) -> list[str]:
    metadata: Mapping[str, Any] = report.get("metadata") or {}
    return [note for name, note in INCOMPLETE_DATA.items() if metadata.get(name)]


def _summaries(body: Any) -> tuple[list[tuple[str, str]], str]:
    found = [
        (_digits(summary["property"]), str(summary.get("displayName") or "no name"))
        for account in body.get("accountSummaries") or []
        for summary in account.get("propertySummaries") or []
    ]
    return found, str(body.get("nextPageToken") or "")


def _digits(given: Any) -> str:
    found = PROPERTY_ID.fullmatch(str(given).strip())
    if found is None:
        raise ProviderRefused("The property_id must be the digits of the property, such as 123456789.")
    return found[1]
