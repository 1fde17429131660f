"""Set-Cookie lines, read as RFC 6265bis reads them."""

from dataclasses import dataclass

from scanner.page import Page
from scanner.parsing.registrable_domain import host_of, same_site

SAME_SITE_WORDS = ("lax", "strict", "none")


@dataclass(frozen=True)
class Cookie:
    """One Set-Cookie line.

    `same_site` is in lower case; empty where it has no value, None where it is absent.
    """

    name: str
    secure: bool
    http_only: bool
    same_site: str | None

    @property
    def is_session(self) -> bool:
        return any(word in self.name.lower() for word in ("sess", "login"))

    @property
    def is_anti_forgery(self) -> bool:
        return "csrf" in self.name.lower()


def parse(line: str) -> Cookie | None:
    """Parse one line; None when it names no cookie. The last of a repeated attribute counts."""
    first, *attributes = line.split(";")
    name = first.partition("=")[0].strip()
    if not name:
        return None
    said = {
        key.strip().lower(): text.strip()
        for key, _, text in (attribute.partition("=") for attribute in attributes)
    }
    same = said.get("samesite")
    return Cookie(name, "secure" in said, "httponly" in said, None if same is None else same.lower())


def set_by(page: Page) -> list[Cookie]:
    """Return the cookies that the page and the redirects to it set, of one site, in order."""
    answers = [*page.response.history, page.response]
    lines = [
        line
        for answer in answers
        if same_site(host_of(answer.url), page.host)
        for line in answer.headers.get_all("set-cookie")
    ]
    return [cookie for cookie in map(parse, lines) if cookie]
