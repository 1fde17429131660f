from datetime import UTC, datetime

from krafter_audit.http.responses import Headers, Response


def html_response(html: str, *, url: str = "https://www.example.com/", status: int = 200) -> Response:
    """Return a complete response with HTML, for code that reads pages without requesting them."""
    return Response(
        method="GET",
        url=url,
        status=status,
        headers=Headers([(b"content-type", b"text/html")]),
        body=html.encode(),
        truncated=False,
        address="192.0.2.1",
        started_at=datetime.now(UTC),
        ttfb_ms=1,
        duration_ms=1,
        encoded_size=len(html),
    )
