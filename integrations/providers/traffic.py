"""Vendors that count visits, and how often each page of a site was looked at."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from integrations.providers.base import Provider


@dataclass(frozen=True)
class Traffic:
    """How often each page, `(host, path)`, was looked at; `about` says where the numbers are from.

    `total` counts every page, those too that are not listed.
    """

    pages: Mapping[tuple[str, str], int]
    total: int
    about: Mapping[str, Any]


class Meter(Provider):
    """A vendor that counts visits."""

    @abstractmethod
    def traffic(self) -> Traffic:
        """Return how often each page was looked at."""


def page_of(host: str, path: str) -> tuple[str, str]:
    """Return one name for a page, however it is written: no www, no slash at the end, one way of quoting."""
    plain = quote(unquote(path), safe="/%:@!$&'()*+,;=-._~").rstrip("/")
    return host.lower().removeprefix("www."), plain or "/"
