"""An alert is one message with numbers and the worst findings."""

import pytest
from pytest_httpserver import HTTPServer

from tests.factories import Scenario
from tests.unit.notifications.conftest import alerts, make_findings, run_workers

pytestmark = pytest.mark.django_db


def test_many_findings_are_one_message_that_names_the_worst(scenario: Scenario, slack: HTTPServer) -> None:
    for start in range(0, 3000, 1000):
        make_findings(scenario, 1000, start=start)
    make_findings(scenario, 40, severity="high", start=5000)
    make_findings(scenario, 40, severity="low", start=6000)

    run_workers()

    (message,) = [request.get_json() for request, _ in slack.log]
    text = "".join(block["text"]["text"] for block in message["blocks"])
    assert alerts("slack") == [("sent", 3040, 0)]
    assert message["text"] == "production-website: new: 3000 critical, 40 high"
    assert text.count("|critical, new: Finding &lt;") == 10
    assert "And 3030 more." in text
    assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"])
