"""Parse Set-Cookie headers (RFC 6265bis)."""

from dataclasses import dataclass

from scanner.page import Page
from scanner.parsing.registrable_domain import host_of, same_site

SAME_SITE_VALUES = ("lax", "strict", "none")


@dataclass(frozen=True)
class Cookie:
    """One Set-Cookie header."""

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
    """Parse one header; None when it names no cookie."""
    first, *attributes = line.split(";")
    name = first.partition("=")[0].strip()
    if not name:
        return None
    pairs = (attribute.partition("=") for attribute in attributes)
    # RFC 6265bis, 5.7: the last of a repeated attribute counts.
    values = {key.strip().lower(): text.strip() for key, _, text in pairs}
    same_site = values.get("samesite")
    return Cookie(
        name, "secure" in values, "httponly" in values, None if same_site is None else same_site.lower()
    )


def cookies_of(page: Page) -> list[Cookie]:
    """Return the cookies that the page and the redirects to it set, of the page's site alone, in order."""
    lines = [
        line
        for response in (*page.response.history, page.response)
        if same_site(host_of(response.url), page.host)
        for line in response.headers.get_all("set-cookie")
    ]
    return [cookie for cookie in map(parse, lines) if cookie]
