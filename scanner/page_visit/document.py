"""Where a visit arrived: the main document's last answer, with the rendered DOM in the place of its body."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from krafter_audit.http.client import Response
from krafter_audit.http.responses import Headers
from scanner.page import media_type
from scanner.preconditions import CannotLook

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from playwright.sync_api import Response as Answer

LARGEST_DOM = 8 * 1024 * 1024


class Document:
    """Follows the navigations of a page's main frame."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        self._answers: list[Answer] = []
        page.on("response", self._answered)

    def _answered(self, answer: "Answer") -> None:
        request = answer.request
        if request.is_navigation_request() and answer.frame == self._page.main_frame:
            self._answers.append(answer)

    def response(self, *, address: str, started_at: datetime, duration_ms: float) -> Response:
        """Return what stands in the page now, as an answer. Raises CannotLook when there was none."""
        if not self._answers:
            raise CannotLook("target_missing", "The address did not answer with a page.")
        if not self._page.url.startswith(("http://", "https://")):
            raise CannotLook("blocked", "The page leads to an address that did not answer.")
        body = self._page.content().encode("utf-8", errors="replace")
        now = _answer(
            self._answers[-1], body, address=address, started_at=started_at, duration_ms=duration_ms
        )
        past = (_answer(one, b"", started_at=started_at) for one in self._answers[:-1])
        return replace(now, url=self._page.url, history=tuple(past))


def _answer(
    answer: "Answer", body: bytes, *, started_at: datetime, address: str = "", duration_ms: float = 0.0
) -> Response:
    return Response(
        method="GET",
        url=answer.url,
        status=answer.status,
        headers=_headers(answer),
        body=body[:LARGEST_DOM],
        truncated=len(body) > LARGEST_DOM,
        address=address,
        started_at=started_at,
        ttfb_ms=0.0,
        duration_ms=duration_ms,
        encoded_size=len(body),
    )


def _headers(answer: "Answer") -> Headers:
    """The headers as sent, but for those that speak of the body: what we hold is the DOM, as UTF-8."""
    sent = [(one["name"].lower(), one["value"]) for one in answer.headers_array()]
    kept = [one for one in sent if one[0] not in ("content-type", "content-encoding")]
    kind = media_type(answer.header_value("content-type"))
    shown = [*kept, ("content-type", f"{kind}; charset=utf-8")] if kind else kept
    return Headers((name.encode(), value.encode()) for name, value in shown)
