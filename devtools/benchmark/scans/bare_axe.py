"""Run axe-core on pages with only Playwright, two pages at once: `python -m …bare_axe URL…`; prints JSON.

This measures accessibility testing without this system.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

from playwright.async_api import Browser, async_playwright

from devtools.benchmark import process_stats
from scanner.browser import executables
from scanner.page_visit.axe import source

CONCURRENT_PAGES = 2
RUN = "axe.run(document).then((found) => found.violations.map((one) => one.id))"


async def visit(browser: Browser, url: str) -> list[str]:
    """Open a page in a new context; return the rules that it violates."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url, wait_until="load")
    await page.evaluate(source())
    violations: list[str] = await page.evaluate(RUN)
    await context.close()
    return violations


async def run(urls: list[str]) -> dict[str, Any]:
    """Visit all pages; return the seconds, CPU seconds and violated rules."""
    waiting, violated = list(reversed(urls)), set[str]()
    started = time.monotonic()
    async with async_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        path = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
        browser = await playwright.chromium.launch(executable_path=path, args=flags)

        async def visitor() -> None:
            while waiting:
                violated.update(await visit(browser, waiting.pop()))

        await asyncio.gather(*(visitor() for _ in range(CONCURRENT_PAGES)))
        seconds, cpu = time.monotonic() - started, process_stats.cpu_seconds(os.getpid())
        await browser.close()
    return {"seconds": seconds, "cpu": cpu, "violations": sorted(violated)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1:]))))
