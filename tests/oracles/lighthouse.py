"""Compare our page checks with Lighthouse and axe-core: `python -m tests.oracles.lighthouse FOLDER`.

`npm install lighthouse@12 axe-core` was run in FOLDER. Each fault of the test tables has its own page. Prints the
agreement of each check, each different verdict, each fault that passed and each check that failed without a fault.

On 144 saved pages of 72 sites, these verdicts differed on purpose. Lighthouse passes an empty href, which resolves to
the page, and javascript: other than void; reads only the first of several meta elements for robots; passes images that
a style sheet sizes or a hidden element contains; fails one slow style sheet, and 800 elements. It judges no frameset.
It passes files that browsers must revalidate, and fails links without an href that have a listener. It knows fewer
texts of links that are not descriptive.
axe-core alone, at the load event, sees less than a page shows once it is idle, such as an AMP page after 8 seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "a comparison signs nothing")

# Our checks and the binary audits of Lighthouse that test the same.
AUDITS = {
    "image_dimensions": "unsized-images",
    "title_present": "document-title",
    "meta_description": "meta-description",
    "viewport_meta": "viewport",
    "doctype": "doctype",
    "charset": "charset",
    "http_status_ok": "http-status-code",
    "indexable": "is-crawlable",
    "robots_txt_valid": "robots-txt",
    "link_text": "link-text",
    "crawlable_anchors": "crawlable-anchors",
    "canonical_valid": "canonical",
    "hreflang_valid": "hreflang",
}
# Checks of responses and TLS, which have no page for a browser.
NO_PAGE = (
    "security_header",
    "csp_",
    "hsts",
    "cookies",
    "cors",
    "exposed",
    "security_txt",
    "server_",
    "powered",
)


@contextmanager
def served_faults() -> Iterator[dict[str, str]]:
    """Serve the page of each fault, and one without faults; yield their URLs by key."""
    from tests.fakes.website import Answer, served
    from tests.unit.scanner.checks.axe_violations import VIOLATIONS, violating
    from tests.unit.scanner.checks.base_page import good_site, page
    from tests.unit.scanner.checks.faults import FAULTS

    sites = {"": good_site()}
    sites |= {key: fault() for key, fault in FAULTS.items() if not key.startswith(NO_PAGE)}
    sites |= {key: good_site(**{"/": page(violating(key))}) for key in VIOLATIONS}
    for site in sites.values():
        for answer in site.answers.values():
            if isinstance(answer, Answer):
                # Lighthouse fetches robots.txt from within the page, which its policy would block.
                answer.headers = [line for line in answer.headers if line[0] != "Content-Security-Policy"]
    with ExitStack() as stack:
        yield {key: stack.enter_context(served(site)).url for key, site in sites.items()}


def oracle_results(requests: list[dict[str, Any]], folder: str) -> dict[str, dict[str, Any]]:
    """Return the results of Lighthouse and axe-core by URL."""
    program = Path(__file__).with_name("lighthouse.mjs")
    from scans.worker.browser import chromium_options

    found = {"CHROMIUM": chromium_options().find(), "NODE_PATH_OF_ORACLES": folder}
    results = {}
    with tempfile.TemporaryFile("w+") as lines:
        lines.writelines(f"{json.dumps(request)}\n" for request in requests)
        lines.seek(0)
        node = subprocess.Popen(
            ["node", str(program)],
            stdin=lines,
            env={**os.environ, **found},
            stdout=subprocess.PIPE,
            text=True,
        )
        with node:
            for result in map(json.loads, node.stdout or ()):
                results[result["url"]] = result
                show_progress("Lighthouse and axe-core", len(results), len(requests))
    if node.returncode:
        raise SystemExit(f"lighthouse.mjs ended with exit code {node.returncode}.")
    return results


def show_progress(what: str, done: int, total: int) -> None:
    print(f"{what}: {done} of {total} pages", file=sys.stderr, flush=True)


def our_results(urls: dict[str, str], keys: list[str]) -> dict[str, dict[str, str]]:
    """Return the statuses of our checks by URL."""
    from scanner.browser.browser import Browser
    from scans.worker.browser import chromium_options
    from tests.fakes.page_checks import run_checks
    from tests.fakes.website import loopback_client

    results: dict[str, dict[str, str]] = {}
    with loopback_client() as client, Browser(policy=client.policy, options=chromium_options()) as browser:
        for url in urls.values():
            outcomes = run_checks(url, keys, client=client, browser=browser, retry_delays=())
            results[url] = {key: outcome.status for key, outcome in outcomes}
            show_progress("our checks", len(results), len(urls))
    return results


def compare(folder: str) -> int:
    """Compare all verdicts; return the number of different ones."""
    from scanner.page.rendered import AXE_RULE_PREFIX
    from scanner.registry import REGISTRY, keys

    rules = {
        key: need.removeprefix(AXE_RULE_PREFIX)
        for key in keys()
        for need in REGISTRY[key].needs
        if need.startswith(AXE_RULE_PREFIX)
    }
    agreed: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    missed, unexpected = [], []
    with served_faults() as urls:
        request = {"audits": list(AUDITS.values()), "throttling": "provided", "axe": list(rules.values())}
        oracles = oracle_results([{"url": url, **request} for url in urls.values()], folder)
        results = our_results(urls, [*AUDITS, *rules])
    for fault, url in urls.items():
        statuses = results[url]
        if fault in statuses and statuses[fault] != "failed":
            missed.append((fault, statuses[fault]))
        unexpected += [
            (fault, key) for key, status in statuses.items() if status == "failed" and key != fault
        ]
        for key, passes in oracle_verdicts(oracles[url], rules).items():
            if statuses[key] not in ("passed", "failed"):
                continue
            compared[key] += 1
            agreed[key] += (statuses[key] == "passed") == passes
            if (statuses[key] == "passed") != passes:
                oracle = "passed" if passes else "failed"
                print(f"page {fault or 'without a fault'}: {key}: we {statuses[key]}, oracle {oracle}")
    return print_summary(compared, agreed, missed, unexpected, oracles)


def oracle_verdicts(result: dict[str, Any], rules: dict[str, str]) -> dict[str, bool]:
    """Return whether the oracles pass a page by our keys, without the undecided rules."""
    verdicts = {}
    if "error" not in result:
        unsure = set(result["axe"]["incomplete"]) - set(result["axe"]["violations"])
        verdicts = {
            key: rule not in result["axe"]["violations"] for key, rule in rules.items() if rule not in unsure
        }
        audits = result["lighthouse"]["audits"]
        for key, audit in AUDITS.items():
            if audits[audit]["score"] is not None:
                verdicts[key] = audits[audit]["score"] >= 0.9
    return verdicts


def print_summary(
    compared: Counter[str], agreed: Counter[str], missed: Any, unexpected: Any, oracles: dict[str, Any]
) -> int:
    """Print the agreement and return the number of different verdicts."""
    for key, number in compared.items():
        print(f"{key:32}{agreed[key]:4} of {number}")
    versions = {
        (result["lighthouse"]["version"], result["axe"]["version"])
        for result in oracles.values()
        if "error" not in result
    }
    errors = [result["error"] for result in oracles.values() if "error" in result]
    print("Lighthouse and axe-core:", versions, "errors:", errors)
    print(f"{agreed.total()} of {compared.total()} verdicts agree: {agreed.total() / compared.total():.2%}")
    print("faults that passed:", missed)
    print("checks that failed without a fault:", Counter(unexpected).most_common())
    return compared.total() - agreed.total()


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(min(1, compare(sys.argv[1])))
