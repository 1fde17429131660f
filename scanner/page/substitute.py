"""Recognize pages that a site may show in place of others: a login page, a notice of maintenance.

Each may be a page of the site. It replaces others where several URLs answer with the same one, as when a session
expires during a scan.
"""

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from scanner.page.identity import page_identity
from scanner.page.page import Page
from scanner.parsing.scripted_content import has_building_script, is_built_by_scripts, own_scripts
from scanner.preconditions import has_login_segment, unavailable_reason

REASONS = ("login_wall", "blocked", "challenge")  # not target_missing: the page itself may be missing


@dataclass(frozen=True)
class Substitute:
    """A page that may replace others; `key` is the same for the same page at another URL."""

    reason: str
    detail: str
    key: str


def substitute_of(requested: str, page: Page, *, is_rendered: bool = False) -> Substitute | None:
    """Return the page as a substitute of others; None where it is neither a login page nor a notice."""
    if not page.response.is_success:
        return None  # the status shows that it is an error
    identity = page_identity(page)
    here, there = _place(requested), _place(page.url)
    is_login_path = has_login_segment(identity.path)
    if here == there and is_login_path:
        return None  # the page requested is the login page of the site
    if identity.password_form and is_login_path and not has_login_segment(urlsplit(requested).path):
        return Substitute("login_wall", _detail("login page", identity.path), f"login_wall {there}")
    reason = "login_wall" if identity.password_form else unavailable_reason(identity.title)
    # Pages that scripts build are compared as rendered: they are all sent with the same HTML.
    if reason not in REASONS or (_is_changed_by_scripts(page) and not is_rendered):
        return None
    name = "login page" if identity.password_form else f"page with the title {identity.title[:80]!r}"
    return Substitute(reason, _detail(name, identity.path), f"{reason} {_digest(page, identity.title)}")


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/')}".lower()


def _detail(name: str, path: str) -> str:
    return f"A {name} at {path[:80]} was returned instead of the page, and of other pages of the site."


def _is_changed_by_scripts(page: Page) -> bool:
    return is_built_by_scripts(page) or has_building_script(page) or bool(own_scripts(page))


def _digest(page: Page, title: str) -> str:
    return sha256(title.encode(errors="replace") + b"".join(sorted(page.fingerprints))).hexdigest()[:32]
