from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from integrations.providers.base import Provider


@dataclass(frozen=True)
class PageViews:
    pages: Mapping[tuple[str, str], int]  # `(host, path)` → views
    total: int  # with those of pages that are not listed
    period: Mapping[str, Any]  # describes the source


class TrafficSource(Provider):
    """A vendor that counts page views."""

    @abstractmethod
    def page_views(self) -> PageViews: ...


def page_key(host: str, path: str) -> tuple[str, str]:
    """Return one key for all spellings of a page: no www, no trailing slash, one way of quoting."""
    plain = quote(unquote(path), safe="/%:@!$&'()*+,;=-._~").rstrip("/")
    return host.lower().removeprefix("www."), plain or "/"
