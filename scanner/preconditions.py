"""Preconditions of a check: the page answers, is the requested page, and may be checked.

A check whose preconditions are not met is inconclusive, with a reason.
"""

import re
from difflib import SequenceMatcher
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from krafter_audit.http.addresses import parse_address
from krafter_audit.http.client import GONE_STATUSES, AddressPolicy, Headers, RequestCredentials, Response
from scanner.page import similarity
from scanner.page.identity import Identity, page_identity
from scanner.page.page import XHTML, Page, media_type
from scanner.parsing.registrable_domain import host_of, origin_of, same_site

_LOGIN_SEGMENTS = (
    "login",
    "log-in",
    "log_in",
    "signin",
    "sign-in",
    "sign_in",
    "sso",
    "auth",
    "authenticate",
)
_LOGIN_TITLES = (
    "log in",
    "login",
    "log on",
    "logon",
    "sign in",
    "signin",
    "sign-in",
    "anmelden",
    "connexion",
)
MIN_TEXT_BYTES = 100  # so many compressed bytes are not valid UTF-8 by chance
READABLE_ENCODINGS = {"gzip", "x-gzip", "deflate"}
_NOT_FOUND_TITLES = (
    *("404", "not found", "page missing", "does not exist", "nicht gefunden", "introuvable", "no encontrada"),
    *("non trovata", "niet gevonden", "não encontrada"),
)
_UNAVAILABLE_TITLES = (
    "maintenance",
    "be right back",
    "be back soon",
    "coming soon",
    "under construction",
    "temporarily unavailable",
    "wartungsarbeiten",
    # Titles of parked domains.
    *("is for sale", "domain for sale", "buy this domain", "steht zum verkauf", "domain parking"),
    *("parked domain", "parked at", "registered at namecheap", "domain expired", "has expired"),
    *("future home of", "resources and information", "account suspended"),
    *("account has been suspended", "domain suspended", "website suspended"),
    # Titles of firewalls.
    *("request rejected", "too many requests", "web page blocked"),
    "access denied",
    "forbidden",
    "application error",
    "server error",
    "database error",
    "something went wrong",
    "error occurred",
    "› error",
    "service unavailable",
    "not available in your",
    "bad gateway",
    "gateway time",
    "error establishing a database connection",
    # Titles of servers without a site.
    *("default page", "default web site page", "it works!", "test page for the", "http server test page"),
    *("welcome to nginx", "welcome to openresty", "caddy works", "apache tomcat/", "iis7"),
    *("iis windows server", "internet information services", "phpinfo()", "wordpress › installation"),
    *("the install worked successfully", "index of /"),
)
_HOST_NAME = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}")
_ERROR_HEADING = re.compile(r"(?:error|oops|whoops|sorry|fehler|erreur)\W*", re.IGNORECASE)
_CHALLENGE_MARKERS = (
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
    "making sure you're not a bot",
    "you are being redirected",
    "vercel security checkpoint",
)
_CHALLENGE_STATUSES = (202, 401, 403, 405, 429, 503)
# Words and links; a challenge has its script or frame, and perhaps a sentence with the number of the incident.
MIN_CHALLENGE_FINGERPRINTS = 10
# In characters. A title of another length fails title_length, and its fix is another title.
GOOD_TITLE_LENGTHS = range(10, 71)
_MIN_TITLE_SIMILARITY = 0.6
_TITLE_WORD = re.compile(rf"[\w{similarity.MARKS}]{{4,}}")
CLOSED_STATUSES = (403, *GONE_STATUSES)
WELL_KNOWN = "/.well-known/"  # published for all clients (RFC 8615)
DISSIMILAR = "The page has the same title as before, but hardly any of its words and links."
NOT_VERIFIED = (
    "The ownership of {host} is not verified, so this is not requested from it. Add the host to the project's sites, "
    "publish the DNS record, the file or the meta tag that its page shows, and verify it."
)


class OwnedHosts(Protocol):
    """The hosts that are verified as the project's (`scans.sites.ownership`)."""

    def covers(self, host: str) -> bool: ...


class Inconclusive(Exception):
    """A check cannot decide."""

    def __init__(
        self, reason: str, detail: str, *, tls: bool = False, unanswered: bool = False, final: bool = False
    ) -> None:
        self.reason = reason  # one of `scanner.outcome.REASONS`
        self.detail = detail
        self.tls = tls  # a TLS handshake failed
        self.unanswered = unanswered  # the server accepts no connections, or has closed one without a byte
        self.final = final  # a retry would not help
        super().__init__(detail)


def not_rendered() -> Inconclusive:
    """Return the reason why a check cannot judge the HTML as sent."""
    return Inconclusive(
        "not_rendered", "Scripts build the page's content, and no browser has rendered it.", final=True
    )


def content_in_frames() -> Inconclusive:
    """Return the reason why a check of content cannot judge a frameset."""
    return Inconclusive(
        "not_available",
        "The page is a frameset: its content is in frames, which are pages of their own.",
        final=True,
    )


def require_ownership(page: Page, policy: AddressPolicy, owned_hosts: OwnedHosts | None) -> None:
    """Raise unless the page's host is verified as the project's, or on an allowed network."""
    address, port = parse_address(page.response.address), int(origin_of(page.url).rpartition(":")[2])
    if (address and policy.is_allowed(address, port)) or (owned_hosts and owned_hosts.covers(page.host)):
        return
    raise Inconclusive("not_available", NOT_VERIFIED.format(host=page.host))


def require_logged_in(requested: str, page: Page, credentials: RequestCredentials | None) -> None:
    """Raise when the page does not show that the site credentials were accepted."""
    if credentials is None or origin_of(requested) != origin_of(credentials.origin):
        return
    if credentials.unusable_reason:
        raise Inconclusive("not_available", credentials.unusable_reason)
    if not (credentials.selector or credentials.text):
        return
    if origin_of(page.url) != origin_of(credentials.origin):
        raise Inconclusive(
            "login_wall", f"The URL redirects to {page.host}, to which the site credentials are not sent."
        )
    shown = (
        page.is_html
        and credentials.text in page.text
        and (not credentials.selector or page.first(credentials.selector))
    )
    if not shown:
        raise Inconclusive(
            "login_wall", "The page does not contain the selector or text that shows a successful login."
        )


def require_same_site(requested: str, page: Page) -> None:
    if not same_site(host_of(requested), page.host):
        raise Inconclusive("offsite_redirect", f"The URL redirects to another site, {page.host}.")


def require_parseable(page: Page) -> None:
    """Raise when parsing or reading the page would take minutes; call this before its tree is used."""
    if page.is_html and page.exceeds_limits:
        raise Inconclusive("truncated", "The HTML exceeds the parser's limits, for example by its nesting.")


def require_no_challenge(page: Page) -> None:
    # Cloudflare and AWS WAF mark their challenges in a header, whatever the status.
    if "challenge" in (page.header("cf-mitigated") or "").lower() or page.header("x-amzn-waf-action"):
        raise Inconclusive("challenge", "A bot challenge was returned instead of the page.")
    # The markers are in the first kilobytes of a challenge; a page of megabytes is not one.
    text = page.text[:200_000].lower()
    marked = any(marker in text for marker in _CHALLENGE_MARKERS)
    is_suspicious = page.response.status in _CHALLENGE_STATUSES
    if not (marked or is_suspicious):
        return
    require_parseable(page)
    titled = page.is_html and page.title.lower().startswith(_CHALLENGE_TITLES)
    # An article about bot challenges has the same words with status 200: words are not enough there.
    if titled or (marked if is_suspicious else _is_interstitial(page)):
        raise Inconclusive("challenge", f"A bot challenge was returned with status {page.response.status}.")


def _is_interstitial(page: Page) -> bool:
    """Return whether the page is hardly more than a script or a frame, as a challenge without a title."""
    return page.is_html and not page.title and len(page.fingerprints) < MIN_CHALLENGE_FINGERPRINTS


def require_success_status(page: Page) -> None:
    status = page.response.status
    # No range was requested.
    if status == HTTPStatus.PARTIAL_CONTENT:
        raise Inconclusive("truncated", "The server sent a part of the page (status 206).")
    if page.response.is_success:
        return
    if status in (401, 407):
        raise Inconclusive("login_wall", f"The page requires credentials (status {status}).")
    if status in GONE_STATUSES or 300 <= status < 400:
        raise Inconclusive("target_missing", f"There is no page at this URL (status {status}).")
    raise Inconclusive("blocked", f"The page answered with status {status}.")


def require_html(page: Page) -> None:
    if not page.is_html:
        raise Inconclusive("target_missing", "The URL does not answer with HTML.")


def require_readable_encoding(page: Page) -> None:
    if not encodings_of(page.response.headers) <= READABLE_ENCODINGS:
        raise Inconclusive(
            "not_available", f"{page.url[:200]} is sent in an encoding that was not requested."
        )


def require_well_formed(page: Page) -> None:
    """Raise when the browser shows only the start of a malformed XHTML page, and an error."""
    if media_type(page.response.content_type) == XHTML and page.first("parsererror"):
        raise Inconclusive("truncated", "The XHTML is malformed, and browsers show only a part of it.")


def require_complete_body(page: Page) -> None:
    require_readable_encoding(page)
    # Content that seems to be missing may only be cut off.
    if page.response.truncated:
        raise Inconclusive("truncated", "The page is larger than the limit, or the transfer was interrupted.")


def require_whole_response(page: Page) -> None:
    """Raise unless another response of the site is a success, and its body complete up to our limit."""
    require_success_status(page)
    if page.response.interrupted:
        raise Inconclusive("truncated", f"The transfer of {page.url[:200]} was interrupted.")


def encodings_of(headers: Headers) -> set[str]:
    """Return the encodings of a body in lower case, without `identity`."""
    words = (headers.get("content-encoding") or "").split(",")
    return {word.strip().lower() for word in words} - {"", "identity"}


def require_encoded(response: Response) -> None:
    """Raise when a body, received with `decode=False`, is text although Content-Encoding says that it is compressed.

    Browsers show an error instead of it.
    """
    if len(response.body) < MIN_TEXT_BYTES or not encodings_of(response.headers):
        return
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError:
        return
    raise Inconclusive("truncated", f"{response.url[:200]} is not compressed as its Content-Encoding says.")


def require_content(page: Page, original: Identity | None) -> None:
    """Raise when a verification gets an empty response."""
    if page.response.interrupted:
        raise Inconclusive("truncated", "The transfer of the page was interrupted.")
    # A header on an empty response proves nothing about the page.
    if page.response.status in (204, 205) or not page.response.body.strip():
        raise Inconclusive("target_missing", "The URL answers with an empty page.")
    if original and original.title and not page_identity(page).title:
        raise Inconclusive("target_missing", "The page has no title; it had one when the finding was made.")


def require_no_downgrade(requested: str, page: Page, original: Identity | None) -> None:
    """Raise when a verification of an https URL ends on plain HTTP, unless it did so originally."""
    ended_on_http = original is not None and original.scheme == "http"
    schemes = (urlsplit(requested).scheme.lower(), urlsplit(page.url).scheme)
    if not ended_on_http and schemes == ("https", "http"):
        raise Inconclusive(
            "target_missing", "The https URL leads to plain HTTP, where the answer cannot be trusted."
        )


def require_same_page(page: Page, original: Identity | None) -> None:
    """Raise when a verification gets another page than the one the finding was made on."""
    now = page_identity(page)
    former = original.title.lower() if original else ""
    title = now.title.lower()
    found = page.fingerprints_with_title
    known = similarity.hashes_from_hex(original.sample) if original else frozenset()
    # `lost_content` requires the same of the content that other pages of the site do not have.
    is_left = similarity.is_mostly_left(known, found)
    # Many sites answer with an error page and status 200: most rules pass on it.
    if not is_left and (reason := unavailable_reason(title, former)):
        raise Inconclusive(reason, f"The page has the title {now.title[:80]!r}.")
    # A page that moved keeps its title.
    if original and page.response.history and now.title != original.title and not _same_path(now, original):
        raise Inconclusive("target_missing", f"The URL now leads to another page, {now.path[:80]}.")
    if is_other_title(title, former) and not is_left:
        raise Inconclusive("target_missing", f"Another page answers, with the title {now.title[:80]!r}.")
    if known and not is_left and original and _is_translated(now, original):
        raise Inconclusive("target_missing", f"The page is in another language now, {now.language[:20]!r}.")
    if original and not similarity.is_similar(original.sample, found):
        raise Inconclusive("target_missing", DISSIMILAR)


def unavailable_reason(title: str, former: str = "") -> str | None:
    """Return the reason if the title is one of error pages and notices, and the former was not."""
    title, former = title.lower(), former.lower()
    if any(words in title and words not in former for words in _NOT_FOUND_TITLES):
        return "target_missing"
    if any(words in title and words not in former for words in _UNAVAILABLE_TITLES):
        return "blocked"
    is_challenge = title.startswith(_CHALLENGE_TITLES) and not former.startswith(_CHALLENGE_TITLES)
    return "challenge" if is_challenge else None


def is_other_title(title: str, former: str) -> bool:
    """Return whether a title, in lower case, is unlike the former one."""
    if _HOST_NAME.fullmatch(title):
        return title != former  # a host name is the title of a parked domain
    # Shop, brand and topic stay when a title is edited: one common word is enough.
    words = set(_TITLE_WORD.findall(former)) & set(_TITLE_WORD.findall(title))
    if len(former) not in GOOD_TITLE_LENGTHS or words:
        return False
    return SequenceMatcher(None, former, title[:200], autojunk=False).ratio() < _MIN_TITLE_SIMILARITY


def _is_translated(now: Identity, original: Identity) -> bool:
    return bool(now.language and original.language) and now.language != original.language


def _same_path(now: Identity, original: Identity) -> bool:
    return now.path.rstrip("/").lower() == original.path.rstrip("/").lower()


def is_redirected_now(page: Page, original: Identity | None) -> bool:
    """Return whether new redirects lead to the page: one may take the time that the page took before."""
    if original is None or not page.response.history:
        return False
    now = page_identity(page)
    return now.host != original.host or not _same_path(now, original)


def require_no_login_wall(requested: str, page: Page, original: Identity | None) -> None:
    """Raise when a verification gets a login page where there was another page."""
    now = page_identity(page)
    # In a first run a login page is the page that the site shows.
    if not now.password_form or (original and original.password_form):
        return
    moved = has_login_segment(now.path) and not has_login_segment(urlsplit(requested).path)
    # An error page may have the title of all pages.
    if moved or (original and (original.title != now.title or original.status_class >= 4)):
        raise Inconclusive("login_wall", f"A login page at {now.path} was returned instead of the page.")


def is_login_page(requested: str, page: Page) -> bool:
    """Return whether a page that was not requested as one has the path, title or heading of a login page."""
    if has_login_segment(urlsplit(requested).path):
        return False
    titles = " ".join(_titles(page)).lower()
    return has_login_segment(urlsplit(page.url).path) or any(words in titles for words in _LOGIN_TITLES)


def require_no_notice(requested: str, page: Page, original: Identity | None) -> None:
    """Raise when a verification of a status gets a login page or a notice with a successful status."""
    if not has_login_segment(urlsplit(requested).path):
        require_no_login_wall(requested, page, original)
        # The login page may request the password on the next page.
        if page.response.history and has_login_segment(urlsplit(page.url).path):
            raise Inconclusive("login_wall", f"The URL redirects to a login page, {page.url[:200]}.")
    for text in _titles(page):
        reason = "blocked" if _ERROR_HEADING.fullmatch(text) else unavailable_reason(text)
        if reason:
            raise Inconclusive(reason, f"The page has the title or the heading {text[:80]!r}.")
    if _HOST_NAME.fullmatch(page_identity(page).title.lower()):
        raise Inconclusive("blocked", "The title of the page is the name of a host, as of a parked domain.")


def _titles(page: Page) -> tuple[str, str]:
    # All pages of the site may have this title, so the heading counts too.
    return page_identity(page).title, page.heading if page.is_html else ""


def require_no_login_instead(page: Page, answer: Page) -> None:
    """Raise when another URL of the page's site answers with a login page, and the page itself is none."""
    if not answer.is_html:
        return
    require_parseable(answer)
    if page_identity(answer).password_form and not page_identity(page).password_form:
        raise Inconclusive("login_wall", f"A login page was returned at {urlsplit(answer.url).path[:80]}.")


def has_login_segment(path: str) -> bool:
    segments = path.lower().replace(".", "/").split("/")
    return any(segment in _LOGIN_SEGMENTS for segment in segments)
