"""Resources of a rendered page: transfer size, DOM size, its LCP image, its scripts."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

from scanner.outcome import FAILED, Measurement, Outcome, fail_if_any, failed, faulty_urls, passed
from scanner.page.context import PageContext
from scanner.page.page import Page, attribute_value, has_ancestor
from scanner.page.rendered import no_paint
from scanner.parsing.scripted_content import own_scripts
from scanner.parsing.srcset import urls_in_srcset
from scanner.preconditions import Inconclusive, content_in_frames
from scanner.registry import LOW, MEDIUM, Fix, Metric, check

if TYPE_CHECKING:
    from scanner.page_visit import PageSnapshot
    from scanner.page_visit.scripts import ScriptUsage

MIN_SAVING_BYTES = 2048  # as Lighthouse's unminified-javascript
MAX_SCRIPTS = 100  # read by a visit; as in scanner/page_visit/scripts.py, which imports Playwright
MIN_SAVING_SHARE = 0.05  # of the script
_URL_ATTRIBUTES = ("src", "srcset", "href", "imagesrcset")
_LIGHTHOUSE = "https://developer.chrome.com/docs/lighthouse/performance"


def _measured(context: PageContext, read: "Callable[[PageSnapshot], float]") -> Measurement:
    def samples(count: int) -> list[float]:
        return [read(visit) for visit in context.rendered.visits(count)]

    # The value hardly varies: one visit is enough, except near the threshold.
    return Measurement(samples(1), take_samples=samples)


@check(
    "total_byte_weight",
    severity=MEDIUM,
    needs={"page", "visit", "media"},
    title="Total page size is too large (network payload)",
    why="Large pages load slowly on mobile networks and cost visitors money.",
    fix=Fix(
        "Reduce the page's total transfer size to less than 2667 KiB.",
        (
            "Send images as AVIF or WebP, in the size in which they are shown, with loading=lazy below the fold.",
            "Remove scripts, fonts and videos that the page does not need immediately.",
            "Compress text resources.",
        ),
        (f"{_LIGHTHOUSE}/total-byte-weight",),
        {"html": '<img src="/lamp.avif" width="400" height="300" loading="lazy" alt="A lamp">'},
    ),
    kind="browser",
    metric=Metric("KiB", 2667.0),
    oracle={"lighthouse": "total-byte-weight"},
    version=3,
)
def total_byte_weight(context: PageContext) -> Measurement:
    """The page transfers at most 2667 KiB over the network."""

    def kibibytes(visit: "PageSnapshot") -> float:
        _require_media(visit)
        return visit.transfer_size / 1024

    return _measured(context, kibibytes)


@check(
    "dom_size",
    severity=LOW,
    needs={"page", "visit"},
    title="DOM size is excessive",
    why="A large DOM uses memory and slows down style calculations and layout.",
    fix=Fix(
        "Reduce the page to less than 1400 elements.",
        (
            "Paginate long lists and tables, or render them on scroll.",
            "Remove wrapper elements that only serve the layout.",
            "Create hidden menus and dialogs when they are opened.",
        ),
        (f"{_LIGHTHOUSE}/dom-size", "https://web.dev/articles/dom-size-and-interactivity"),
    ),
    kind="browser",
    metric=Metric("elements", 1400.0),
    oracle={"lighthouse": "dom-size"},
)
def dom_size(context: PageContext) -> Measurement:
    """The rendered body has at most 1400 elements, including those in open shadow roots."""
    _require_body(context)
    return _measured(context, lambda visit: float(visit.elements))


def _require_media(visit: "PageSnapshot") -> None:
    for url, problem in visit.unavailable_media.items():
        raise Inconclusive("blocked", f"{url[:200]}, which the page shows, {problem}.")


def _require_body(context: PageContext) -> None:
    if context.rendered.visits()[0].is_frameset:
        raise content_in_frames()


@check(
    "lcp_image_not_lazy",
    severity=MEDIUM,
    needs={"page", "visit", "media"},
    title="Largest Contentful Paint image is lazily loaded",
    why="The browser requests a lazily loaded image only after layout, which delays the Largest Contentful Paint.",
    fix=Fix(
        "Load the LCP image without lazy loading.",
        (
            'Remove loading="lazy" from the image.',
            'Add fetchpriority="high" to it.',
            "Keep lazy loading for images below the fold.",
        ),
        (f"{_LIGHTHOUSE}/lcp-lazy-loaded", "https://web.dev/articles/lcp-lazy-loading"),
        {"html": '<img src="/hero.avif" width="1200" height="600" fetchpriority="high" alt="…">'},
    ),
    kind="browser",
    oracle={"lighthouse": "lcp-lazy-loaded"},
    version=4,
)
def lcp_image_is_not_lazy(context: PageContext) -> Outcome:
    """The image that is the Largest Contentful Paint, if any, is not lazily loaded (after a fix, nor by a script)."""
    _require_body(context)
    _require_media(context.rendered.visits()[0])
    vitals = context.rendered.visits()[0].vitals
    if vitals is None:
        raise no_paint()
    largest = vitals.largest
    if largest.get("tag") != "img":
        return passed("The Largest Contentful Paint element is not an image.", largest_element=largest)
    if largest["loading"].strip().lower() == "lazy":
        return failed("The Largest Contentful Paint image has loading=lazy.", largest_element=largest)
    if context.is_verification and _waits_for_layout(context.document, largest["url"]):
        return failed(
            "A script loads the Largest Contentful Paint image, or removes its loading=lazy.",
            largest_element=largest,
        )
    return passed("The Largest Contentful Paint image is not lazily loaded.", largest_element=largest)


def _waits_for_layout(page: Page, url: str) -> bool:
    """Return whether the HTML as sent has the image only in data attributes or with loading=lazy."""
    images = [
        node for node in page.css("img, picture source") if not has_ancestor(node, "noscript", "template")
    ]
    preloads = page.css('link[rel~="preload" i]')
    is_early = any(
        url in _urls_in(page, node, _URL_ATTRIBUTES)
        for node in [*preloads, *(image for image in images if not _is_lazy(image))]
    )
    return not is_early and any(url in _urls_in(page, node, list(node.attributes)) for node in images)


def _is_lazy(node: LexborNode) -> bool:
    parent = node.parent.css_first("img") if node.tag == "source" and node.parent else None
    return attribute_value(parent or node, "loading").strip().lower() == "lazy"


def _urls_in(page: Page, node: LexborNode, attributes: Iterable[str]) -> set[str]:
    wanted = [name for name in attributes if name.startswith("data-") or name in _URL_ATTRIBUTES]
    texts = [attribute_value(node, name) for name in wanted]
    candidates = (url for text in texts for url in urls_in_srcset(text))
    return {page.absolute(reference) for reference in (*texts, *candidates)}


@check(
    "minified_js",
    severity=LOW,
    needs={"page", "scripts"},
    title="JavaScript is not minified",
    why="Minification removes white space and comments, which reduces the transfer size and the parse time.",
    fix=Fix(
        "Minify JavaScript when the site is built.",
        (
            "Minify with the bundler (esbuild, Terser), and deploy its output.",
            "Keep source maps in separate files.",
        ),
        (f"{_LIGHTHOUSE}/unminified-javascript",),
        {"shell": "esbuild app.js --bundle --minify --outfile=app.min.js"},
    ),
    kind="browser",
    oracle={"lighthouse": "unminified-javascript"},
    version=3,
)
def scripts_are_minified(context: PageContext) -> Outcome:
    """Minification would save less than 2048 bytes, or less than 5 %, of each script."""
    scripts = context.rendered.scripts()
    _require_run(context, "minified_js", scripts)
    return fail_if_any(
        [
            f"{script.url} ({script.minifiable} of {script.sent} bytes)"
            for script in scripts
            if script.minifiable >= MIN_SAVING_BYTES and script.minifiable_share >= MIN_SAVING_SHARE
        ],
        ok="Every script is minified.",
        problem="Scripts are not minified.",
        scripts=len(scripts),
    )


@check(
    "unused_js",
    severity=LOW,
    needs={"page", "scripts"},
    title="Page loads unused JavaScript",
    why="JavaScript that never runs is downloaded, parsed and kept in memory, which delays what is needed.",
    fix=Fix(
        "Load only the JavaScript that the page needs.",
        (
            "Find unused code in the Coverage panel of the browser's developer tools.",
            "Split the code by page, and load parts on demand: import().",
            "Remove libraries of which little is used.",
        ),
        (f"{_LIGHTHOUSE}/unused-javascript", "https://web.dev/articles/remove-unused-code"),
        {"javascript": 'button.onclick = async () => (await import("./editor.js")).open();'},
    ),
    kind="browser",
    metric=Metric("KiB", 20.0),
    oracle={"lighthouse": "unused-javascript"},
    version=3,
)
def scripts_are_used(context: PageContext) -> Measurement:
    """No script has more than 20 KiB, as transferred, that do not run while the page loads."""
    scripts = context.rendered.scripts()
    _require_run(context, "unused_js", scripts)
    worst = max(scripts, key=lambda script: script.unused, default=None)
    evidence = {"script": worst.url, "sent_bytes": worst.sent} if worst else {}
    return Measurement([worst.unused / 1024 if worst else 0.0], evidence=evidence)


def _require_run(context: PageContext, key: str, scripts: "list[ScriptUsage]") -> None:
    """Raise when a script that failed before is loaded but does not run: a broken script has no unused code."""
    earlier = context.rendered.earlier.get(key)
    if earlier is None or earlier.status != FAILED or len(scripts) == MAX_SCRIPTS:
        return
    page = context.rendered.document
    # The URL of an inline script is that of the page, a space and the start of its code.
    worst = str(earlier.evidence.get("script")).partition(" ")[0]
    faulty = {*faulty_urls(earlier.evidence), worst}
    for_other_pages = {
        page.absolute(attribute_value(node, "href")) for node in page.css('link[rel~="prefetch" i]')
    }
    judged = for_other_pages | {script.url for script in scripts}
    for url in (*context.rendered.visits()[0].resources, *own_scripts(page)):
        if url in faulty - judged:
            raise Inconclusive(
                "target_missing", f"{url[:200]} is loaded, but does not run as a script of the page."
            )
