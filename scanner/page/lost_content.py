"""Detect a pass that lost content explains: a login or error page in the frame of the site, or a truncated page.

Words and links that the home page or nonexistent URLs of the site show too are its frame. If the page has become
shorter, a pass after a failure counts only if content outside of the frame is left, and most of it where the elements
with the fault are gone.
"""

import re
from contextlib import suppress
from itertools import chain
from urllib.parse import urlsplit

from scanner.outcome import Outcome, faults_in
from scanner.page import similarity
from scanner.page.context import PageContext
from scanner.page.error_page import MIN_CONTENT, is_readable, is_same_error_page, may_be_error_page
from scanner.page.identity import Identity
from scanner.page.page import Page, attribute_value
from scanner.page.rendered import MEDIA_FACT
from scanner.parsing.page_references import same_origin_links
from scanner.parsing.registrable_domain import same_site
from scanner.parsing.scripted_content import is_built_by_scripts
from scanner.preconditions import Inconclusive, is_other_title, is_redirected_now, unavailable_reason
from scanner.registry import Check

# A page with other content of the same extent has not lost any. The estimate of the extent is off by a fifth.
MIN_EXTENT = 0.8
MIN_OWN_CONTENT = 40  # words and links; a notice or a login page has fewer
_ROOT = re.compile(r"<(?:html|head|body|title|meta|link)\b")
_FIRST_TAG = re.compile(r"<[\w-]+([^>]*)")
_ATTRIBUTE = re.compile(r"\b(id|name|src|href|action|class)=\"([^\"]+)\"")
_URL = re.compile(r"https?://([^\s\"'<>]+)")
_URL_ATTRIBUTES = ("src", "href", "data", "action")


def has_own_content(context: PageContext) -> bool:
    """Return whether the page has much content that the home page and nonexistent URLs of the site do not show."""
    page = context.landing
    try:
        others = _pages_elsewhere(context)
    except Inconclusive:
        return False
    if not page.is_html or (unavailable_reason(page.title) and not has_own_title(context)):
        return False  # the page is the error page, perhaps with recommendations that differ each time
    return len(page.fingerprints - _fingerprints_of(others)) >= MIN_OWN_CONTENT


def has_own_title(context: PageContext) -> bool:
    """Return whether the page has a title that the home page and nonexistent URLs of the site do not have."""
    title = context.landing.title
    try:
        return bool(title) and title not in [other.title for other in _pages_elsewhere(context)]
    except Inconclusive:
        return False


def _pages_elsewhere(context: PageContext) -> list[Page]:
    # A section of a site, such as its shop, may have its own frame and error page.
    pages = [context.nonexistent_page, context.nonexistent_in(""), context.home_page]
    return [page for page in pages if page is not context.landing and is_readable(page)]


def is_error_page(context: PageContext) -> bool:
    """Return whether a URL that does not exist answers with the same page as this one, and a successful status."""
    page = context.landing
    if not may_be_error_page(page):
        return False
    try:
        # A section of a site may have its own error page. The index of an application may answer for all URLs in it.
        beside = "../" if urlsplit(page.url).path.endswith("/") else ""
        missing = (context.nonexistent_page, context.nonexistent_in(beside))
        return any(is_same_error_page(page, missing_page) for missing_page in missing)
    except Inconclusive:
        return False


def require_content(check: Check, context: PageContext, before: Outcome) -> None:
    """Raise when the page has lost the content on which the check failed before."""
    original = Identity.from_evidence(before.evidence.get("identity"))
    # The outcome of a check of the site depends on no page.
    if original is None or check.scope == "site":
        return
    if original.as_rendered() and check.may_use_browser:
        with_media = check.kind == "lab" or MEDIA_FACT in check.needs
        context.rendered.require_files(except_for=original.missing, with_media=with_media)
    try:
        page, sample, title = _page_to_compare(check, context, original)
    except Inconclusive:
        return  # the check has passed without the page, as one of a directory that is closed now
    if original.status_class >= 4:
        _require_other_title_than_missing(context, page, title)
        return  # the earlier sample is that of an error page
    known = similarity.hashes_from_hex(sample)
    found = page.fingerprints_with_title
    # The HTML of a page that scripts build has no sample, and perhaps the same title at every URL.
    # All of a sample may be of the frame: an error page has it too.
    if known <= found and (page.title == title or not (known or page.sample)):
        return
    is_shorter = len(found) < MIN_EXTENT * similarity.estimated_size(known)
    # All pages of a site may have the same title: the URL may lead to another one now.
    is_redirected = is_redirected_now(page, original)
    if page.title == title and not (is_shorter or is_redirected):
        return  # before the other pages are requested
    others = _missing_pages(context) + _home_page(context)
    content = known - _fingerprints_of(others or _first_linked_page(context))
    _require_own_title(page, title, others, known, content)
    if is_redirected or _is_suspect(page, title, is_shorter=is_shorter):
        _require_own_content(found, content - _fingerprints_of(_first_linked_page(context)), context, page)
    if not is_shorter:
        return
    _require_some_content(found, content, page)
    if check.kind == "lab" or _are_gone(page, _faults(before)):
        faults = chain(*map(_faults, [before, *context.rendered.earlier.values()]))
        # The words and links of the elements themselves may be gone with them.
        removed = similarity.fingerprints(" ".join(faults), "") - found
        _require_most_content(found, known - removed, content - removed)


def _is_suspect(page: Page, title: str, *, is_shorter: bool) -> bool:
    """Return whether the page is titled as another page or a notice; a page about such a thing is, too."""
    # The earlier heading is not stored.
    titles = (page.title, page.heading if is_shorter else "")
    is_notice = any(unavailable_reason(text, title) for text in titles)
    return is_notice or is_other_title(page.title.lower(), title.lower())


def _require_own_title(
    page: Page, title: str, others: list[Page], known: frozenset[bytes], content: frozenset[bytes]
) -> None:
    """Raise for the title of another page, unless the page has known content that the other does not show."""
    is_retitled = page.title != title and page.title in [other.title for other in others]
    if is_retitled and len(known & page.fingerprints_with_title) <= similarity.MIN_SHARE * len(known):
        raise Inconclusive(
            "target_missing", f"The page has the title of another page of the site, {page.title[:80]!r}."
        )
    if is_retitled and len(content) < MIN_CONTENT:
        raise Inconclusive(
            "target_missing",
            f"The page has the title {page.title[:80]!r}, and what is known of it other pages of the site show too.",
        )


def _page_to_compare(check: Check, context: PageContext, original: Identity) -> tuple[Page, str, str]:
    is_rendered = check.kind != "http" and original.rendered_title is not None
    if is_rendered and context.rendered.identity():
        return context.rendered.visited_page(), original.rendered_sample, original.rendered_title or ""
    return context.page, original.sample, original.title


def _require_other_title_than_missing(context: PageContext, page: Page, title: str) -> None:
    missing = [found.title for found in _missing_pages(context)]
    # All pages of a site may have the same title.
    existing = [found.title for found in _home_page(context) or _first_linked_page(context)]
    if page.title != title and page.title in missing and page.title not in existing:
        raise Inconclusive(
            "target_missing", f"The page has the title of a URL that does not exist, {page.title[:80]!r}."
        )


def _require_some_content(found: frozenset[bytes], content: frozenset[bytes], page: Page) -> None:
    # An error page may have the head of the page in whose place it is sent, with its links.
    head = frozenset() if is_built_by_scripts(page) else page.head_fingerprints
    for counted in (content, content - head):
        if len(counted) >= MIN_CONTENT and len(counted & found) < similarity.MIN_SHARED:
            raise Inconclusive(
                "target_missing",
                "Hardly anything is left of the page but its head, and what other pages of the site show too.",
            )


def _require_own_content(
    found: frozenset[bytes], content: frozenset[bytes], context: PageContext, page: Page
) -> None:
    """Raise unless a page with another title or URL still has most of the content that no other page had."""
    if is_built_by_scripts(context.page):
        content = frozenset()  # scripts build the other pages too, so their content is not known
    for counted in (content, content - page.head_fingerprints):
        if len(counted) < MIN_CONTENT or not similarity.is_mostly_left(counted, found):
            raise Inconclusive("target_missing", f"Another page answers, with the title {page.title[:80]!r}.")


def _require_most_content(
    found: frozenset[bytes], known: frozenset[bytes], content: frozenset[bytes]
) -> None:
    counted = content if len(content) >= MIN_CONTENT else known
    if len(counted & found) < similarity.MIN_SHARE * len(counted):
        raise Inconclusive(
            "target_missing", "The earlier faults are gone, and with them much of the page's other content."
        )


def _missing_pages(context: PageContext) -> list[Page]:
    missing = context.nonexistent_path
    # Also in the directory of the page: a section of a site may have its own frame and error page.
    return _pages_at(context, missing, missing.removeprefix("/"))


def _home_page(context: PageContext) -> list[Page]:
    return [] if urlsplit(context.page.url).path in ("", "/") else _pages_at(context, "/")


def _pages_at(context: PageContext, *paths: str) -> list[Page]:
    found = []
    for path in paths:
        with suppress(Inconclusive):
            found.append(context.page_at(path))
    return [page for page in found if is_readable(page) and same_site(page.host, context.page.host)]


def _fingerprints_of(pages: list[Page]) -> frozenset[bytes]:
    return frozenset(chain(*(page.fingerprints for page in pages)))


def _first_linked_page(context: PageContext) -> list[Page]:
    # For a home page, or a site that has no error page in HTML or none in the frame of its other pages.
    links = same_origin_links(context.page, logged_in=context.client.credentials is not None)
    with suppress(Inconclusive):
        return [page for page in map(context.page_at, links[:1]) if is_readable(page)]
    return []


def _faults(before: Outcome) -> list[str]:
    """Return the elements and URLs on which a check failed; none of what every page has, such as <html>."""
    return [
        fault
        for fault in faults_in(before.evidence)
        if fault.startswith(("<", "http:", "https:")) and not _ROOT.match(fault)
    ]


def _are_gone(page: Page, faults: list[str]) -> bool:
    """Return whether most of the elements with the fault are not in the page; False for a fault of no element."""
    if not faults:
        return False
    values, urls = _attribute_values(page), _urls(page)
    text = _normalized(similarity.visible_text(page.text))
    found = sum(_is_found(fault, values, urls, text) for fault in faults)
    return found * 2 < len(faults)


def _is_found(fault: str, values: set[tuple[str, str]], urls: set[str], text: str) -> bool:
    if not fault.startswith("<"):
        url = _URL.match(fault)
        return bool(url and url[1] in urls)
    tag = _FIRST_TAG.match(fault)
    attributes = set(_ATTRIBUTE.findall(tag[1])) if tag else set()
    named = {(name, content) for name, content in attributes if name != "class"}
    words = _normalized(similarity.without_tags(fault))
    if named or words:
        return bool(named & values) or bool(words and words in text)
    return bool(attributes & values)


def _attribute_values(page: Page) -> set[tuple[str, str]]:
    names = ("id", "name", "src", "href", "action", "class")
    return {(name, attribute_value(node, name)) for name in names for node in page.css(f"[{name}]")}


def _urls(page: Page) -> set[str]:
    absolute = (
        page.absolute(attribute_value(node, name))
        for name in _URL_ATTRIBUTES
        for node in page.css(f"[{name}]")
    )
    return {url.partition("://")[2] for url in absolute}


def _normalized(text: str) -> str:
    return " ".join(text.split()).lower()
