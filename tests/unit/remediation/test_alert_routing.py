"""The routing of alerts by a policy, without what is invalid in it."""

from typing import Any

import pytest

from remediation.alert_routing import routes_of


@pytest.mark.parametrize(
    ("routing", "routes"),
    [
        (
            {"critical": ["slack", "email"], "high": ["slack"]},
            {"slack": {"critical", "high"}, "email": {"critical"}},
        ),
        ({"critical": ["slack", "slack", "pager", [], None], "urgent": ["email"]}, {"slack": {"critical"}}),
        ({"critical": "slack"}, {}),
        (["slack"], {}),
        (None, {}),
    ],
)
def test_routes_are_the_valid_part_of_the_policy(routing: Any, routes: dict[str, set[str]]) -> None:
    assert routes_of({"alert_routing": routing}) == routes
