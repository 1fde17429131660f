"""Links: where they lead, whether a crawler can follow them, what their words say; canonical and hreflang."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.outcome import Outcome, passed, verdict
from scanner.page import Page, has, snippet, value
from scanner.page_context import Facts
from scanner.parsing.element_text import text_of
from scanner.parsing.language_tags import is_language
from scanner.preconditions import CannotLook
from scanner.registry import LOW, MEDIUM, SEO, Fix, check

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

LIGHTHOUSE = "https://developer.chrome.com/docs/lighthouse/seo"
GOOGLE = "https://developers.google.com/search/docs"

# What says nothing about where a link leads, in the languages that Lighthouse 12 knows best.
EMPTY_WORDS = frozenset(
    [
        "click here",
        "click this",
        "go",
        "here",
        "information",
        "learn more",
        "more",
        "more info",
        "more information",
        "right here",
        "read more",
        "see more",
        "start",
        "this",
        "hier",
        "hier klicken",
        "klicken sie hier",
        "mehr",
        "mehr erfahren",
        "mehr lesen",
        "weiter",
        "weiterlesen",
        "weitere informationen",
        "cliquez ici",
        "cliquer ici",
        "ici",
        "plus",
        "en savoir plus",
        "lire la suite",
        "voir plus",
        "aquí",
        "haga clic aquí",
        "clic aquí",
        "más",
        "más información",
        "leer más",
        "saber más",
        "ver más",
        "clicca qui",
        "qui",
        "di più",
        "leggi di più",
        "scopri di più",
        "continua",
        "clique aqui",
        "aqui",
        "mais",
        "leia mais",
        "saiba mais",
        "ver mais",
        "klik hier",
        "lees meer",
        "meer",
        "meer informatie",
        "kliknij tutaj",
        "tutaj",
        "więcej",
        "czytaj więcej",
        "läs mer",
        "klicka här",
        "här",
        "mer",
        "подробнее",
        "читать далее",
        "здесь",
        "нажмите здесь",
        "こちら",
        "ここをクリック",
        "続きを読む",
        "点击这里",
        "更多",
        "了解更多",
    ]
)


@check(
    "link_text",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="Links do not say where they lead",
    why="“Click here” tells neither a reader who skims, nor a screen reader's list of links, nor a search "
    "engine anything.",
    fix=Fix(
        "Let the words of each link say what is behind it.",
        ("Replace “click here” and “more” by the name of the page that the link leads to.",),
        (f"{LIGHTHOUSE}/link-text", f"{GOOGLE}/crawling-indexing/links-crawlable"),
        {"html": '<a href="/returns">How to return something</a>'},
    ),
    oracle={"lighthouse": "link-text"},
)
def links_say_where_they_lead(facts: Facts) -> Outcome:
    """No link's text is one of those that say nothing."""
    page = facts.document
    bad = [
        node for node in page.css("a[href]") if _leads_elsewhere(page, node) and _said(node) in EMPTY_WORDS
    ]
    return verdict(
        bad, show=snippet, fine="Every link says where it leads.", wrong="Links do not say where they lead."
    )


def _said(node: LexborNode) -> str:
    return " ".join((value(node, "aria-label") or text_of(node)).split()).strip(" .…→»>!").lower()


def _leads_elsewhere(page: Page, node: LexborNode) -> bool:
    if "nofollow" in value(node, "rel").lower().split():
        return False
    address = page.absolute(value(node, "href"))
    return address.startswith(("http:", "https:")) and address.split("#")[0] != page.url.split("#")[0]


@check(
    "crawlable_anchors",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="Links have addresses that no crawler can follow",
    why="Search engines follow addresses and run no clicks; what is only behind such links is not found.",
    fix=Fix(
        "Give every link a real address, and make what is no link a button.",
        ("Write the address into href.", "Use a button element where a click only runs a script."),
        (f"{LIGHTHOUSE}/crawlable-anchors", f"{GOOGLE}/crawling-indexing/links-crawlable"),
        {"html": '<a href="/prices">Prices</a> <button type="button">Open the menu</button>'},
    ),
    oracle={"lighthouse": "crawlable-anchors"},
)
def anchors_are_crawlable(facts: Facts) -> Outcome:
    """No a element has javascript:, an empty or a file: address."""
    bad = [node for node in facts.document.css("a") if _is_dead_end(node)]
    return verdict(bad, show=snippet, fine="Every link can be followed.", wrong="Links can't be followed.")


def _is_dead_end(node: LexborNode) -> bool:
    """Judge as Lighthouse does: what has a role, a name or an id may be something else than a link."""
    if value(node, "role").strip() or value(node, "name").strip():
        return False
    address = "".join(value(node, "href").split()).lower()
    if address.startswith(("file:", "javascript:")):
        return True
    if not has(node, "href"):
        return has(node, "onclick")
    return (not address and not value(node, "id")) or not _is_readable(address)


def _is_readable(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


@check(
    "broken_internal_links",
    domain=SEO,
    severity=MEDIUM,
    needs={"page", "links"},
    title="Links lead to pages that do not exist",
    why="Visitors end on an error, and search engines stop there.",
    fix=Fix(
        "Correct or remove the links.",
        ("Correct the addresses that the evidence lists.", "Redirect pages that have moved with status 301."),
        (
            "https://webhint.io/docs/user-guide/hints/hint-no-broken-links/",
            f"{GOOGLE}/crawling-indexing/301-redirects",
        ),
        {"nginx": "location = /old { return 301 /new; }"},
    ),
    oracle={"webhint": "no-broken-links"},
    confirm=False,
)
def links_work(facts: Facts) -> Outcome:
    """None of the first 50 links of the page's own origin answers with 400 or more, also when asked twice."""
    answers = facts.links
    if not answers:
        return passed("The page has no link within its origin.")
    unknown = [url for url, status in answers.items() if status is None or status == 429]
    broken = [f"{url} (status {status})" for url, status in answers.items() if _is_broken(status)]
    if unknown and not broken:
        raise CannotLook("timeout", f"{len(unknown)} links did not answer, first {unknown[0]}.")
    return verdict(
        broken,
        fine="Every link answers.",
        wrong="Links answer with an error.",
        links=len(answers),
        silent=unknown,
    )


def _is_broken(status: int | None) -> bool:
    return status is not None and status >= 400 and status != 429


@check(
    "canonical_valid",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="The canonical address is wrong",
    why="A canonical address that is wrong takes the page out of search results in favour of another.",
    fix=Fix(
        "Give one canonical address, in full, of this very page.",
        (
            "Write one link element with the page's full address.",
            "Do not point every page at the front page.",
        ),
        (f"{LIGHTHOUSE}/canonical", f"{GOOGLE}/crawling-indexing/consolidate-duplicate-urls"),
        {"html": '<link rel="canonical" href="https://www.example.com/returns">'},
    ),
    headers=("link",),
    oracle={"lighthouse": "canonical"},
)
def canonical_is_valid(facts: Facts) -> Outcome:
    """The canonical address, when given, is one absolute URL and not the root for another page."""
    page = facts.document
    said = [value(node, "href").strip() for node in page.css('link[rel~="canonical" i][href]')]
    if not said:
        return passed("No canonical address is given, which is allowed.")
    faults = [fault for address in said if (fault := _canonical_fault(page, address))]
    if len(set(said)) > 1:
        faults.append("there are several")
    return verdict(faults, fine="The canonical address is valid.", wrong="It is wrong.", canonical=said)


def _canonical_fault(page: Page, address: str) -> str | None:
    if not _is_readable(address) or not urlsplit(address).hostname or not urlsplit(address).scheme:
        return f"{address[:200]!r} is not absolute"
    here, there = urlsplit(page.url), urlsplit(address)
    if there.hostname == here.hostname and there.path in ("", "/") and here.path not in ("", "/"):
        return "it points at the root of the site"
    return None


@check(
    "hreflang_valid",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="Links to other languages are wrong",
    why="Search engines ignore them, and show visitors the page in the wrong language.",
    fix=Fix(
        "Name each language by its code, with the full address.",
        ("Use codes as en, en-GB, pt-BR, zh-Hant or x-default.", "Write every address in full."),
        (f"{LIGHTHOUSE}/hreflang", f"{GOOGLE}/specialty/international/localized-versions"),
        {"html": '<link rel="alternate" hreflang="de-AT" href="https://www.example.com/at/">'},
    ),
    oracle={"lighthouse": "hreflang"},
)
def hreflang_is_valid(facts: Facts) -> Outcome:
    """Each alternate with hreflang has a valid language and an absolute address."""
    links = facts.document.css('link[rel~="alternate" i][hreflang]')
    if not links:
        return passed("The page names no other language.")
    bad = [node for node in links if not _is_alternate(node)]
    return verdict(
        bad, show=snippet, fine="Every language is named rightly.", wrong="Languages are named wrongly."
    )


def _is_alternate(node: LexborNode) -> bool:
    language = value(node, "hreflang").strip().lower()
    address = value(node, "href").strip()
    absolute = _is_readable(address) and bool(urlsplit(address).scheme and urlsplit(address).hostname)
    return absolute and (language == "x-default" or is_language(language))
