"""The identity of a page survives storage as evidence, and malformed evidence counts as missing."""

from dataclasses import replace
from typing import Any

import pytest

from scanner.page.identity import Identity

HTTP = Identity("example.com", "/a", 2, "A shop", password_form=False, scheme="https", sample="abc")
RENDERED = replace(HTTP, title="A shop in a browser", password_form=True, sample="xyz")
STORED = HTTP.as_evidence()


def test_identity_is_read_from_its_evidence() -> None:
    assert Identity.from_evidence(HTTP.with_rendered(RENDERED).as_evidence()) == HTTP.with_rendered(RENDERED)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"host": "example.com"},
        {**STORED, "more": 1},
        {**STORED, "title": 3},
        {**STORED, "missing": ["/a.css"]},
    ],
)
def test_malformed_evidence_has_no_identity(stored: dict[str, Any] | None) -> None:
    assert Identity.from_evidence(stored) is None


def test_identity_of_the_rendered_page_is_stored_beside_that_of_the_response() -> None:
    both = HTTP.with_rendered(RENDERED)
    rendered = both.as_rendered()

    assert (both.title, both.password_form, both.sample) == ("A shop", False, "abc")
    assert rendered is not None
    assert (rendered.title, rendered.password_form, rendered.sample) == ("A shop in a browser", True, "xyz")


def test_page_without_a_browser_visit_has_no_rendered_identity() -> None:
    assert (HTTP.with_rendered(None), HTTP.as_rendered()) == (HTTP, None)
