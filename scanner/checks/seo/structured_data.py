"""Structured data in JSON-LD."""

import json
from collections.abc import Iterator, Set
from typing import Any

from scanner.outcome import Outcome, fail_if_any, passed
from scanner.page.context import PageContext
from scanner.page.page import Page, attribute_value, media_type
from scanner.registry import LOW, MEDIUM, Fix, check

GOOGLE = "https://developers.google.com/search/docs/appearance/structured-data"
MAX_DEPTH = 30

# The properties that Google requires for each type; one of each group is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "Product": (("name",), ("offers", "review", "aggregateRating")),
    "Recipe": (("name",), ("image",)),
    "Event": (("name",), ("startDate",), ("location",)),
    "JobPosting": (
        *(("title",), ("description",), ("datePosted",), ("hiringOrganization",)),
        ("jobLocation", "applicantLocationRequirements"),
    ),
    "BreadcrumbList": (("itemListElement",),),
    "FAQPage": (("mainEntity",),),
    "LocalBusiness": (("name",), ("address",)),
    "VideoObject": (("name",), ("thumbnailUrl",), ("uploadDate",)),
    "Review": (("author",), ("reviewRating",)),
    "AggregateRating": (("ratingValue",), ("ratingCount", "reviewCount")),
    "SoftwareApplication": (("name",), ("offers",), ("aggregateRating", "review")),
    "Course": (("name",), ("description",)),
}
# In these properties, Google documents a Product without an offer: that of a review, or a subscription.
_ABOUT_A_PRODUCT = ("isPartOf", "itemReviewed")


@check(
    "structured_data_valid",
    severity=MEDIUM,
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
    version=2,
)
def structured_data_is_valid(context: PageContext) -> Outcome:
    """Each JSON-LD block is valid JSON and has @context and @type."""
    blocks = _blocks(context.markup)
    if not blocks:
        return passed("The page has no JSON-LD.")
    typed = {
        item["@id"]
        for text in blocks
        for _, item in _objects(_parsed(text))
        if item.get("@type") and isinstance(item.get("@id"), str)
    }
    return fail_if_any(
        [
            f"block {number}: {fault}"
            for number, text in enumerate(blocks, 1)
            if (fault := _fault(text, typed))
        ],
        ok="Every JSON-LD block is valid.",
        problem="JSON-LD blocks are invalid.",
        blocks=len(blocks),
    )


@check(
    "structured_data_required",
    severity=LOW,
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
    version=2,
)
def structured_data_is_complete(context: PageContext) -> Outcome:
    """Every object of a type that Google supports has the properties that Google requires."""
    known = [
        (name, item, groups)
        for text in _blocks(context.markup)
        for property_name, item in _objects(_parsed(text))
        for name in _types(item)
        if (groups := _required(name, property_name))
    ]
    if not known:
        return passed("The page has no JSON-LD of a type with required properties.")
    return fail_if_any(
        [
            f"{name}: {' or '.join(group)} is {_what_is_wrong(item, group)}"
            for name, item, groups in known
            for group in groups
            if not any(item.get(property_name) for property_name in group)
        ],
        ok="Every required property is set.",
        problem="Required properties are missing.",
    )


def _what_is_wrong(item: dict[str, Any], group: tuple[str, ...]) -> str:
    return "empty or 0" if any(property_name in item for property_name in group) else "missing"


def _blocks(page: Page) -> list[str]:
    scripts = page.css('script[type^="application/ld+json" i]')
    return [
        node.text() for node in scripts if media_type(attribute_value(node, "type")) == "application/ld+json"
    ]


def _fault(text: str, typed: Set[str]) -> str | None:
    """Return what is wrong with a block; `typed` holds the @id of each object of the page that has a @type."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return f"invalid JSON at {where}: {error.msg}" if text.strip() else "it is empty"
    # A number of more than 4300 digits, or nesting that is too deep.
    except (ValueError, RecursionError):
        return "invalid JSON"
    roots = data if isinstance(data, list) else [data]
    if not roots or not all(isinstance(root, dict) for root in roots):
        return "not a JSON object"
    for root in roots:
        if not root.get("@context"):
            return "@context is missing"
        if not _has_type(root.get("@graph", root), typed):
            return "@type is missing"
    return None


def _has_type(data: Any, typed: Set[str]) -> bool:
    """Return whether each object, of a list perhaps, has a type, there or where another block describes it too."""
    if isinstance(data, list):
        return all(_has_type(item, typed) for item in data)
    return isinstance(data, dict) and bool(data.get("@type") or str(data.get("@id")) in typed)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _objects(data: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (property, object) for every object in the data; the object is a value of this property."""
    if depth > MAX_DEPTH:
        return
    if isinstance(data, dict):
        yield name, data
        for property_name, child in data.items():
            yield from _objects(child, property_name, depth + 1)
    elif isinstance(data, list):
        for child in data:
            yield from _objects(child, name, depth + 1)


def _required(type_name: str, property_name: str) -> tuple[tuple[str, ...], ...]:
    groups = REQUIRED.get(type_name, ())
    return groups[:1] if type_name == "Product" and property_name in _ABOUT_A_PRODUCT else groups


def _types(item: dict[str, Any]) -> list[str]:
    types = item.get("@type")
    names = types if isinstance(types, list) else [types]
    return [name.rpartition("/")[2] for name in names if isinstance(name, str)]
