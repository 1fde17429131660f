"""Lab metrics of a load on a slow phone, with Lighthouse's mobile emulation and DevTools throttling.

`scanner/metric_verdict.py` says how many loads are needed. Thresholds: https://web.dev/articles/vitals.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.outcome import Measurement
from scanner.page.context import PageContext
from scanner.preconditions import Inconclusive
from scanner.registry import HIGH, MEDIUM, Fix, Metric, check

if TYPE_CHECKING:
    from scanner.page_visit import Vitals

LOADS_TO_VERIFY = 2  # the second one is the verification's second look

_GUIDE = "https://web.dev/articles"


def _measured(context: PageContext, read: "Callable[[Vitals], float]") -> Measurement:
    return _measurement(
        context, lambda count: [read(load) for load in context.rendered.throttled_loads(count)]
    )


def _measurement(context: PageContext, samples: Callable[[int], list[float]]) -> Measurement:
    first = samples(LOADS_TO_VERIFY if context.is_verification else 1)
    largest = context.rendered.throttled_loads(1)[0].largest
    # On a cold server the first load is slower than the second one, so that a third decides.
    return Measurement(first, evidence={"largest_element": largest}, take_samples=samples, varies=True)


@check(
    "cls",
    severity=HIGH,
    needs={"page", "vitals"},
    title="Cumulative Layout Shift is high",
    why="Content moves while visitors read or tap, so they lose their place or tap something else.",
    fix=Fix(
        "Reduce the Cumulative Layout Shift to less than 0.1.",
        (
            "Set width and height, or aspect-ratio, on images, videos, iframes and ads.",
            "Insert no content above existing content, except after a user action.",
            "Load fonts with font-display: optional, or with size-adjust.",
        ),
        (f"{_GUIDE}/optimize-cls", f"{_GUIDE}/cls"),
        {"html": '<div style="min-height: 250px"><!-- space for the ad --></div>'},
    ),
    kind="lab",
    metric=Metric("", 0.1),
    oracle={"lighthouse": "cumulative-layout-shift"},
)
def cumulative_layout_shift(context: PageContext) -> Measurement:
    """The median Cumulative Layout Shift is at most 0.1 while the page loads."""
    return _measured(context, lambda load: load.cls)


@check(
    "tbt",
    severity=HIGH,
    needs={"page", "vitals"},
    title="Total Blocking Time is high",
    why="While a long task runs, the page does not respond to input; a mid-range phone takes four times as long.",
    fix=Fix(
        "Reduce the Total Blocking Time to less than 200 ms.",
        (
            "Find tasks longer than 50 ms in the Performance panel of the browser's developer tools.",
            "Load less JavaScript: split it by page, remove unused code, delay third-party scripts.",
            "Split long tasks (scheduler.yield), or move them to a web worker.",
        ),
        (f"{_GUIDE}/optimize-long-tasks", f"{_GUIDE}/tbt"),
        {"javascript": "for (const item of items) { work(item); await scheduler.yield(); }"},
    ),
    kind="lab",
    metric=Metric("ms", 200.0),
    oracle={"lighthouse": "total-blocking-time"},
)
def total_blocking_time(context: PageContext) -> Measurement:
    """Long tasks block the main thread for at most 200 ms after the first paint, on a slow phone."""
    return _measured(context, lambda load: load.tbt)


# The paint metrics are last: further loads that only they need end with the paint.
@check(
    "lcp",
    severity=HIGH,
    needs={"page", "vitals"},
    title="Largest Contentful Paint is slow",
    why="The Largest Contentful Paint marks when the main content is visible; visitors leave pages that take long.",
    fix=Fix(
        "Reduce the Largest Contentful Paint to less than 2.5 s.",
        (
            "See in the evidence which element is the largest.",
            'Load its image early: fetchpriority="high", no loading="lazy", its URL in the initial HTML.',
            "Make the image smaller: AVIF or WebP, in the size in which it is shown.",
            "Reduce what delays rendering: blocking scripts and style sheets, slow server responses.",
        ),
        (f"{_GUIDE}/optimize-lcp", f"{_GUIDE}/lcp"),
        {
            "html": '<link rel="preload" as="image" href="/hero.avif" fetchpriority="high">',
            "nginx": 'add_header Link "</hero.avif>; rel=preload; as=image" always;',
        },
    ),
    kind="lab",
    metric=Metric("s", 2.5),
    oracle={"lighthouse": "largest-contentful-paint"},
)
def largest_contentful_paint(context: PageContext) -> Measurement:
    """The median Largest Contentful Paint is at most 2.5 s on a slow phone."""
    return _measurement(
        context, lambda count: [_lcp_seconds(ms) for ms in context.rendered.largest_paints(count)]
    )


def _lcp_seconds(ms: float | None) -> float:
    if ms is None:
        raise Inconclusive("not_available", "The page has no Largest Contentful Paint element.")
    return ms / 1000


@check(
    "fcp",
    severity=MEDIUM,
    needs={"page", "vitals"},
    title="First Contentful Paint is slow",
    why="Until the First Contentful Paint, visitors see a blank page and do not know whether it will load.",
    fix=Fix(
        "Reduce the First Contentful Paint to less than 1.8 s.",
        (
            "Respond faster: cache pages, use a CDN.",
            "Load scripts with defer, and only the style sheet that the page needs.",
            "Compress text resources, and load fonts with font-display: swap.",
        ),
        (f"{_GUIDE}/fcp", "https://developer.chrome.com/docs/lighthouse/performance/first-contentful-paint"),
        {"html": '<script src="/app.js" defer></script> <link rel="preconnect" href="https://cdn.example">'},
    ),
    kind="lab",
    metric=Metric("s", 1.8),
    oracle={"lighthouse": "first-contentful-paint"},
)
def first_contentful_paint(context: PageContext) -> Measurement:
    """The median First Contentful Paint is at most 1.8 s on a slow phone."""
    return _measurement(context, lambda count: [ms / 1000 for ms in context.rendered.first_paints(count)])
