import hashlib
from typing import Any

import pytest

from scanner.evidence_bundle.screenshots import named_screenshots, screenshot_fault

SHA256 = hashlib.sha256(b"jpeg").hexdigest()
VALID = {"sha256": SHA256, "base64": "anBlZw=="}
MALFORMED = "A screenshot of the bundle is malformed."


@pytest.mark.parametrize(
    ("screenshot", "named", "fault"),
    [
        (VALID, {SHA256}, ""),
        ("text", {SHA256}, MALFORMED),
        ({"sha256": SHA256}, {SHA256}, MALFORMED),
        ({**VALID, "base64": 7}, {SHA256}, MALFORMED),
        ({**VALID, "sha256": None}, {SHA256}, MALFORMED),
        ({**VALID, "base64": "anBlZw==\n"}, {SHA256}, f"The screenshot {SHA256[:12]}… is not base64."),
        ({**VALID, "base64": "eA=="}, {SHA256}, f"The screenshot {SHA256[:12]}… does not match its hash."),
        (VALID, set(), f"The screenshot {SHA256[:12]}… is not in a link."),
    ],
)
def test_screenshot_is_valid_with_its_hash_in_a_link(screenshot: Any, named: set[str], fault: str) -> None:
    assert screenshot_fault(screenshot, named) == fault


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"pages": [{"evidence": {"screenshots": {"page": "a", "element": "b", "again": "a"}}}]}, ["a", "b"]),
        ({"pages": [{"evidence": {"screenshots": {"page": 7}}}]}, []),
        ({"pages": [{"evidence": {"screenshots": ["a"]}}]}, []),
        ({"pages": [{"evidence": None}, "page"]}, []),
        ({"pages": "a"}, []),
        ({}, []),
    ],
)
def test_link_of_another_form_names_no_screenshots(body: dict[str, Any], named: list[str]) -> None:
    assert named_screenshots(body) == named
