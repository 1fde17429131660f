"""Announce operations that will be removed, by the headers of RFC 9745 and RFC 8594."""

from dataclasses import dataclass
from datetime import datetime

from django.http.response import HttpResponseBase
from django.utils.http import http_date


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation is deprecated, when it ends if known, and what replaces it.

    A view declares it: `deprecations = {"list": Deprecation(…)}`.
    """

    since: datetime
    sunset: datetime | None = None
    see: str = ""  # a URL that describes the replacement

    def add_to(self, response: HttpResponseBase) -> None:
        response["deprecation"] = f"@{int(self.since.timestamp())}"
        if self.sunset:
            response["sunset"] = http_date(self.sunset.timestamp())
        if self.see:
            links = [response["link"]] if "link" in response else []
            response["link"] = ", ".join([*links, f'<{self.see}>; rel="deprecation"'])
