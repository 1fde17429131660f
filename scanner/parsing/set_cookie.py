"""Parse Set-Cookie headers (RFC 6265bis)."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

# In 2001: an expiry in 1970 deletes a cookie, and a clock may be wrong.
MAX_DELETION_TIMESTAMP = 1_000_000_000
SAME_SITE_VALUES = ("lax", "strict", "none")


@dataclass(frozen=True)
class Cookie:
    name: str
    secure: bool
    http_only: bool
    same_site: str | None  # in lower case; empty without a value, None without the attribute

    @property
    def is_session(self) -> bool:
        return any(word in self.name.lower() for word in ("sess", "login"))

    @property
    def is_csrf_token(self) -> bool:
        return "csrf" in self.name.lower()


def parse(line: str) -> Cookie | None:
    """Parse one header; None when it names no cookie, or deletes it."""
    first, *attributes = line.split(";")
    name = first.partition("=")[0].strip()
    if not name:
        return None
    pairs = (attribute.partition("=") for attribute in attributes)
    # RFC 6265bis, 5.7: the last of a repeated attribute counts.
    values = {key.strip().lower(): text.strip() for key, _, text in pairs}
    if _is_deletion(values):
        return None
    same_site = values.get("samesite")
    return Cookie(
        name, "secure" in values, "httponly" in values, None if same_site is None else same_site.lower()
    )


def _is_deletion(values: dict[str, str]) -> bool:
    # RFC 6265bis, 5.7: an invalid Max-Age is ignored, and a valid one has precedence.
    if re.fullmatch(r"-?\d{1,20}", values.get("max-age", ""), re.ASCII):
        return int(values["max-age"]) <= 0
    try:
        return parsedate_to_datetime(values.get("expires", "")).timestamp() < MAX_DELETION_TIMESTAMP
    except (TypeError, ValueError, OverflowError):
        return False
