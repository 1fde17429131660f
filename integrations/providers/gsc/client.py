"""The Search Console API: the property, inspections, sitemaps and search analytics.

Credentials: a sign-in or a service account (scope `webmasters.readonly`) and `site_url`, the property as Search
Console writes it: `https://example.com/` or `sc-domain:example.com`. It may be omitted where the account has access
to one property only.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.providers.credential_fields import CredentialField, service_account
from integrations.providers.errors import ProviderRefused
from integrations.providers.google.client import GoogleClient, google_oauth
from krafter_audit.http.client import Response

# Google returns at most 25,000 rows at once (Search Console API, `searchanalytics.query`).
PAGE_SIZE, MAX_ROWS = 25_000, 200_000
DAYS = 28  # of the impressions
# Google calls data of the last two to three days preliminary.
FINAL_AFTER = timedelta(days=3)


class SearchConsoleClient(GoogleClient):
    name = "gsc"
    title = "Google Search Console"
    summary = "Sitemap and indexing problems become findings."
    api_url = "https://searchconsole.googleapis.com"
    oauth = google_oauth("webmasters.readonly")
    credential_fields = (
        service_account(
            "Google Search Console API",
            "In Search Console, add the e-mail address of the account under Settings → Users and permissions.",
        ),
        CredentialField(
            "site_url",
            "Property",
            "As Search Console shows it: https://example.com/ or, for a domain property, sc-domain:example.com. Empty "
            "if the account has access to one property only.",
            "sc-domain:example.com",
            is_required=False,
        ),
    )
    public_credentials = ("site_url",)

    @cached_property
    def site(self) -> str:
        given = self.credentials.get("site_url")
        return self.credential("site_url") if given else self._only_site()

    @property
    def site_path(self) -> str:
        return f"/webmasters/v3/sites/{quote(self.site, safe='')}"

    def resource_of(self, response: Response) -> str:
        return str(self.credentials.get("site_url") or "the property")

    def check_connection(self) -> None:
        level = self.parse(self.request("GET", self.site_path), lambda body: body["permissionLevel"])
        if level == "SITE_UNVERIFIED_USER":
            raise ProviderRefused(
                f"{self.site} is not verified for this account: verify it in Search Console."
            )

    def inspect[Parsed](self, url: str, read: Callable[[Any], Parsed]) -> Parsed:
        body = {"inspectionUrl": url, "siteUrl": self.site, "languageCode": "en-US"}
        response = self.request("POST", "/v1/urlInspection/index:inspect", json=body, repeatable=True)
        return self.parse(response, lambda body: read(body["inspectionResult"]))

    def list_sitemaps[Parsed](self, read: Callable[[Any], Parsed]) -> Parsed:
        response = self.request("GET", f"{self.site_path}/sitemaps")
        return self.parse(response, lambda body: read(body.get("sitemap") or []))

    def impressions(self, today: date) -> dict[str, int]:
        """Return each page's impressions in Google's results in the last four weeks."""
        last_day = today - FINAL_AFTER
        query = {
            "startDate": (last_day - timedelta(days=DAYS - 1)).isoformat(),
            "endDate": last_day.isoformat(),
            "dimensions": ["PAGE"],
            "rowLimit": PAGE_SIZE,
            "dataState": "FINAL",
        }
        path = f"{self.site_path}/searchAnalytics/query"
        found: dict[str, int] = {}
        for start in range(0, MAX_ROWS, PAGE_SIZE):
            response = self.request("POST", path, json={**query, "startRow": start}, repeatable=True)
            rows = self.parse(response, lambda body: [_row(row) for row in body.get("rows") or []])
            found |= dict(rows)
            if len(rows) < PAGE_SIZE:
                break
        return {url: count for url, count in found.items() if self.contains(url)}

    def contains(self, url: str) -> bool:
        # Google refuses to inspect a URL of another property.
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return False
        if self.site.startswith("sc-domain:"):
            domain = self.site.removeprefix("sc-domain:").lower()
            return host == domain or host.endswith(f".{domain}")
        return url.startswith(self.site)

    def _only_site(self) -> str:
        response = self.request("GET", "/webmasters/v3/sites")
        sites = self.parse(response, lambda body: [site["siteUrl"] for site in body.get("siteEntry") or []])
        if len(sites) == 1:
            return str(sites[0])
        listed = ", ".join(sites[:10]) or "none"
        raise ProviderRefused(f"Set site_url to one of the account's properties: {listed}.")


def _row(row: Any) -> tuple[str, int]:
    return str(row["keys"][0]), int(row.get("impressions") or 0)
