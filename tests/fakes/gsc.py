"""A small Search Console: one property, its sitemaps, impressions, and inspections of its pages."""

from typing import Any

from tests.fakes.vendor_server import Answer, Request

TOKEN = "ya29.Zm9yLXRlc3RzLW9ubHk0NzEx"
SITE = "https://example.com/"
CREDENTIALS = {"token": TOKEN, "site_url": SITE}
PROPERTY = "/webmasters/v3/sites/https%3A%2F%2Fexample.com%2F"
INSPECT = "/v1/urlInspection/index:inspect"
INDEXED = {
    "verdict": "PASS",
    "coverageState": "Submitted and indexed",
    "robotsTxtState": "ALLOWED",
    "indexingState": "INDEXING_ALLOWED",
    "pageFetchState": "SUCCESSFUL",
    "lastCrawlTime": "2026-11-20T10:00:00Z",
    "crawledAs": "MOBILE",
}
RICH_RESULTS = {
    "verdict": "FAIL",
    "detectedItems": [
        {
            "richResultType": "Products",
            "items": [
                {"issues": [{"issueMessage": "Missing field 'price'", "severity": "ERROR"}]},
                {"issues": [{"issueMessage": "Missing field 'price'", "severity": "ERROR"}]},
                {"issues": [{"issueMessage": "Missing field 'brand'", "severity": "WARNING"}]},
            ],
        }
    ],
}


def inspection(**index: Any) -> dict[str, Any]:
    """Return the result of an inspection; without changes the page is indexed."""
    return {
        "inspectionResultLink": "https://search.google.com/search-console/inspect?x=1",
        "indexStatusResult": {**INDEXED, **index},
        "mobileUsabilityResult": {"verdict": "VERDICT_UNSPECIFIED"},
    }


def error(status: int, reason: str, message: str = "No.") -> Answer:
    """Return an error of Google."""
    return status, {}, {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}


class FakeSearchConsole:
    """Routes requests to the property."""

    def __init__(self) -> None:
        self.sites: list[str] = [SITE]
        self.level = "SITE_OWNER"
        self.sitemaps: list[dict[str, Any]] = []
        self.impressions: dict[str, int] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.inspected: list[str] = []

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "authError")
        if request.path == "/webmasters/v3/sites":
            sites = [{"siteUrl": site, "permissionLevel": self.level} for site in self.sites]
            return 200, {}, {"siteEntry": sites}
        if request.path == PROPERTY:
            return 200, {}, {"siteUrl": SITE, "permissionLevel": self.level}
        if request.path == f"{PROPERTY}/sitemaps":
            return 200, {}, {"sitemap": self.sitemaps} if self.sitemaps else {}
        if request.path == f"{PROPERTY}/searchAnalytics/query":
            return self._rows(request.body)
        if request.path == INSPECT:
            page = request.body["inspectionUrl"]
            self.inspected.append(page)
            return 200, {}, {"inspectionResult": self.pages.get(page, inspection())}
        return error(404, "notFound")

    def _rows(self, query: dict[str, Any]) -> Answer:
        rows = [{"keys": [page], "impressions": float(count)} for page, count in self.impressions.items()]
        start = query["startRow"]
        return 200, {}, {"rows": rows[start : start + query["rowLimit"]]}
