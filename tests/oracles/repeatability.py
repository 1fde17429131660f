"""Verify an unchanged page COUNT times: `python -m tests.oracles.repeatability [COUNT [PAGE...]]`.

Measures the lab metrics of pages at several distances from each threshold with the engine; 100 times (the default)
take hours. Prints each outcome as a line of JSON, then the number of outcomes and the range of values for each page
and key. Exits with 1 if a page passed in one run and failed in another.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "a comparison signs nothing")

TIMED = ("lcp", "fcp", "cls", "tbt")
COUNTED = ("total_byte_weight", "dom_size")
# A style sheet delays the first paint, the image loads later; then the heading moves and a task blocks.
PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>A page that stays as it is</title>
<meta name=viewport content="width=device-width, initial-scale=1">
<link rel=stylesheet href=/style.css><body><h1>Hello</h1><img src=/hero.png width=400 height=500 alt="A lamp">
<script src=/late.js defer></script>%s"""
LATE = """addEventListener('load', () => setTimeout(() => {
    document.querySelector('h1').style.marginTop = '%(jump)dpx';
    const end = performance.now() + %(block)d; while (performance.now() < end); }, 100))"""


@dataclass(frozen=True)
class PageProperties:
    """Seconds of delay, pixels of layout shift, milliseconds of a task, bytes and elements of a page."""

    keys: tuple[str, ...]
    style: float = 0.0
    hero: float = 0.0
    jump: int = 0
    block: int = 0
    weight: int = 0
    elements: int = 0


PAGES = {
    "good by far": PageProperties(TIMED),
    "bad by far": PageProperties(TIMED, style=2.5, hero=4.0, jump=400, block=900),
    "better by a third": PageProperties(TIMED, style=0.37, hero=0.62, jump=77, block=183),
    "worse by a third": PageProperties(TIMED, style=1.57, hero=2.28, jump=155, block=317),
    "near the thresholds": PageProperties(TIMED, style=0.97, hero=1.45, jump=116, block=245),
    "light": PageProperties(COUNTED),
    "heavy": PageProperties(COUNTED, weight=4_000_000, elements=3_000),
    "as heavy as may be": PageProperties(COUNTED, weight=2_667 * 1024 - 63_000, elements=1_397),
}


def site_answers(properties: PageProperties) -> dict[str, Any]:
    """Return the responses of the site by path."""
    from tests.fakes.website import Answer
    from tests.unit.scanner.checks.noise_image import noise

    body = "<p>1</p>" * properties.elements + (
        f"<!--{'x' * properties.weight}-->" if properties.weight else ""
    )
    return {
        "/": Answer(PAGE % body, headers=[("Content-Type", "text/html; charset=utf-8")]),
        "/style.css": Answer(
            "h1 { margin: 0 }", headers=[("Content-Type", "text/css")], delay=properties.style
        ),
        "/hero.png": Answer(noise(200, 250), headers=[("Content-Type", "image/png")], delay=properties.hero),
        "/late.js": Answer(LATE % vars(properties), headers=[("Content-Type", "text/javascript")]),
    }


def verify_repeatedly(properties: PageProperties, count: int) -> Iterator[dict[str, Any]]:
    """Yield the outcomes of each verification of the unchanged page: `{key: outcome}`."""
    from scanner.browser.browser import Browser
    from scans.worker.browser import chromium_options
    from tests.fakes.page_checks import run_checks
    from tests.fakes.website import Site, loopback_client, served

    with (
        served(Site(site_answers(properties))) as site,
        loopback_client() as client,
        Browser(policy=client.policy, options=chromium_options()) as browser,
    ):
        before = dict(run_checks(site.url, properties.keys, client=client, browser=browser))
        for _ in range(count):
            yield dict(run_checks(site.url, properties.keys, client=client, browser=browser, before=before))


def compare(count: int, names: list[str]) -> int:
    """Verify the pages and print the outcomes; return how many keys both passed and failed."""
    outcomes_by_key: dict[tuple[str, str], list[Any]] = {}
    for name in names:
        for number, outcomes in enumerate(verify_repeatedly(PAGES[name], count)):
            for key, outcome in outcomes.items():
                outcomes_by_key.setdefault((name, key), []).append(outcome)
            printed = {
                key: [outcome.status, outcome.reason, outcome.samples] for key, outcome in outcomes.items()
            }
            print(json.dumps({"page": name, "run": number, "outcomes": printed}), flush=True)
    for (name, key), outcomes in outcomes_by_key.items():
        counts = Counter(
            outcome.status if outcome.reason is None else f"{outcome.status}: {outcome.reason}"
            for outcome in outcomes
        )
        values = [outcome.value for outcome in outcomes if outcome.value is not None]
        print(f"{name:20} {key:18} {dict(counts)} {min(values, default=None)} to {max(values, default=None)}")
    return sum(
        {"passed", "failed"} <= {outcome.status for outcome in outcomes}
        for outcomes in outcomes_by_key.values()
    )


if __name__ == "__main__":
    import django

    django.setup()
    names = sys.argv[2:] or list(PAGES)
    raise SystemExit(min(1, compare(int(sys.argv[1]) if len(sys.argv) > 1 else 100, names)))
