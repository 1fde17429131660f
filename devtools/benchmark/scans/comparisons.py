"""Measure other programs on the same pages: plain requests, axe-core with Playwright, Lighthouse, Observatory."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devtools.benchmark.process_stats import proportional_megabytes, tree
from devtools.benchmark.scans.measurement import Figures, peak_memory, run_measured
from devtools.benchmark.scans.site_process import SiteProcess
from devtools.local_stack.process import REPOSITORY
from scanner.browser import executables

ORACLES = REPOSITORY / "tests" / "oracles"
PACKAGES = {"lighthouse": "lighthouse", "observatory": "@mdn/mdn-http-observatory"}
AUDITS = (
    "largest-contentful-paint",
    "first-contentful-paint",
    "cumulative-layout-shift",
    "total-blocking-time",
)
TIMEOUT = 1800


class ComparisonFailed(Exception):
    """A compared program failed; the text is a sentence."""


def bare_requests(name: str, site: SiteProcess) -> Figures:
    started, cpu = time.monotonic(), time.process_time()
    connection = http.client.HTTPConnection(site.origin.removeprefix("http://"), timeout=30)
    for path in site.site.pages:
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()
    seconds = time.monotonic() - started
    pages = len(site.site.pages)
    return Figures(name, pages, round(seconds, 3), round(time.process_time() - cpu, 3), pages)


def bare_axe(name: str, site: SiteProcess) -> Figures:
    command = [sys.executable, "-m", "devtools.benchmark.scans.bare_axe", *site.urls]
    requests = site.requests()
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE)
    with peak_memory(lambda: proportional_megabytes(tree(process.pid))) as peak:
        output, _ = process.communicate(timeout=TIMEOUT)
    if process.returncode:
        raise ComparisonFailed(f"{name} ended with status {process.returncode}.")
    found: dict[str, Any] = json.loads(output)
    return Figures(
        name,
        len(site.urls),
        round(found["seconds"], 2),
        round(found["cpu"], 2),
        site.requests() - requests,
        round(peak[0]),
        findings=len(found["violations"]),
    )


def has_oracle(folder: Path | None, name: str) -> bool:
    """Return whether Node and an oracle's packages are installed."""
    return bool(folder and shutil.which("node") and (folder / "node_modules" / PACKAGES[name]).exists())


def lighthouse(name: str, site: SiteProcess, urls: Sequence[str], folder: Path) -> Figures:
    """Measure pages' lab metrics with Lighthouse, throttled by the browser, one load a page."""
    request: dict[str, Any] = {"audits": AUDITS, "throttling": "devtools"}
    return _run_node(name, "lighthouse", site, [{"url": url, **request} for url in urls], folder)


def observatory(name: str, site: SiteProcess, folder: Path) -> Figures:
    """Judge all pages' responses with Observatory; the requests are not timed."""
    cases = []
    for path in site.site.pages:
        response = site.site.respond(path)
        headers = [("Content-Type", response.content_type), *site.site.headers, *response.headers]
        cases.append({"headers": headers, "html": response.body.decode(), "cors": []})
    return _run_node(name, "observatory", site, cases, folder)


def _run_node(
    name: str, program: str, site: SiteProcess, cases: Sequence[dict[str, Any]], folder: Path
) -> Figures:
    environment = {**os.environ, "NODE_PATH_OF_ORACLES": str(folder)}
    environment["CHROMIUM"] = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", "")) or ""
    requests, command = site.requests(), ["node", str(ORACLES / f"{program}.mjs")]
    ended, seconds, cpu = run_measured(
        command, input="\n".join(map(json.dumps, cases)), env=environment, timeout=TIMEOUT
    )
    results = [json.loads(line) for line in ended.stdout.splitlines()]
    complete = ended.returncode == 0 and len(results) == len(cases)
    failed = sum("error" in result for result in results)
    outcome = f"{failed} errors" if complete else f"error: {ended.stderr.strip()[-200:]}"
    return Figures(name, len(cases), seconds, cpu, site.requests() - requests, outcome=outcome)
