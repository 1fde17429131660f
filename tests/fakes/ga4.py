"""A small Google Analytics: one property with page views."""

from typing import Any

from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import Answer, Request

TOKEN = "ya29.Zm9yLXRlc3RzLW9ubHk0NzEx"
CREDENTIALS = {"token": TOKEN, "property_id": "1234"}
REPORT = "properties/1234:runReport"


class AnalyticsSpecs:
    """The descriptions of both APIs, each for its own paths."""

    def check(self, method: str, path: str, *rest: Any) -> list[str]:
        """Check a request."""
        name = "ga4_admin.json" if "accountSummaries" in path else "ga4.json"
        return list(load_spec(name).check(method, path, *rest))


class FakeAnalytics:
    """Routes requests to the property, its reports and the list of accounts."""

    def __init__(self) -> None:
        self.views: dict[tuple[str, str], int] = {}
        self.accounts: list[list[tuple[str, str]]] = [[("1234", "Shop")]]
        self.more: dict[str, Any] = {}

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}
        if request.path == "/v1beta/accountSummaries":
            return self._summaries(int(request.query.get("pageToken", "0")))
        if request.path == "/v1beta/properties/1234/metadata":
            return 200, {}, {"metrics": [{"apiName": "screenPageViews"}]}
        if request.path == f"/v1beta/{REPORT}":
            return 200, {}, self.report(request.body)
        return 404, {}, {"error": {"code": 404, "status": "NOT_FOUND"}}

    def _summaries(self, page: int) -> Answer:
        listed = [
            {"property": f"properties/{number}", "displayName": name} for number, name in self.accounts[page]
        ]
        token = {"nextPageToken": str(page + 1)} if page + 1 < len(self.accounts) else {}
        return 200, {}, {"accountSummaries": [{"propertySummaries": listed}], **token}

    def report(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a report."""
        ordered = sorted(self.views.items(), key=lambda item: -item[1])
        start = int(query["offset"])
        return {
            "rows": [
                {
                    "dimensionValues": [{"value": host}, {"value": path}],
                    "metricValues": [{"value": str(views)}],
                }
                for (host, path), views in ordered[start : start + int(query["limit"])]
            ],
            "totals": [{"metricValues": [{"value": str(sum(self.views.values()))}]}],
            "rowCount": len(ordered),
            "kind": "analyticsData#runReport",
            **self.more,
        }
