"""The build of a page: pages with the same resources and the same structure, of which a scan measures a few.

    build_of(snapshot)                      # a SHA-256, stored with each page that a browser has visited
    needs_another_page(outcomes)            # of the pages of a build that were measured so far
    measured_elsewhere(url)                 # the outcome of the others: inconclusive, never passed

A build is not the site's release: two releases have different resources, and so do a product and an article.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from scanner.metric_verdict import SAMPLES
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome, inconclusive
from scanner.page import Page

if TYPE_CHECKING:
    from scanner.page_visit import PageSnapshot

MAX_PAGES_MEASURED = 3  # of one build
MAX_DEPTH = 200  # below which elements are not told apart
# Not rendered, and different on each page.
_IGNORED = frozenset({"script", "noscript", "template", "meta", "link", "title", "base", "style", "svg"})


def build_of(snapshot: "PageSnapshot") -> str:
    """Return the build of a visited page.

    Query strings of resources are left out: they carry versions, sessions and times.
    """
    resources = sorted({urlsplit(url)._replace(query="", fragment="").geturl() for url in snapshot.resources})
    root = Page(snapshot.response).tree.root
    digest = hashlib.sha256("\n".join(resources).encode("utf-8", errors="replace"))
    digest.update(_skeleton(root, 0) if root else b"")
    return digest.hexdigest()


def _skeleton(node: LexborNode, depth: int) -> bytes:
    """Return a hash of the element's tag, its classes and its kinds of children.

    How many there are of a kind, and in which order, is content: a list of ten has the structure of a list of twelve.
    """
    kinds = node.iter() if depth < MAX_DEPTH else ()
    children = {_skeleton(child, depth + 1) for child in kinds if child.tag not in _IGNORED}
    classes = " ".join(sorted((node.attributes.get("class") or "").split()))
    name = f"{node.tag}.{classes}(".encode("utf-8", errors="replace")
    return hashlib.sha256(name + b"".join(sorted(children))).digest()


def needs_another_page(measured: Sequence[Mapping[str, Outcome]]) -> bool:
    """Tell whether a further page of a build must be measured; an item is the outcomes of one page by key.

    One page is enough where the loads of each metric agreed. Else the pages must agree, two of up to three.
    """
    if not measured or len(measured) >= MAX_PAGES_MEASURED:
        return not measured
    if len(measured) == 1:
        return not all(_is_steady(outcome) for outcome in measured[0].values())
    statuses = [{key: outcome.status for key, outcome in page.items()} for page in measured]
    return statuses[0] != statuses[1] or INCONCLUSIVE in statuses[0].values()


def _is_steady(outcome: Outcome) -> bool:
    """Tell whether the metric has a verdict for which no load near the threshold had to be repeated."""
    return outcome.status in (PASSED, FAILED) and len(outcome.samples) <= SAMPLES


def measured_elsewhere(url: str) -> Outcome:
    """Return the outcome of a lab metric on a page whose build was measured on another page."""
    return inconclusive(
        "measured_elsewhere", f"Measured on {url}, a page with the same resources and structure."
    )
