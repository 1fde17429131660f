"""JSON-LD: what a page tells search engines about the things it speaks of."""

import json
from collections.abc import Iterator
from typing import Any

from scanner.outcome import Outcome, passed, verdict
from scanner.page import Page
from scanner.page_context import Facts
from scanner.registry import LOW, MEDIUM, SEO, Fix, check

GOOGLE = "https://developers.google.com/search/docs/appearance/structured-data"
DEEPEST = 30

# What Google requires of each type that it shows; of a group in brackets one is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "Product": (("name",), ("offers", "review", "aggregateRating")),
    "Recipe": (("name",), ("image",)),
    "Event": (("name",), ("startDate",), ("location",)),
    "JobPosting": (("title",), ("description",), ("datePosted",), ("hiringOrganization",)),
    "BreadcrumbList": (("itemListElement",),),
    "FAQPage": (("mainEntity",),),
    "LocalBusiness": (("name",), ("address",)),
    "VideoObject": (("name",), ("thumbnailUrl",), ("uploadDate",)),
    "Review": (("author",), ("reviewRating",)),
    "AggregateRating": (("ratingValue",), ("ratingCount", "reviewCount")),
    "SoftwareApplication": (("name",), ("offers",)),
    "Course": (("name",), ("description",)),
}


@check(
    "structured_data_valid",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="Structured data can't be read",
    why="Search engines ignore a block that does not parse, and show the page without its price, rating or "
    "date.",
    fix=Fix(
        "Write JSON-LD that parses, with @context and @type.",
        (
            "Let a JSON library write the block; do not paste texts into it.",
            "Test it with the Rich Results Test.",
        ),
        (
            f"{GOOGLE}/intro-structured-data",
            "https://search.google.com/test/rich-results",
            "https://schema.org/",
        ),
        {
            "html": '<script type="application/ld+json">{"@context": "https://schema.org", "@type": '
            '"Product", …}</script>'
        },
    ),
    oracle={"google": "structured data"},
)
def structured_data_is_valid(facts: Facts) -> Outcome:
    """Each JSON-LD block parses and has @context and @type."""
    blocks = _blocks(facts.document)
    if not blocks:
        return passed("The page has no structured data.")
    faults = [f"block {number}: {fault}" for number, text in enumerate(blocks, 1) if (fault := _fault(text))]
    return verdict(faults, fine="Every block parses.", wrong="Structured data are wrong.", blocks=len(blocks))


@check(
    "structured_data_required",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="Structured data lack what search engines require",
    why="Without these properties the page is not shown with price, rating, date or picture.",
    fix=Fix(
        "Add the properties that the evidence names.",
        ("Add each of them to the block.", "Test it with the Rich Results Test."),
        (f"{GOOGLE}/search-gallery", "https://search.google.com/test/rich-results"),
        {
            "html": '{"@type": "Event", "name": "…", "startDate": "2027-05-01T19:00", "location": {"@type": '
            '"Place", …}}'
        },
    ),
    oracle={"google": "structured data"},
)
def structured_data_is_complete(facts: Facts) -> Outcome:
    """Every thing of a type that Google shows has the properties that Google requires."""
    things = [thing for text in _blocks(facts.document) for thing in _things(_parsed(text))]
    known = [(name, thing) for thing in things for name in _types(thing) if name in REQUIRED]
    if not known:
        return passed("The page has no structured data of a type that Google shows.")
    faults = [
        f"{name}: {' or '.join(group)} is missing"
        for name, thing in known
        for group in REQUIRED[name]
        if not any(thing.get(one) for one in group)
    ]
    return verdict(faults, fine="Nothing required is missing.", wrong="Required properties are missing.")


def _blocks(page: Page) -> list[str]:
    return [node.text() for node in page.css('script[type="application/ld+json" i]')]


def _fault(text: str) -> str | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return "it is not JSON"
    roots = data if isinstance(data, list) else [data]
    if not roots or not all(isinstance(root, dict) for root in roots):
        return "it is not an object"
    for root in roots:
        if not root.get("@context"):
            return "@context is missing"
        if not root.get("@type") and not isinstance(root.get("@graph"), list):
            return "@type is missing"
    return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _things(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every object in the data, those within others too."""
    if depth > DEEPEST:
        return
    if isinstance(data, dict):
        yield data
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for one in inner:
        yield from _things(one, depth + 1)


def _types(thing: dict[str, Any]) -> list[str]:
    said = thing.get("@type")
    names = said if isinstance(said, list) else [said]
    return [name.rpartition("/")[2] for name in names if isinstance(name, str)]
