"""What a page loads and builds: its bytes, its elements, its largest image, its scripts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.outcome import Measurement, Outcome, failed, passed, verdict
from scanner.page_context import Facts
from scanner.registry import LOW, MEDIUM, PERFORMANCE, Fix, Metric, check

if TYPE_CHECKING:
    from scanner.page_visit import Sight

SMALLEST_SAVING = 2048  # bytes
SMALLEST_SHARE = 0.05
_LIGHTHOUSE = "https://developer.chrome.com/docs/lighthouse/performance"


def _counted(facts: Facts, read: "Callable[[Sight], float]") -> Measurement:
    """One visit is enough for what hardly changes; near the threshold it is counted five times."""

    def samples(count: int) -> list[float]:
        return [read(sight) for sight in facts.browsing.glances(count)]

    return Measurement(samples(1), more=samples)


@check(
    "total_byte_weight",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page", "glance"},
    title="The page is too heavy",
    why="Every megabyte costs a visitor on a phone seconds, and money.",
    fix=Fix(
        "Bring all that the page loads under 2667 KiB.",
        (
            "Send images as AVIF or WebP, in the size in which they are shown, with loading=lazy below the fold.",
            "Drop scripts, fonts and videos that the page does not need at once.",
            "Compress text.",
        ),
        (f"{_LIGHTHOUSE}/total-byte-weight",),
        {"html": '<img src="/lamp.avif" width="400" height="300" loading="lazy" alt="A lamp">'},
    ),
    kind="browser",
    metric=Metric("KiB", 2667.0),
    oracle={"lighthouse": "total-byte-weight"},
)
def total_byte_weight(facts: Facts) -> Measurement:
    """All that the page loads comes to at most 2667 KiB over the wire."""
    return _counted(facts, lambda sight: sight.weight / 1024)


@check(
    "dom_size",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page", "glance"},
    title="The page has too many elements",
    why="Each change of style or layout goes through all of them; the page grows slow and takes memory.",
    fix=Fix(
        "Keep the page under 1400 elements.",
        (
            "Show long lists and tables in parts, or as they are scrolled to.",
            "Do without wrappers that only serve layout.",
            "Make hidden menus and dialogs when they are opened.",
        ),
        (f"{_LIGHTHOUSE}/dom-size", "https://web.dev/articles/dom-size-and-interactivity"),
    ),
    kind="browser",
    metric=Metric("elements", 1400.0),
    oracle={"lighthouse": "dom-size"},
)
def dom_size(facts: Facts) -> Measurement:
    """The rendered body holds at most 1400 elements, those in open shadow roots included."""
    return _counted(facts, lambda sight: float(sight.elements))


@check(
    "lcp_image_not_lazy",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page", "glance"},
    title="The largest image is loaded lazily",
    why="The browser waits for the layout before it asks for the image that visitors wait for.",
    fix=Fix(
        "Load the largest image at once.",
        (
            'Remove loading="lazy" from the image.',
            'Add fetchpriority="high" to it.',
            "Keep lazy loading for images further down.",
        ),
        (f"{_LIGHTHOUSE}/lcp-lazy-loaded", "https://web.dev/articles/lcp-lazy-loading"),
        {"html": '<img src="/hero.avif" width="1200" height="600" fetchpriority="high" alt="…">'},
    ),
    kind="browser",
    oracle={"lighthouse": "lcp-lazy-loaded"},
)
def largest_image_is_not_lazy(facts: Facts) -> Outcome:
    """The image that is the largest contentful paint, if it is one, does not say loading=lazy."""
    vitals = facts.browsing.glances()[0].vitals
    largest = vitals.largest if vitals else {}
    if largest.get("tag") != "img":
        return passed("The largest part of the page is no image element.", largest_element=largest)
    if largest["loading"].strip().lower() == "lazy":
        return failed("The largest image is loaded lazily.", largest_element=largest)
    return passed("The largest image is loaded at once.", largest_element=largest)


@check(
    "minified_js",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page", "scripts"},
    title="Scripts are not minified",
    why="Blanks and comments are sent to every visitor, who has no use for them.",
    fix=Fix(
        "Minify the scripts when the site is built.",
        (
            "Let the bundler minify (esbuild, Terser), and ship what comes out.",
            "Keep the source maps elsewhere.",
        ),
        (f"{_LIGHTHOUSE}/unminified-javascript",),
        {"shell": "esbuild app.js --bundle --minify --outfile=app.min.js"},
    ),
    kind="browser",
    oracle={"lighthouse": "unminified-javascript"},
)
def scripts_are_minified(facts: Facts) -> Outcome:
    """No script would be smaller by 2048 bytes and a twentieth without its blanks and comments."""
    scripts = facts.browsing.scripts()
    spare = [one for one in scripts if one.spare >= SMALLEST_SAVING and one.spare_share >= SMALLEST_SHARE]
    return verdict(
        [f"{one.url} ({one.spare} of {one.sent} bytes)" for one in spare],
        fine="Every script is as small as minifying makes it.",
        wrong="Scripts are sent with blanks and comments.",
        scripts=len(scripts),
    )


@check(
    "unused_js",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page", "scripts"},
    title="Scripts bring much that the page does not use",
    why="Script that never runs is loaded, read and kept in memory all the same, before what is needed.",
    fix=Fix(
        "Load only the script that the page needs.",
        (
            "Look in the browser's coverage panel what is not used.",
            "Split the script by page, and load parts when they are needed: import().",
            "Drop libraries of which little is used.",
        ),
        (f"{_LIGHTHOUSE}/unused-javascript", "https://web.dev/articles/remove-unused-code"),
        {"javascript": 'button.onclick = async () => (await import("./editor.js")).open();'},
    ),
    kind="browser",
    metric=Metric("KiB", 20.0),
    oracle={"lighthouse": "unused-javascript"},
)
def scripts_are_used(facts: Facts) -> Measurement:
    """No script brings more than 20 KiB that does not run while the page loads, as sent over the wire."""
    scripts = facts.browsing.scripts()
    worst = max(scripts, key=lambda one: one.unused, default=None)
    evidence = {"script": worst.url, "sent_bytes": worst.sent} if worst else {}
    return Measurement([worst.unused / 1024 if worst else 0.0], evidence=evidence)
