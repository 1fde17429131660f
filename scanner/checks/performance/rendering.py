"""What holds up the first picture of a page or makes it jump, as far as its markup tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.outcome import Outcome, passed, verdict
from scanner.page import has, inside, snippet, value
from scanner.page_context import Facts
from scanner.registry import LOW, MEDIUM, PERFORMANCE, Fix, check

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MOST_BLOCKING_SHEETS = 1
_SCRIPT_TYPES = ("", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript")


@check(
    "render_blocking",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page"},
    title="Scripts and style sheets in the head hold up the page",
    why="A browser shows nothing until these files have come; every one of them makes the page appear later.",
    fix=Fix(
        "Let scripts wait, and load one style sheet.",
        (
            "Add defer (or async, or type=module) to the scripts in the head, or move them to the end of "
            "the body.",
            "Join the style sheets, and load those for print or other media with a media attribute.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/render-blocking-resources",
            "https://web.dev/articles/extract-critical-css",
        ),
        {"html": '<script src="/app.js" defer></script>'},
    ),
    oracle={"lighthouse": "render-blocking-insight"},
)
def nothing_blocks(facts: Facts) -> Outcome:
    """The head has no script that blocks the parser and at most one blocking style sheet."""
    page = facts.document
    scripts = [node for node in page.css("head script[src]") if _blocks_the_parser(node)]
    sheets = [node for node in page.css("link[rel][href]") if _blocks_rendering(node)]
    faults = scripts + (sheets if len(sheets) > MOST_BLOCKING_SHEETS else [])
    return verdict(
        faults,
        show=snippet,
        fine="Nothing holds up the page.",
        wrong="Scripts or style sheets hold up the page.",
        scripts=len(scripts),
        style_sheets=len(sheets),
    )


def _blocks_the_parser(node: LexborNode) -> bool:
    kind = value(node, "type").strip().lower()
    waits = has(node, "defer") or has(node, "async")
    return kind in _SCRIPT_TYPES and not waits and not inside(node, "noscript", "template")


def _blocks_rendering(node: LexborNode) -> bool:
    words = value(node, "rel").lower().split()
    media = value(node, "media").strip().lower()
    idle = has(node, "disabled") or inside(node, "noscript", "template")
    return "stylesheet" in words and "alternate" not in words and media in ("", "all", "screen") and not idle


@check(
    "image_dimensions",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page"},
    title="Images have no width and height",
    why="Until an image has come the browser does not know its size; then everything below it jumps.",
    fix=Fix(
        "Give every image its width and height.",
        (
            "Write the image's own size in pixels into width and height.",
            "Let CSS scale it: max-width: 100%; height: auto.",
        ),
        ("https://web.dev/articles/optimize-cls#images_without_dimensions",),
        {"html": '<img src="/shop.jpg" width="1200" height="800" alt="Our shop">'},
    ),
    oracle={"lighthouse": "unsized-images"},
)
def images_have_dimensions(facts: Facts) -> Outcome:
    """Every img element has width and height."""
    images = [node for node in facts.document.css("img") if not inside(node, "noscript", "template")]
    if not images:
        return passed("The page has no image.")
    bare = [node for node in images if not (_is_size(node, "width") and _is_size(node, "height"))]
    return verdict(
        bare, show=snippet, fine="Every image has its size.", wrong="Images have no size.", images=len(images)
    )


def _is_size(node: LexborNode, attribute: str) -> bool:
    """Say whether the attribute is a length that a browser reads: it begins with digits."""
    return value(node, attribute).strip()[:1].isdigit()
