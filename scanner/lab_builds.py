"""The build of a page: pages with the same resources and structure, of which a few are measured.

A build is not the site's release: a product and an article of one release are two builds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from scanner.metric_verdict import SAMPLES_OF_VARYING_METRIC
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome, inconclusive
from scanner.page.page import Page

if TYPE_CHECKING:
    from scanner.page_visit import PageSnapshot

MAX_PAGES_MEASURED = 3  # of one build
MEASURED_ELSEWHERE = "measured_elsewhere"  # a reason
MAX_DEPTH = 200  # deeper elements count as equal
# Elements that are not rendered, and differ on each page.
_IGNORED = frozenset({"script", "noscript", "template", "meta", "link", "title", "base", "style", "svg"})


def build_of(snapshot: "PageSnapshot") -> str:
    """Return the build of a visited page as a SHA-256."""
    # Query strings carry versions, sessions and times.
    resources = sorted({urlsplit(url)._replace(query="", fragment="").geturl() for url in snapshot.resources})
    root = Page(snapshot.response).tree.root
    digest = hashlib.sha256("\n".join(resources).encode("utf-8", errors="replace"))
    digest.update(_skeleton(root, 0) if root else b"")
    return digest.hexdigest()


def _skeleton(node: LexborNode, depth: int) -> bytes:
    kinds = node.iter() if depth < MAX_DEPTH else ()
    # A set: how many children there are of a kind is content, as in a list of ten or of twelve products.
    children = {_skeleton(child, depth + 1) for child in kinds if child.tag not in _IGNORED}
    classes = " ".join(sorted((node.attributes.get("class") or "").split()))
    name = f"{node.tag}.{classes}(".encode("utf-8", errors="replace")
    return hashlib.sha256(name + b"".join(sorted(children))).digest()


def needs_another_page(measured: Sequence[Mapping[str, Outcome]]) -> bool:
    """Return whether a further page of a build must be measured; an item is a page's outcomes by key."""
    if not measured:
        return True
    if len(measured) >= MAX_PAGES_MEASURED:
        return False
    # If the loads of each metric agreed, one page is enough; else two of up to three pages must agree.
    if len(measured) == 1:
        return not all(_is_steady(outcome) for outcome in measured[0].values())
    statuses = [{key: outcome.status for key, outcome in page.items()} for page in measured]
    return statuses[0] != statuses[1] or INCONCLUSIVE in statuses[0].values()


def _is_steady(outcome: Outcome) -> bool:
    # A metric near its threshold has further loads.
    return outcome.status in (PASSED, FAILED) and len(outcome.samples) <= SAMPLES_OF_VARYING_METRIC


def measured_elsewhere(url: str) -> Outcome:
    """Return the inconclusive outcome of a metric that was measured on another page of the build."""
    return inconclusive(
        MEASURED_ELSEWHERE, f"Measured on {url}, a page with the same resources and structure."
    )
