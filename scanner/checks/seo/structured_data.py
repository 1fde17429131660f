"""Structured data in JSON-LD."""

import json
from collections.abc import Iterator
from typing import Any

from scanner.outcome import Outcome, fail_if_any, passed
from scanner.page import Page
from scanner.page_context import PageContext
from scanner.registry import LOW, MEDIUM, SEO, Fix, check

GOOGLE = "https://developers.google.com/search/docs/appearance/structured-data"
MAX_DEPTH = 30

# The properties that Google requires for each type; one of each group is enough.
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
    title="Structured data is invalid",
    why="Search engines ignore invalid structured data, so the page is not eligible for rich results.",
    fix=Fix(
        "Use valid JSON-LD with @context and @type.",
        (
            "Generate the block with a JSON library; do not insert text into a template.",
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
    kind="markup",
    oracle={"google": "structured data"},
)
def structured_data_is_valid(context: PageContext) -> Outcome:
    """Each JSON-LD block is valid JSON and has @context and @type."""
    blocks = _blocks(context.markup)
    if not blocks:
        return passed("The page has no structured data.")
    return fail_if_any(
        [f"block {number}: {fault}" for number, text in enumerate(blocks, 1) if (fault := _fault(text))],
        ok="Every JSON-LD block is valid.",
        problem="JSON-LD blocks are invalid.",
        blocks=len(blocks),
    )


@check(
    "structured_data_required",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="Structured data lacks required properties",
    why="Google shows no rich result (price, rating, date or image) without these properties.",
    fix=Fix(
        "Add the properties that the evidence lists.",
        ("Add each property to its JSON-LD block.", "Test it with the Rich Results Test."),
        (f"{GOOGLE}/search-gallery", "https://search.google.com/test/rich-results"),
        {
            "html": '{"@type": "Event", "name": "…", "startDate": "2027-05-01T19:00", "location": {"@type": '
            '"Place", …}}'
        },
    ),
    kind="markup",
    oracle={"google": "structured data"},
)
def structured_data_is_complete(context: PageContext) -> Outcome:
    """Every object of a type that Google supports has the properties that Google requires."""
    objects = [each for text in _blocks(context.markup) for each in _objects(_parsed(text))]
    known = [(name, each) for each in objects for name in _types(each) if name in REQUIRED]
    if not known:
        return passed("The page has no structured data of a type with required properties.")
    return fail_if_any(
        [
            f"{name}: {' or '.join(group)} is missing"
            for name, each in known
            for group in REQUIRED[name]
            if not any(each.get(property_name) for property_name in group)
        ],
        ok="Every required property is set.",
        problem="Required properties are missing.",
    )


def _blocks(page: Page) -> list[str]:
    return [node.text() for node in page.css('script[type="application/ld+json" i]')]


def _fault(text: str) -> str | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return "invalid JSON"
    roots = data if isinstance(data, list) else [data]
    if not roots or not all(isinstance(root, dict) for root in roots):
        return "not a JSON object"
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


def _objects(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every object in the data, nested ones included."""
    if depth > MAX_DEPTH:
        return
    if isinstance(data, dict):
        yield data
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for child in children:
        yield from _objects(child, depth + 1)


def _types(item: dict[str, Any]) -> list[str]:
    types = item.get("@type")
    names = types if isinstance(types, list) else [types]
    return [name.rpartition("/")[2] for name in names if isinstance(name, str)]
