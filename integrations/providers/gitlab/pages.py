"""Pages of GitLab's lists: their rows, and smaller pages in place of one that is too large.

Source: GitLab, "REST API", "Pagination" (`page`, `per_page`; `cursor` without `page` for keysets).
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from integrations.providers.errors import ResponseTooLarge
from integrations.providers.headers import next_page
from krafter_audit.http.client import Response

DEFAULT_SIZE = 20  # GitLab's own page size, where the URL has none
SMALLER_SIZES = (50, 20, 5, 1)


class PageReader:
    """Reads the pages of a list by their URLs; `send` requests one.

    A page that is too large is read in smaller ones, and the page after it in the usual size again.
    """

    def __init__(self, send: Callable[[str], Response]) -> None:
        self._send = send
        self._usual_size = 0
        self._smaller_until = 0  # the first row that is read in pages of the usual size again

    def read(self, url: str) -> tuple[Response, str | None]:
        row, size = first_row(url), page_size(url)
        is_large_page_over = self._smaller_until and row == self._smaller_until
        if is_large_page_over:
            size, self._smaller_until = self._usual_size, 0
            url = resized(url, row, size)
        response = self._read(url, row, size)
        return response, next_page(response.headers.get("link") or "")

    def _read(self, url: str, row: int, size: int) -> Response:
        try:
            return self._send(url)
        except ResponseTooLarge:
            smaller = next((candidate for candidate in SMALLER_SIZES if candidate < size), None)
            if smaller is None:
                raise
        if not self._smaller_until:
            self._usual_size, self._smaller_until = size, row + size
        return self._read(resized(url, row, smaller), row, smaller)


def page_size(url: str) -> int:
    return _number(url, "per_page", DEFAULT_SIZE)


def first_row(url: str) -> int:
    """Return the number of rows before a page; 0 for a page of a keyset, whose cursor names its rows."""
    return (_number(url, "page", 1) - 1) * page_size(url)


def resized(url: str, row: int, size: int) -> str:
    """Return the URL of the page of that size that contains a row; it may begin before it."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {"per_page": str(size)}
    if row or "page" in query:
        query["page"] = str(row // size + 1)
    return urlunsplit(parts._replace(query=urlencode(query)))


def _number(url: str, name: str, default: int) -> int:
    value = dict(parse_qsl(urlsplit(url).query)).get(name, "")
    return max(int(value[:9]), 1) if value.isdecimal() else default
