"""JSON-LD as real pages write it."""

import json
from typing import Any

import pytest

from scanner.outcome import FAILED, PASSED, Outcome
from tests.fakes.website import Answer, Site
from tests.unit.scanner.site_checks import outcome_of

CONTEXT = {"@context": "https://schema.org"}
RATING = {"@type": "AggregateRating", "ratingValue": 4, "reviewCount": 32}
ARTICLE = {**CONTEXT, "@type": "Article"}


def outcome_with(key: str, *blocks: Any, kind: str = "application/ld+json") -> Outcome:
    texts = [block if isinstance(block, str) else json.dumps(block) for block in blocks]
    scripts = "".join(f'<script type="{kind}">{text}</script>' for text in texts)
    answer = Answer(f"<title>A</title>{scripts}<p>B", headers=[("Content-Type", "text/html")])
    return outcome_of(key, Site({"/": answer}))


BLOCKS = [
    (
        [{**CONTEXT, "@id": "#r", "aggregateRating": RATING}, {**CONTEXT, "@type": "Recipe", "@id": "#r"}],
        PASSED,
    ),
    ([{**CONTEXT, "@id": "#v", "type": "VideoObject"}], FAILED),
    ([{**CONTEXT, "@graph": {"@type": "WebPage"}}], PASSED),
    ([{**CONTEXT, "@graph": {"0": {"@type": "WebPage"}}}], FAILED),
    ([{**CONTEXT, "@graph": [{"@type": "WebPage"}, {"name": "A"}]}], FAILED),
    ([{**CONTEXT, "@graph": [[{"@type": "WebPage"}], {"@type": "Person"}]}], PASSED),
    ([{**CONTEXT, "@id": ["#a"]}], FAILED),
    ([{**CONTEXT, "@type": []}], FAILED),
]


@pytest.mark.parametrize(("blocks", "status"), BLOCKS)
def test_every_object_has_a_type(blocks: list[Any], status: str) -> None:
    outcome = outcome_with("structured_data_valid", *blocks)

    assert outcome.status == status, outcome.evidence


def test_evidence_says_where_the_json_is_invalid() -> None:
    outcome = outcome_with("structured_data_valid", ARTICLE, '{\n "a": ["b",]}', " ")

    assert outcome.evidence["faults"] == [
        "block 2: invalid JSON at line 2, column 11: Illegal trailing comma before end of array",
        "block 3: it is empty",
    ]


def test_type_of_the_script_may_have_parameters() -> None:
    outcome = outcome_with("structured_data_valid", "{", kind="application/ld+json; charset=utf-8")

    assert outcome.status == FAILED


ITEMS = [
    ({"isPartOf": {"@type": ["CreativeWork", "Product"], "name": "News", "productID": "a:b"}}, []),
    ({"itemReviewed": [{"@type": "Product", "name": "Lamp"}]}, []),
    ({"itemReviewed": {"@type": "Product"}}, ["Product: name is missing"]),
    (
        {"about": {"@type": "Product", "name": "A"}},
        ["Product: offers or review or aggregateRating is missing"],
    ),
    (
        {"aggregateRating": {"@type": "AggregateRating", "ratingValue": "4", "reviewCount": 0}},
        ["AggregateRating: ratingCount or reviewCount is empty or 0"],
    ),
    (
        {"about": {"@type": "SoftwareApplication", "name": "A", "offers": {"price": 1}}},
        ["SoftwareApplication: aggregateRating or review is missing"],
    ),
]


@pytest.mark.parametrize(("properties", "faults"), ITEMS)
def test_missing_required_properties_are_faults(properties: dict[str, Any], faults: list[str]) -> None:
    outcome = outcome_with("structured_data_required", {**ARTICLE, **properties})

    assert (outcome.status, outcome.evidence.get("faults", [])) == (FAILED if faults else PASSED, faults)
