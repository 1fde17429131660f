"""Pages whose texts have no control characters, and no invisible parts."""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from krafter_audit.security.control_characters import replace_controls

# Control characters of ASCII; of Latin-1, bidirectional controls, tags and variation selectors. Two patterns: as one
# they take twenty times as long.
CONTROL_BYTES = (
    re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"),
    re.compile(
        rb"\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xf3\xa0[\x80-\x87]|\xef\xb8[\x80-\x8f]\xef\xb8"
    ),
)
# The values that a form would send back, and tags with the values of other fields. One without an end is kept to the
# end of the page, as browsers read it: each further one would search all the rest for its end.
KEPT_IN_HTML = re.compile(r"(<textarea\b.*?(?:</textarea\s*>|\Z)|<[^>]*(?:>|\Z))", re.DOTALL | re.IGNORECASE)


def replace_in_texts(html: str) -> str:
    """Return HTML without control characters and hidden text; attributes and `textarea` are unchanged."""
    parts = KEPT_IN_HTML.split(html)
    parts[::2] = map(replace_controls, parts[::2])
    return "".join(parts)


class ControlCharactersMiddleware(MiddlewareMixin):
    """Show control characters and hidden text in the texts of pages as U+FFFD."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("content-type", "").startswith("text/html")
        if not (isinstance(response, HttpResponse) and is_page):
            return response
        if any(pattern.search(response.content) for pattern in CONTROL_BYTES):
            response.content = replace_in_texts(response.content.decode(response.charset))
        return response
