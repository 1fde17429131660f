"""python -m tests.oracles.lighthouse FOLDER: our checks of pages against Lighthouse and axe-core, on planted faults.

FOLDER is one in which `npm install lighthouse@12 axe-core` was run. Each fault of the test tables has its own page.
Prints each check's agreement, every pair that differs, every fault that passed and every check that failed without one.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "for the length of a comparison, which signs nothing")

# Lighthouse's audits of the same thing that are a yes or no.
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
# What only needs TLS, a clock, or an answer of the server has no page to be shown to a browser.
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
    """Serve the page of each fault, and one without, and give the addresses by key."""
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
                # Lighthouse fetches robots.txt from inside of the page, which the page's policy would block.
                answer.headers = [line for line in answer.headers if line[0] != "Content-Security-Policy"]
    with ExitStack() as stack:
        yield {key: stack.enter_context(served(site)).url for key, site in sites.items()}


def theirs(asked: list[dict[str, Any]], folder: str) -> dict[str, dict[str, Any]]:
    """Return what Lighthouse and axe-core say of each address."""
    program = Path(__file__).with_name("lighthouse.mjs")
    environment = {"CHROMIUM": "/usr/bin/chromium", **os.environ, "NODE_PATH_OF_ORACLES": folder}
    lines = "\n".join(map(json.dumps, asked))
    done = subprocess.run(
        ["node", str(program)], input=lines, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return {said["url"]: said for said in map(json.loads, done.stdout.splitlines())}


def ours(urls: dict[str, str], keys: list[str]) -> dict[str, dict[str, str]]:
    """Return what our checks say of each address."""
    from scanner.browser.browser import Browser
    from scanner.engine import run_checks
    from scans.worker.browser import chromium_options
    from tests.fakes.website import loopback_client

    said: dict[str, dict[str, str]] = {}
    with loopback_client() as client, Browser(policy=client.policy, options=chromium_options()) as browser:
        for url in urls.values():
            found = run_checks(url, keys, client=client, browser=browser, retry_delays=())
            said[url] = {key: outcome.status for key, outcome in found}
    return said


def compare(folder: str) -> int:
    """Compare all of them; return the number of pairs that differ."""
    from scanner.registry import REGISTRY, keys
    from scanner.rendered_page import RULE

    rules = {
        key: need.removeprefix(RULE)
        for key in keys()
        for need in REGISTRY[key].needs
        if need.startswith(RULE)
    }
    agreed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    missed, alarms = [], []
    with served_faults() as urls:
        request = {"audits": list(AUDITS.values()), "throttling": "provided", "axe": list(rules.values())}
        oracles = theirs([{"url": url, **request} for url in urls.values()], folder)
        mine = ours(urls, [*AUDITS, *rules])
    for fault, url in urls.items():
        said, they = mine[url], oracles[url]
        if fault in said and said[fault] != "failed":
            missed.append((fault, said[fault]))
        alarms += [(fault, key) for key, word in said.items() if word == "failed" and key != fault]
        for key, good in verdicts(they, rules).items():
            if said[key] not in ("passed", "failed"):
                continue
            asked[key] += 1
            agreed[key] += (said[key] == "passed") == good
            if (said[key] == "passed") != good:
                print(
                    f"page {fault or 'without a fault'}: {key}: we {said[key]}, they {'pass' if good else 'fail'}"
                )
    return told(asked, agreed, missed, alarms, oracles)


def verdicts(they: dict[str, Any], rules: dict[str, str]) -> dict[str, bool]:
    """Return what the oracles say by our keys; what they leave open is left out."""
    found = {}
    if "error" not in they:
        unsure = set(they["axe"]["incomplete"]) - set(they["axe"]["violations"])
        found = {
            key: rule not in they["axe"]["violations"] for key, rule in rules.items() if rule not in unsure
        }
        audits = they["lighthouse"]["audits"]
        for key, audit in AUDITS.items():
            if audits[audit]["score"] is not None:
                found[key] = audits[audit]["score"] >= 0.9
    return found


def told(asked: Counter[str], agreed: Counter[str], missed: Any, alarms: Any, oracles: dict[str, Any]) -> int:
    """Print the score and return how many pairs differ."""
    for key, number in asked.items():
        print(f"{key:32}{agreed[key]:4} of {number}")
    versions = {
        (said["lighthouse"]["version"], said["axe"]["version"])
        for said in oracles.values()
        if "error" not in said
    }
    print(
        "Lighthouse and axe-core:",
        versions,
        "errors:",
        [s["error"] for s in oracles.values() if "error" in s],
    )
    print(f"{agreed.total()} of {asked.total()} pairs agree: {agreed.total() / asked.total():.2%}")
    print("planted faults that did not fail:", missed)
    print("failed beside the planted fault:", Counter(alarms).most_common())
    return asked.total() - agreed.total()


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(min(1, compare(sys.argv[1])))
