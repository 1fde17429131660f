"""python -m tests.oracles.repeatability [COUNT [PAGE...]]: does an unchanged page get the same outcome COUNT times?

Verifies the lab metrics, which a browser measures each time, of pages that are far below, far above and near every
threshold, with the engine itself: with COUNT 100 (the default) it takes hours. Prints every outcome as a line of JSON,
then for each page and key the number of each outcome and the range of values. Exits with 1 when a page passed in one
run and failed in another.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "for the length of a comparison, which signs nothing")

TIMED = ("lcp", "fcp", "cls", "tbt")
COUNTED = ("total_byte_weight", "dom_size")
# A style sheet delays the first paint, the image comes later; then the heading moves, and a task blocks.
PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>A page that stays as it is</title>
<meta name=viewport content="width=device-width, initial-scale=1">
<link rel=stylesheet href=/style.css><body><h1>Hello</h1><img src=/hero.png width=400 height=500 alt="A lamp">
<script src=/late.js defer></script>%s"""
LATE = """addEventListener('load', () => setTimeout(() => {
    document.querySelector('h1').style.marginTop = '%(jump)dpx';
    const end = performance.now() + %(block)d; while (performance.now() < end); }, 100))"""


@dataclass(frozen=True)
class Shape:
    """What is wrong with a page: seconds of delay, pixels that it jumps, milliseconds of a task, bytes, elements."""

    keys: tuple[str, ...]
    style: float = 0.0
    hero: float = 0.0
    jump: int = 0
    block: int = 0
    weight: int = 0
    elements: int = 0


PAGES = {
    "good by far": Shape(TIMED),
    "bad by far": Shape(TIMED, style=2.5, hero=4.0, jump=400, block=900),
    "near the thresholds": Shape(TIMED, style=0.97, hero=1.45, jump=116, block=245),
    "light": Shape(COUNTED),
    "heavy": Shape(COUNTED, weight=4_000_000, elements=3_000),
    "as heavy as may be": Shape(COUNTED, weight=2_667 * 1024 - 63_000, elements=1_397),
}


def answers(shape: Shape) -> dict[str, Any]:
    """Return what the site of this shape answers, by path."""
    from tests.fakes.website import Answer
    from tests.unit.scanner.checks.noise_image import noise

    more = "<p>1</p>" * shape.elements + (f"<!--{'x' * shape.weight}-->" if shape.weight else "")
    return {
        "/": Answer(PAGE % more, headers=[("Content-Type", "text/html; charset=utf-8")]),
        "/style.css": Answer("h1 { margin: 0 }", headers=[("Content-Type", "text/css")], delay=shape.style),
        "/hero.png": Answer(noise(200, 250), headers=[("Content-Type", "image/png")], delay=shape.hero),
        "/late.js": Answer(LATE % vars(shape), headers=[("Content-Type", "text/javascript")]),
    }


def verified(shape: Shape, count: int) -> Iterator[dict[str, Any]]:
    """Yield what each of so many verifications of the untouched page says: `{key: outcome}`."""
    from scanner.browser.browser import Browser
    from scanner.engine import run_checks
    from scans.worker.browser import chromium_options
    from tests.fakes.website import Site, loopback_client, served

    with (
        served(Site(answers(shape))) as site,
        loopback_client() as client,
        Browser(policy=client.policy, options=chromium_options()) as browser,
    ):
        before = dict(run_checks(site.url, shape.keys, client=client, browser=browser))
        for _ in range(count):
            yield dict(run_checks(site.url, shape.keys, client=client, browser=browser, before=before))


def compare(count: int, names: list[str]) -> int:
    """Verify the pages and print what was said; return how many numbers passed once and failed another time."""
    said: dict[tuple[str, str], list[Any]] = {}
    for name in names:
        for number, outcomes in enumerate(verified(PAGES[name], count)):
            for key, outcome in outcomes.items():
                said.setdefault((name, key), []).append(outcome)
            seen = {key: [one.status, one.reason, one.samples] for key, one in outcomes.items()}
            print(json.dumps({"page": name, "run": number, "said": seen}), flush=True)
    for (name, key), all_said in said.items():
        verdicts = Counter(
            one.status if one.reason is None else f"{one.status}: {one.reason}" for one in all_said
        )
        values = [one.value for one in all_said if one.value is not None]
        print(
            f"{name:20} {key:18} {dict(verdicts)} {min(values, default=None)} to {max(values, default=None)}"
        )
    return sum({"passed", "failed"} <= {one.status for one in all_said} for all_said in said.values())


if __name__ == "__main__":
    import django

    django.setup()
    asked = sys.argv[2:] or list(PAGES)
    raise SystemExit(min(1, compare(int(sys.argv[1]) if len(sys.argv) > 1 else 100, asked)))
