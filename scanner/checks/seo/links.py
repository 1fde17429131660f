"""Links: link text, crawlable URLs, broken links, canonical and hreflang."""

import re
from functools import partial
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from krafter_audit.http.addresses import is_private_host
from krafter_audit.http.throttle_state import OVERLOAD_STATUSES
from krafter_audit.http.urls import resolve
from scanner.outcome import Outcome, fail_if_any, passed
from scanner.page.context import PageContext
from scanner.page.page import Page, attribute_value, has_attribute, snippet
from scanner.parsing.element_text import ElementTexts, shown_text
from scanner.parsing.language_tags import is_language
from scanner.parsing.registrable_domain import host_of
from scanner.parsing.scripted_content import is_built_by_scripts
from scanner.preconditions import Inconclusive, not_rendered
from scanner.registry import LOW, MEDIUM, Fix, check

LIGHTHOUSE = "https://developer.chrome.com/docs/lighthouse/seo"
GOOGLE = "https://developers.google.com/search/docs"

# RFC 8288, 3: `<url>; rel="canonical"; title="…"`.
_LINK_PARAMETER = r"\s*;\s*([\w*-]+)\s*=\s*(\"[^\"]*\"|[^\s\";,]+)"
_LINK = re.compile(rf"<([^<>]*)>((?:{_LINK_PARAMETER})*)")
# HTML, 4.6.1: only an element with href may have these. With any of them, or a click handler, it is meant as a link.
_LINK_ATTRIBUTES = ("onclick", "target", "download", "ping", "rel", "hreflang", "type", "referrerpolicy")
# Codes that ISO 3166-1 reserves, but that are no countries; search engines ignore en-UK.
_RESERVED_REGION_SUFFIXES = ("-eu", "-uk", "-un")
# Such a script opens no page that a crawler would miss, unless a further statement does.
_SCRIPT_WITHOUT_NAVIGATION = re.compile(
    r"javascript:(?:(?:(?:window|self|top|parent)\.)?(?:print|close|history\.(?:back|forward|go)|location\.reload)"
    r"\([^()]*\);*)+(?:return(?:true|false);?)?"
)
_HOME_PATH = re.compile(r"/*(?:(?:index|default|home)\.\w{2,5})?", re.IGNORECASE)

# From Lighthouse 12's list of non-descriptive link texts, in the languages with most entries.
NON_DESCRIPTIVE_TEXTS = frozenset(
    {
        *("click here", "click this", "go", "here", "information", "learn more", "more", "more info"),
        *("more information", "right here", "read more", "see more", "start", "this", "hier", "hier klicken"),
        *("klicken sie hier", "mehr", "mehr erfahren", "mehr lesen", "weiter", "weiterlesen"),
        *("weitere informationen", "cliquez ici", "cliquer ici", "ici", "plus", "en savoir plus"),
        *("lire la suite", "voir plus", "aquí", "haga clic aquí", "clic aquí", "más", "más información"),
        *("leer más", "saber más", "ver más", "clicca qui", "qui", "di più", "leggi di più", "scopri di più"),
        *("continua", "clique aqui", "aqui", "mais", "leia mais", "saiba mais", "ver mais", "klik hier"),
        *("lees meer", "meer", "meer informatie", "kliknij tutaj", "tutaj", "więcej", "czytaj więcej"),
        *("läs mer", "klicka här", "här", "mer", "подробнее", "читать далее", "здесь", "нажмите здесь"),
        *("こちら", "ここをクリック", "続きを読む", "点击这里", "更多", "了解更多"),
    }
)
# Words that mean something else in other languages: they count where the page is in one of these.
LANGUAGES_OF_TEXTS = {
    **dict.fromkeys(("go", "information", "start", "this"), ("en",)),
    **dict.fromkeys(("ici", "plus"), ("fr",)),
    **dict.fromkeys(("aqui", "mais"), ("pt",)),
    **dict.fromkeys(("continua", "qui"), ("it",)),
    "här": ("sv",),
    "meer": ("nl",),
    "mer": ("nb", "nn", "no", "sv"),
    "weiter": ("de",),
}


@check(
    "link_text",
    severity=LOW,
    needs={"page", "assets"},
    title="Links do not have descriptive text",
    why="“Click here” tells neither visitors, nor a screen reader's list of links, nor search engines what a link is "
    "about.",
    fix=Fix(
        "Use link texts that describe the linked page.",
        ("Replace texts such as “click here” and “more” by the topic of the linked page.",),
        (f"{LIGHTHOUSE}/link-text", f"{GOOGLE}/crawling-indexing/links-crawlable"),
        {"html": '<a href="/returns">How to return an item</a>'},
    ),
    kind="markup",
    oracle={"lighthouse": "link-text"},
    in_frames=True,
    version=5,
)
def link_text_is_descriptive(context: PageContext) -> Outcome:
    """No link has one of Lighthouse's non-descriptive texts."""
    page, texts = context.markup, ElementTexts()
    outcome = fail_if_any(
        [
            node
            for node in page.css("a[href]")
            if _leads_to_another_page(page, node) and _is_non_descriptive(page, texts, node)
        ],
        show=snippet,
        ok="Every link has descriptive text.",
        problem="Links do not have descriptive text.",
    )
    return context.unless_content_is_elsewhere(outcome)


def _is_non_descriptive(page: Page, texts: ElementTexts, node: LexborNode) -> bool:
    text = _normalized_text(page, texts, node)
    languages = LANGUAGES_OF_TEXTS.get(text)
    return text in NON_DESCRIPTIVE_TEXTS and (languages is None or _language_of(node) in ("", *languages))


def _normalized_text(page: Page, texts: ElementTexts, node: LexborNode) -> str:
    ids = attribute_value(node, "aria-labelledby").split()
    labels = [label for label in map(page.element, ids) if label]
    # A zero-width space describes nothing.
    text = (
        " ".join(map(texts.of, labels)) or shown_text(attribute_value(node, "aria-label")) or texts.of(node)
    )
    return shown_text(text).strip(" .…→»>!").lower()


def _language_of(node: LexborNode | None) -> str:
    while node is not None:
        if node.is_element_node and attribute_value(node, "lang").strip():
            return attribute_value(node, "lang").strip().lower().partition("-")[0]
        node = node.parent
    return ""


def _leads_to_another_page(page: Page, node: LexborNode) -> bool:
    if "nofollow" in attribute_value(node, "rel").lower().split():
        return False
    url = page.absolute(attribute_value(node, "href"))
    return url.startswith(("http:", "https:")) and url.split("#")[0] != page.url.split("#")[0]


@check(
    "crawlable_anchors",
    severity=MEDIUM,
    needs={"page", "assets"},
    title="Links are not crawlable",
    why="Search engines follow href attributes and execute no click handlers, so they do not find the linked pages.",
    fix=Fix(
        "Give every link a crawlable href, and use buttons for actions.",
        ("Put the URL into the href attribute.", "Use a button element where a click only runs a script."),
        (f"{LIGHTHOUSE}/crawlable-anchors", f"{GOOGLE}/crawling-indexing/links-crawlable"),
        {"html": '<a href="/prices">Prices</a> <button type="button">Open the menu</button>'},
    ),
    kind="markup",
    oracle={"lighthouse": "crawlable-anchors"},
    in_frames=True,
    version=4,
)
def anchors_are_crawlable(context: PageContext) -> Outcome:
    """No a element has a javascript:, file: or empty href, other than to print, close or go back, or lacks it."""
    outcome = fail_if_any(
        [node for node in context.markup.css("a") if not _is_crawlable(node)],
        show=snippet,
        ok="Every link is crawlable.",
        problem="Links are not crawlable.",
    )
    return context.unless_content_is_elsewhere(outcome)


def _is_crawlable(node: LexborNode) -> bool:
    # As in Lighthouse: an element with a role, a name or an id may be something other than a link.
    if attribute_value(node, "role").strip() or attribute_value(node, "name").strip():
        return True
    href = "".join(attribute_value(node, "href").split()).lower()
    if href.startswith(("file:", "javascript:")):
        return bool(_SCRIPT_WITHOUT_NAVIGATION.fullmatch(href))
    if attribute_value(node, "id") and not href:
        return True
    if not has_attribute(node, "href"):
        return not any(has_attribute(node, name) for name in _LINK_ATTRIBUTES)
    return bool(href) and _is_parseable(href)


def _is_parseable(url: str) -> bool:
    try:
        resolve("https://example.com/", url)
    except ValueError:
        return False
    return True


@check(
    "broken_internal_links",
    severity=MEDIUM,
    needs={"page", "links"},
    title="Internal links are broken",
    why="Visitors see an error page, and search engines cannot crawl further.",
    fix=Fix(
        "Correct or remove the broken links.",
        ("Correct the URLs that the evidence lists.", "Redirect moved pages with status 301."),
        (
            "https://webhint.io/docs/user-guide/hints/hint-no-broken-links/",
            f"{GOOGLE}/crawling-indexing/301-redirects",
        ),
        {"nginx": "location = /old { return 301 /new; }"},
    ),
    oracle={"webhint": "no-broken-links"},
    confirm=False,
    in_frames=True,
    version=6,
)
def links_work(context: PageContext) -> Outcome:
    """None of the first 50 same-origin links, frames (of a frameset) and refreshes answers with status 400 or above."""
    statuses = context.links  # of the document as sent: crawlers follow these first, and without a browser
    if not statuses and is_built_by_scripts(context.document):
        raise not_rendered()
    if not statuses:
        return passed("The page has no internal link.")
    unknown = [url for url, status in statuses.items() if status is None or status in OVERLOAD_STATUSES]
    broken = [f"{url} (status {status})" for url, status in statuses.items() if _is_broken(status)]
    if not broken:
        context.require_no_challenged_links()
        context.require_no_soft_404(partial(_missing_beside, context))
    if unknown and not broken:
        raise Inconclusive(
            "timeout", f"{len(unknown)} links did not answer or were refused, the first is {unknown[0]}."
        )
    return fail_if_any(
        broken,
        ok="Every internal link works.",
        problem="Internal links answer with an error.",
        links=len(statuses),
        not_checked=unknown,
    )


def _missing_beside(context: PageContext, url: str) -> Page:
    return context.page_at(urljoin(url, context.nonexistent_path.removeprefix("/")))


def _is_broken(status: int | None) -> bool:
    return status is not None and status >= 400 and status not in OVERLOAD_STATUSES


@check(
    "canonical_valid",
    severity=MEDIUM,
    title="Document does not have a valid rel=canonical",
    why="With a wrong canonical URL, search engines show another page instead of this one.",
    fix=Fix(
        "Set one absolute canonical URL: that of this page.",
        (
            "Add one link element with the absolute URL of the page.",
            "Do not use the home page as the canonical URL of other pages.",
        ),
        (f"{LIGHTHOUSE}/canonical", f"{GOOGLE}/crawling-indexing/consolidate-duplicate-urls"),
        {"html": '<link rel="canonical" href="https://www.example.com/returns">'},
    ),
    headers=("link",),
    kind="markup",
    oracle={"lighthouse": "canonical"},
    version=3,
)
def canonical_is_valid(context: PageContext) -> Outcome:
    """The canonical URL, if set, is one absolute URL, and neither the root for another page nor on a private host."""
    page = context.markup
    urls = [attribute_value(node, "href").strip() for node in page.css('link[rel~="canonical" i][href]')]
    urls += _canonical_links(context.document.header("link") or "")
    if not urls:
        return passed("No canonical URL is set, which is allowed.")
    faults = [fault for url in urls if (fault := _canonical_fault(page, url))]
    if len(set(urls)) > 1:
        faults.append("several canonical URLs are set")
    return fail_if_any(
        faults, ok="The canonical URL is valid.", problem="The canonical URL is invalid.", canonical=urls
    )


def _canonical_links(header: str) -> list[str]:
    links = ((match[1].strip(), re.findall(_LINK_PARAMETER, match[2])) for match in _LINK.finditer(header))
    relations = ((url, [text for name, text in found if name.lower() == "rel"]) for url, found in links)
    return [url for url, found in relations if found and "canonical" in found[0].strip('"').lower().split()]


def _canonical_fault(page: Page, url: str) -> str | None:
    if not _is_absolute(url):
        return f"{url[:200]!r} is not an absolute URL"
    if is_private_host(host_of(url)) and not is_private_host(page.host):
        return f"{url[:200]!r} is on a private host, as that of a development server"
    here, there = urlsplit(page.url), urlsplit(url)
    leads_home = host_of(url) == page.host and there.path in ("", "/") and not there.query
    if leads_home and not _HOME_PATH.fullmatch(here.path):
        return "it is the home page"
    return None


def _is_absolute(url: str) -> bool:
    return _is_parseable(url) and bool(urlsplit(url).scheme and urlsplit(url).hostname)


@check(
    "hreflang_valid",
    severity=LOW,
    title="Document does not have a valid hreflang",
    why="Search engines ignore invalid hreflang links, and show visitors the page in the wrong language.",
    fix=Fix(
        "Use valid language codes and absolute URLs.",
        ("Use codes such as en, en-GB, pt-BR, zh-Hant or x-default.", "Use absolute URLs."),
        (f"{LIGHTHOUSE}/hreflang", f"{GOOGLE}/specialty/international/localized-versions"),
        {"html": '<link rel="alternate" hreflang="de-AT" href="https://www.example.com/at/">'},
    ),
    kind="markup",
    oracle={"lighthouse": "hreflang"},
    version=2,
)
def hreflang_is_valid(context: PageContext) -> Outcome:
    """Each alternate link with hreflang has a valid language and an absolute URL."""
    links = context.markup.css('link[rel~="alternate" i][hreflang]')
    if not links:
        return passed("The page has no hreflang links.")
    return fail_if_any(
        [node for node in links if not _is_valid_alternate(node)],
        show=snippet,
        ok="Every hreflang link is valid.",
        problem="hreflang links are invalid.",
    )


def _is_valid_alternate(node: LexborNode) -> bool:
    language = attribute_value(node, "hreflang").strip().lower()
    is_valid = language == "x-default" or (
        is_language(language) and not language.endswith(_RESERVED_REGION_SUFFIXES)
    )
    return is_valid and _is_absolute(attribute_value(node, "href").strip())
