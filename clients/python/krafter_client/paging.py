"""Read lists page by page."""

from collections.abc import Callable, Iterator
from typing import Protocol

from krafter_client.errors import ApiError

PAGE_SIZE = 100


class Meta(Protocol):
    """The cursor of the next page."""

    @property
    def next_cursor(self) -> object: ...


class Page[Row](Protocol):
    """The body of a list."""

    @property
    def data(self) -> list[Row]: ...

    @property
    def meta(self) -> Meta: ...


def iterate[Row](read_page: Callable[[str], Page[Row]]) -> Iterator[Row]:
    """Yield every row of a list; `read_page` gets the cursor, which is empty for the first page."""
    cursor = ""
    seen = {cursor}
    while True:
        page = read_page(cursor)
        yield from page.data
        if not isinstance(page.meta.next_cursor, str) or not page.meta.next_cursor:
            return
        cursor = page.meta.next_cursor
        if cursor in seen:  # the same cursor again: the list would not end
            raise ApiError(200, "unexpected_response", "The API sent the same page again.")
        seen.add(cursor)
