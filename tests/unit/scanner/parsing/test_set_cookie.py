"""Set-Cookie headers."""

import pytest

from scanner.parsing import set_cookie
from scanner.parsing.set_cookie import Cookie


@pytest.mark.parametrize(
    ("line", "cookie"),
    [
        ("a=1", Cookie("a", False, False, None)),
        ("a=1; secure; HTTPONLY; samesite=Lax", Cookie("a", True, True, "lax")),
        ("a=1; SameSite", Cookie("a", False, False, "")),
        ("a; Secure=no", Cookie("a", True, False, None)),
        ("a=x; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/", None),
        ("a=x; Max-Age=0; Expires=Tue, 01 Jan 2999 00:00:00 GMT", None),
        ("a=x; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Cookie("a", False, False, None)),
        ("a=x; Max-Age=soon; Expires=0", Cookie("a", False, False, None)),
        ("a=x; Expires=Fri, 01 Jan 9999999999999 00:00:00 GMT", Cookie("a", False, False, None)),
        ("=1; Secure", None),
        ("", None),
    ],
)
def test_set_cookie_is_parsed_as_by_browsers(line: str, cookie: Cookie | None) -> None:
    assert set_cookie.parse(line) == cookie
