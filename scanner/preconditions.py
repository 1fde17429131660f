"""What stands between a check and the page: refused, offsite, a login, a challenge, an error page.

A check that cannot look must never pass, so each of these ends it as inconclusive with a reason.
"""

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from krafter_audit.http.addresses import parse_address
from scanner import page_similarity
from scanner.page import Page
from scanner.page_identity import Identity, page_identity
from scanner.parsing.parser_limits import is_bottomless
from scanner.parsing.registrable_domain import host_of, origin_of, same_site

if TYPE_CHECKING:
    from krafter_audit.http.client import AddressPolicy, RequestCredentials

_LOGIN_WORDS = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in", "sso", "auth", "authenticate")
_READABLE_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_NOT_FOUND_TITLES = ("404", "not found", "page missing", "does not exist", "nicht gefunden", "introuvable")
_AWAY_TITLES = (
    "maintenance",
    "be right back",
    "temporarily unavailable",
    "wartungsarbeiten",
    "domain is for sale",
    "domain for sale",
    "buy this domain",
    "parked domain",
    "domain parking",
    "account suspended",
    "access denied",
    "forbidden",
    "application error",
    "internal server error",
    "service unavailable",
    "bad gateway",
    "gateway time",
    "error establishing a database connection",
    "welcome to nginx",
    "default page",
    "iis windows server",
)
HARDLY_LIKE = (
    "A page with the same title answers that has hardly a word or a link of the one that was looked at."
)
_CHALLENGE_MARKS = (
    "/cdn-cgi/challenge-platform/",
    "cf-challenge",
    "cf_chl_opt",
    "_incapsula_resource",
    "px-captcha",
    "captcha-delivery.com",
    "awswafintegration",
)
_CHALLENGE_TITLES = (
    "just a moment",
    "attention required!",
    "access denied | ",
    "ddos-guard",
    "one moment, please",
    "verify you are human",
    "verifying you are human",
    "are you a robot",
    "are you human",
    "checking your browser",
    "pardon our interruption",
    "access to this page has been denied",
    "vercel security checkpoint",
)
# In characters. A shorter or a longer one is a fault, and its mending makes another title.
_GOOD_TITLE = range(10, 71)
_ALIKE = 0.6
SHUT = (403, 404, 410)
_CHALLENGE_STATUSES = (202, 401, 403, 405, 429, 503)
PUBLISHED = "/.well-known/"  # what stands there was put there for strangers (RFC 8615)
UNPROVED = (
    'It is not proved that {host} is the project\'s, so this is not asked of it. POST …/sites {{"host": "{host}"}} '
    "answers with a DNS record, a file and a meta tag: put one of them in place, then POST …/sites/:id/verify."
)


class Owned(Protocol):
    """Which hosts are the project's (scans/sites/ownership.py)."""

    def covers(self, host: str) -> bool: ...


class CannotLook(Exception):
    """The fact that a check needs cannot be had. `reason` is one of the outcome's reasons.

    `tls` says that a TLS handshake failed; `final` that asking again later would not help.
    """

    def __init__(self, reason: str, detail: str, *, tls: bool = False, final: bool = False) -> None:
        self.reason = reason
        self.detail = detail
        self.tls = tls
        self.final = final
        super().__init__(detail)


def refuse_unproved(page: Page, policy: "AddressPolicy", owned: Owned | None) -> None:
    """Raise unless the page's host is proved to be the project's, or is on a network that the operator has listed."""
    address, port = parse_address(page.response.address), int(origin_of(page.url).rpartition(":")[2])
    if (address and policy.is_allowed(address, port)) or (owned and owned.covers(page.host)):
        return
    raise CannotLook("not_available", UNPROVED.format(host=page.host))


def refuse_logged_out(asked: str, page: Page, credentials: "RequestCredentials | None") -> None:
    """Raise unless the page shows that it let us in, where it was asked with what should let us in."""
    if credentials is None or origin_of(asked) != origin_of(credentials.origin):
        return
    if credentials.unusable_reason:
        raise CannotLook("not_available", credentials.unusable_reason)
    if not (credentials.selector or credentials.text):
        return
    if origin_of(page.url) != origin_of(credentials.origin):
        raise CannotLook("login_wall", f"The address redirects to {page.host}, where nothing lets us in.")
    shown = (
        page.is_html
        and credentials.text in page.text
        and (not credentials.selector or page.first(credentials.selector))
    )
    if not shown:
        raise CannotLook("login_wall", "The page does not show that we are logged in: the mark is not on it.")


def refuse_offsite(asked: str, page: Page) -> None:
    """Raise when the redirects ended on another site than the one asked for."""
    if not same_site(host_of(asked), page.host):
        raise CannotLook("offsite_redirect", f"The address redirects to another site, {page.host}.")


def refuse_bottomless(page: Page) -> None:
    """Raise when the page is made to keep whoever reads it busy; ask this before its tree."""
    if page.is_html and is_bottomless(page.text):
        raise CannotLook(
            "truncated", "The page nests deeper than any is read: nothing of its markup was looked at."
        )


def refuse_challenge(page: Page) -> None:
    """Raise when a bot wall answered in the page's place."""
    if "challenge" in (page.header("cf-mitigated") or "").lower() or page.header("x-amzn-waf-action"):
        raise CannotLook("challenge", "A bot challenge answered in the page's place.")
    if page.response.status not in _CHALLENGE_STATUSES:
        return
    text = page.text[:200_000].lower()
    titled = page.is_html and page.title.lower().startswith(_CHALLENGE_TITLES)
    if titled or any(mark in text for mark in _CHALLENGE_MARKS):
        raise CannotLook("challenge", f"A bot challenge answered with status {page.response.status}.")


def refuse_error_status(page: Page) -> None:
    """Raise when the answer is anything but a page that was found."""
    status = page.response.status
    if 200 <= status < 300:
        return
    if status in (401, 407):
        raise CannotLook("login_wall", f"The page asks for credentials (status {status}).")
    if status in (404, 410) or 300 <= status < 400:
        raise CannotLook("target_missing", f"There is no page at this address (status {status}).")
    raise CannotLook("blocked", f"The page answered with status {status}.")


def refuse_unread(page: Page) -> None:
    """Raise when the body could not be read whole, so that what is missing in it may only be cut off."""
    encodings = {word.strip().lower() for word in (page.header("content-encoding") or "").split(",")}
    if not encodings <= _READABLE_ENCODINGS:
        raise CannotLook("not_available", "The page comes in an encoding that was not asked for.")
    if page.response.truncated:
        raise CannotLook("truncated", "The page is larger than is read, or broke off.")


def refuse_no_page(page: Page, before: Identity | None) -> None:
    """Raise when, at a second look, hardly anything answers: a header on it would prove nothing of the page."""
    if page.response.interrupted:
        raise CannotLook("truncated", "The answer broke off before it was whole.")
    if page.response.status in (204, 205) or not page.response.body.strip():
        raise CannotLook("target_missing", "The address answers with an empty page.")
    if before and before.title and not page_identity(page).title:
        raise CannotLook("target_missing", "What answers has no title, as the page had.")


def refuse_downgrade(asked: str, page: Page, before: Identity | None) -> None:
    """Raise when, at a second look, the https address leads to plain HTTP, unless it did so before."""
    led_there = before is not None and before.scheme == "http"
    if not led_there and (urlsplit(asked).scheme.lower(), urlsplit(page.url).scheme) == ("https", "http"):
        raise CannotLook("target_missing", "The https address leads to plain HTTP, where anybody may answer.")


def refuse_another_page(page: Page, before: Identity | None) -> None:
    """Raise when, at a second look, something else stands in the page's place with a good status.

    A page that moved keeps its title; one that says that it is not found, or away for a while, is not the
    page, nor is one whose title has nothing of the title that was there.
    """
    now = page_identity(page)
    known = before.title.lower() if before else ""
    said = now.title.lower()
    if any(words in said and words not in known for words in _NOT_FOUND_TITLES):
        raise CannotLook("target_missing", f"The page answers with the title {now.title[:80]!r}.")
    if any(words in said and words not in known for words in _AWAY_TITLES):
        raise CannotLook("blocked", f"The page answers with the title {now.title[:80]!r}.")
    if said.startswith(_CHALLENGE_TITLES) and not known.startswith(_CHALLENGE_TITLES):
        raise CannotLook("challenge", f"The page answers with the title {now.title[:80]!r}.")
    if before and page.response.history and now.title != before.title and not _same_path(now, before):
        raise CannotLook("target_missing", f"The address now leads to another page, {now.path[:80]}.")
    if _is_of_another_page(said, known):
        raise CannotLook("target_missing", f"Another page answers, with the title {now.title[:80]!r}.")
    if before and not page_similarity.is_like(before.sample, page.marks):
        raise CannotLook("target_missing", HARDLY_LIKE)


def _is_of_another_page(said: str, known: str) -> bool:
    """Tell whether a title has no word in common with a good one that was there before, and hardly a letter."""
    if len(known) not in _GOOD_TITLE or set(re.findall(r"\w{4,}", known)) & set(re.findall(r"\w{4,}", said)):
        return False
    return SequenceMatcher(None, known, said[:200], autojunk=False).ratio() < _ALIKE


def _same_path(now: Identity, before: Identity) -> bool:
    return now.path.rstrip("/").lower() == before.path.rstrip("/").lower()


def refuse_login_wall(asked: str, page: Page, before: Identity | None) -> None:
    """Raise when a login page stands where another page was looked at before.

    Only a second look can know this: on the first, a login page is simply the page that the site shows.
    """
    now = page_identity(page)
    if not now.password_form or (before and before.password_form):
        return
    moved = _sounds_like_login(now.path) and not _sounds_like_login(urlsplit(asked).path)
    if moved or (before and before.title != now.title):
        raise CannotLook("login_wall", f"A login page at {now.path} answered in the page's place.")


def _sounds_like_login(path: str) -> bool:
    parts = path.lower().replace(".", "/").split("/")
    return any(part in _LOGIN_WORDS for part in parts)
