"""Pages whose texts neither reorder what is beside them nor have parts that people do not see."""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from krafter_audit.security.control_characters import MISLEADING, REPLACEMENT

# Bidirectional controls, tags and variation selectors.
MISLEADING_BYTES = re.compile(
    rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xf3\xa0[\x80-\x87]|\xef\xb8[\x80-\x8f]\xef\xb8"
)
# What a form would send back with its values, and tags with those of other fields.
KEPT_IN_HTML = re.compile(r"(<textarea\b.*?</textarea\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE)


def replace_reordering(html: str) -> str:
    """Return HTML without bidirectional controls and hidden text; attributes and `textarea` are unchanged."""
    parts = KEPT_IN_HTML.split(html)
    parts[::2] = [MISLEADING.sub(REPLACEMENT, text) for text in parts[::2]]
    return "".join(parts)


class ReorderingControlsMiddleware(MiddlewareMixin):
    """Show bidirectional controls and hidden text in the texts of pages as U+FFFD."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("content-type", "").startswith("text/html")
        if isinstance(response, HttpResponse) and is_page and MISLEADING_BYTES.search(response.content):
            response.content = replace_reordering(response.content.decode(response.charset))
        return response
