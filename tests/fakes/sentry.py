"""A small Sentry: one project and its issues, in pages."""

from typing import Any

from tests.fakes.vendor_server import Answer, Request

TOKEN = "sntrys_Zm9yLXRlc3RzLW9ubHk0NzEx"
CREDENTIALS = {"token": TOKEN, "organization": "acme", "project": "pump-station"}


def issue(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the JSON of an issue."""
    usual = {
        "id": str(number),
        "shortId": f"PUMP-STATION-{number}",
        "title": "ZeroDivisionError: division by zero",
        "culprit": "shop.cart in total",
        "permalink": f"https://acme.sentry.io/issues/{number}/",
        "level": "error",
        "status": "unresolved",
        "priority": None,
        "count": "150",
        "userCount": 7,
        "firstSeen": "2026-11-06T21:19:55Z",
        "lastSeen": "2026-11-20T21:19:55Z",
        "metadata": {"type": "ZeroDivisionError", "value": "division by zero"},
        "issueCategory": "error",
        "issueType": "error",
        "type": "error",
        "project": {"id": "4505278496", "slug": "pump-station"},
    }
    return {**usual, **changes}


class FakeSentry:
    """Routes requests to the project and its issues."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.page_size = 100
        self.may_write = True
        self.slug = CREDENTIALS["project"]

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"detail": "Invalid token"}
        if request.path == f"/api/0/projects/acme/{self.slug}/":
            return 200, {}, {"id": "4505278496", "slug": self.slug}
        if request.path == "/api/0/organizations/acme/issues/":
            return self._page(request)
        for row in self.issues:
            if request.path == f"/api/0/organizations/acme/issues/{row['id']}/":
                return self._issue(request, row)
        return 404, {}, {"detail": "The requested resource does not exist"}

    def _issue(self, request: Request, row: dict[str, Any]) -> Answer:
        if request.method == "PUT" and not self.may_write:
            return 403, {}, {"detail": "You do not have permission to perform this action."}
        row.update(request.body or {})
        return 200, {}, row

    def _page(self, request: Request) -> Answer:
        start = int(request.query.get("cursor", "0:0:0").split(":")[1])
        listed = [row for row in self.issues if row["status"] != "resolved"]
        rows, after = listed[start : start + self.page_size], start + self.page_size
        more = "true" if after < len(listed) else "false"
        before = '<https://us.sentry.io/x/>; rel="previous"; results="false"; cursor="0:0:1"'
        link = f'{before}, <https://us.sentry.io/x/>; rel="next"; results="{more}"; cursor="0:{after}:0"'
        return 200, {"Link": link}, rows
