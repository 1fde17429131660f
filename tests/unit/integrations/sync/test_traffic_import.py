"""The share of page views of a finding's pages. Whole imports: providers/ga4/test_sync.py."""

from typing import Any

import pytest

from integrations.providers.traffic import PageViews
from integrations.sync.traffic_import import TrafficShares

VIEWS = PageViews(
    {("example.com", "/"): 60, ("example.com", "/shop"): 30, ("shop.example.com", "/"): 10}, 100, {}
)


def url(value: Any) -> dict[str, Any]:
    return {"type": "url", "value": value}


@pytest.mark.parametrize(
    ("assets", "share"),
    [
        ([url("https://example.com/")], 0.6),
        ([url("/shop")], 0.3),
        ([url("https://example.com/"), url("https://example.com/shop")], 0.9),
        ([url("https://example.com/"), url("https://example.com/")], 0.6),
        ([url("https://example.com/unvisited")], 0.0),
        ([url("https://elsewhere.example/")], None),
        ([{"type": "header", "value": "Content-Security-Policy"}], None),
        ([url("https://[broken")], None),
        (["https://example.com/"], None),
        ([], None),
    ],
)
def test_share_is_that_of_the_pages_of_measured_hosts(assets: list[Any], share: float | None) -> None:
    assert TrafficShares(VIEWS, "https://example.com").share_of(assets) == share
