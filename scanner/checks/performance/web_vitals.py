"""How fast a page comes on a slow phone: what Lighthouse measures in its lab, by loads of our own.

Each load is on Lighthouse's phone, throttled as DevTools does it (page_visit/device_profile.py). After one warm-up
there are three, near the threshold five, and the median counts. The thresholds: https://web.dev/articles/vitals.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.outcome import Measurement
from scanner.page_context import Facts
from scanner.preconditions import CannotLook
from scanner.registry import HIGH, MEDIUM, PERFORMANCE, Fix, Metric, check

if TYPE_CHECKING:
    from scanner.page_visit import Vitals

LOADS = 3

_GUIDE = "https://web.dev/articles"


def _measured(facts: Facts, read: "Callable[[Vitals], float]") -> Measurement:
    def samples(count: int) -> list[float]:
        return [read(load) for load in facts.browsing.loads(count)]

    first = samples(LOADS)
    largest = facts.browsing.loads(1)[0].largest
    return Measurement(first, evidence={"largest_element": largest}, more=samples)


@check(
    "lcp",
    domain=PERFORMANCE,
    severity=HIGH,
    needs={"page", "vitals"},
    title="The largest part of the page comes late",
    why="Visitors take a page to be there when its largest picture or text is; many leave before.",
    fix=Fix(
        "Bring the largest contentful paint under 2.5 s.",
        (
            "Look in the evidence which element is the largest.",
            'Load its image early: fetchpriority="high", no loading="lazy", an address in the HTML itself.',
            "Make the image smaller: AVIF or WebP, in the size in which it is shown.",
            "Take away what holds up the page: scripts and style sheets in the head, slow answers of the server.",
        ),
        (f"{_GUIDE}/optimize-lcp", f"{_GUIDE}/lcp"),
        {
            "html": '<link rel="preload" as="image" href="/hero.avif" fetchpriority="high">',
            "nginx": 'add_header Link "</hero.avif>; rel=preload; as=image" always;',
        },
    ),
    kind="browser",
    metric=Metric("s", 2.5),
    oracle={"lighthouse": "largest-contentful-paint"},
)
def largest_contentful_paint(facts: Facts) -> Measurement:
    """The median of the largest contentful paint is at most 2.5 s on a slow phone."""
    return _measured(facts, _largest_in_seconds)


def _largest_in_seconds(load: "Vitals") -> float:
    if load.lcp is None:
        raise CannotLook("not_available", "Nothing on the page counts as its largest paint.")
    return load.lcp / 1000


@check(
    "fcp",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page", "vitals"},
    title="The page stays empty for long",
    why="Until something is to be seen a visitor does not know whether the page will come at all.",
    fix=Fix(
        "Bring the first contentful paint under 1.8 s.",
        (
            "Answer faster: cache pages, use a CDN.",
            "Load scripts with defer, and only the style sheet that the page needs.",
            "Send text with compression, and fonts with font-display: swap.",
        ),
        (f"{_GUIDE}/fcp", "https://developer.chrome.com/docs/lighthouse/performance/first-contentful-paint"),
        {"html": '<script src="/app.js" defer></script> <link rel="preconnect" href="https://cdn.example">'},
    ),
    kind="browser",
    metric=Metric("s", 1.8),
    oracle={"lighthouse": "first-contentful-paint"},
)
def first_contentful_paint(facts: Facts) -> Measurement:
    """The median of the first contentful paint is at most 1.8 s on a slow phone."""
    return _measured(facts, lambda load: load.fcp / 1000)


@check(
    "cls",
    domain=PERFORMANCE,
    severity=HIGH,
    needs={"page", "vitals"},
    title="The page jumps while it loads",
    why="What a visitor reads or wants to tap moves away; they tap something else.",
    fix=Fix(
        "Keep the layout shift under 0.1.",
        (
            "Give images, videos, frames and advertisements their width and height, or an aspect-ratio.",
            "Put nothing above what is already shown, except after a tap.",
            "Let fonts come with font-display: optional, or with size-adjust.",
        ),
        (f"{_GUIDE}/optimize-cls", f"{_GUIDE}/cls"),
        {"html": '<div style="min-height: 250px"><!-- the advertisement comes here --></div>'},
    ),
    kind="browser",
    metric=Metric("", 0.1),
    oracle={"lighthouse": "cumulative-layout-shift"},
)
def cumulative_layout_shift(facts: Facts) -> Measurement:
    """The median of the cumulative layout shift is at most 0.1 while the page loads."""
    return _measured(facts, lambda load: load.cls)


@check(
    "tbt",
    domain=PERFORMANCE,
    severity=HIGH,
    needs={"page", "vitals"},
    title="Scripts keep the page from answering",
    why="While a long script runs nothing reacts to a tap; on a cheap phone that takes four times as long.",
    fix=Fix(
        "Bring the blocking time under 200 ms.",
        (
            "Look in the browser's performance panel which scripts run for longer than 50 ms.",
            "Load less JavaScript: split it by page, drop what is not used, put third parties off.",
            "Cut long work into pieces (scheduler.yield), or do it in a worker.",
        ),
        (f"{_GUIDE}/optimize-long-tasks", f"{_GUIDE}/tbt"),
        {"javascript": "for (const item of items) { work(item); await scheduler.yield(); }"},
    ),
    kind="browser",
    metric=Metric("ms", 200.0),
    oracle={"lighthouse": "total-blocking-time"},
)
def total_blocking_time(facts: Facts) -> Measurement:
    """Long tasks block the page for at most 200 ms after its first paint, on a slow phone."""
    return _measured(facts, lambda load: load.tbt)
