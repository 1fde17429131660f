"""Markup that delays rendering or causes layout shifts."""

import re

from selectolax.lexbor import LexborNode

from scanner.outcome import Outcome, fail_if_any
from scanner.page.context import PageContext
from scanner.page.page import attribute_value, has_ancestor, has_attribute, snippet
from scanner.parsing.scripted_content import is_classic_script
from scanner.registry import LOW, MEDIUM, Fix, check

MAX_BLOCKING_STYLESHEETS = 1  # a page needs one
_SCREEN_WIDTH = 412  # CSS pixels, as in scanner/page_visit/device_profile.py, which imports Playwright
_PIXELS_OF_AN_EM = 16
_WIDTH_FEATURE = re.compile(
    r"\(\s*(min|max)-(?:device-)?width\s*:\s*(\d{1,5}(?:\.\d{1,5})?)\s*(px|r?em)\s*\)"
)
_OUT_OF_FLOW = re.compile(r"(?:^|;)\s*position\s*:\s*(?:absolute|fixed)\b", re.IGNORECASE)
_SIZE_IN_STYLE = re.compile(r"(?:^|;)\s*(width|height|aspect-ratio)\s*:\s*(?:auto\s+)?\.?\d", re.IGNORECASE)


@check(
    "render_blocking",
    severity=MEDIUM,
    title="Scripts or style sheets block rendering",
    why="A browser renders nothing until these files are loaded; each of them delays the first paint.",
    fix=Fix(
        "Defer scripts, and load a single style sheet.",
        (
            "Add defer (or async, or type=module) to scripts in the head, or move them to the end of the body.",
            "Merge style sheets, and give those for print or other media a media attribute.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/render-blocking-resources",
            "https://web.dev/articles/extract-critical-css",
        ),
        {"html": '<script src="/app.js" defer></script>'},
    ),
    oracle={"lighthouse": "render-blocking-insight"},
    version=4,
)
def nothing_blocks_rendering(context: PageContext) -> Outcome:
    """The head has no script that blocks the parser, and at most one style sheet that blocks rendering."""
    page = context.document  # as sent: elements that scripts insert later do not block the parser
    scripts = [node for node in page.css("head script[src]") if _blocks_the_parser(node)]
    sheets = [node for node in page.css("link[rel][href]") if _blocks_rendering(node)]
    return fail_if_any(
        scripts + (sheets if len(sheets) > MAX_BLOCKING_STYLESHEETS else []),
        show=snippet,
        ok="No script blocks rendering, and at most one style sheet.",
        problem="Scripts or style sheets block rendering.",
        scripts=len(scripts),
        style_sheets=len(sheets),
    )


def _blocks_the_parser(node: LexborNode) -> bool:
    return is_classic_script(node) and not has_attribute(node, "defer") and not has_attribute(node, "async")


def _blocks_rendering(node: LexborNode) -> bool:
    words = attribute_value(node, "rel").lower().split()
    unused = has_attribute(node, "disabled") or has_ancestor(node, "noscript", "template")
    if "stylesheet" not in words or "alternate" in words or unused:
        return False
    return any(map(_applies_to_a_phone, attribute_value(node, "media").lower().split(",")))


def _applies_to_a_phone(query: str) -> bool:
    """Return whether a media query is known to apply to the screen of the scanner's visits."""
    kind, *features = (part.strip() for part in query.strip().removeprefix("only ").split(" and "))
    if kind.startswith("("):
        features.insert(0, kind)
    elif kind not in ("", "all", "screen"):
        return False
    widths = [_WIDTH_FEATURE.fullmatch(feature) for feature in features]
    return all(found and _has_width(found[1], float(found[2]), found[3]) for found in widths)


def _has_width(bound: str, length: float, unit: str) -> bool:
    pixels = length * (1 if unit == "px" else _PIXELS_OF_AN_EM)
    return pixels <= _SCREEN_WIDTH if bound == "min" else pixels >= _SCREEN_WIDTH


@check(
    "image_dimensions",
    severity=LOW,
    needs={"page", "assets"},
    title="Image elements do not have explicit width and height",
    why="Without width and height, the content below an image moves when the image is loaded (layout shift).",
    fix=Fix(
        "Set width and height on every image.",
        (
            "Set the attributes width and height to the image's own size in pixels.",
            "Scale it with CSS: max-width: 100%; height: auto.",
        ),
        ("https://web.dev/articles/optimize-cls#images_without_dimensions",),
        {"html": '<img src="/shop.jpg" width="1200" height="800" alt="Our shop">'},
    ),
    kind="markup",
    oracle={"lighthouse": "unsized-images"},
    in_frames=True,
    version=5,
)
def images_have_dimensions(context: PageContext) -> Outcome:
    """Every img element in the flow of the page has width and height, as attributes or in its style."""
    images = [node for node in context.markup.css("img") if _may_shift_the_layout(node)]
    outcome = fail_if_any(
        [node for node in images if not _has_size(node)],
        show=snippet,
        ok="Every image has width and height." if images else "The page has no image.",
        problem="Images lack width or height.",
        images=len(images),
    )
    return context.unless_content_is_elsewhere(outcome)


def _may_shift_the_layout(node: LexborNode) -> bool:
    """Return whether the element is in the flow and shows a file, as in Lighthouse's unsized-images."""
    is_inline = attribute_value(node, "src").strip().lower().startswith("data:image/svg+xml")
    is_positioned = bool(_OUT_OF_FLOW.search(attribute_value(node, "style")))
    return not (is_inline or is_positioned or has_ancestor(node, "noscript", "template"))


def _has_size(node: LexborNode) -> bool:
    known = {name.lower() for name in _SIZE_IN_STYLE.findall(attribute_value(node, "style"))}
    known |= {name for name in ("width", "height") if _is_length(node, name)}
    return len(known) >= 2  # with an aspect ratio, one side gives the other


def _is_length(node: LexborNode, attribute: str) -> bool:
    """Return whether the attribute is a length that browsers parse: it starts with a digit."""
    return attribute_value(node, attribute).strip()[:1].isdigit()
