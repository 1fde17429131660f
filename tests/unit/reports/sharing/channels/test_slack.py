"""A report shared to Slack is a message that Slack accepts."""

from uuid import UUID

import pytest

from reports.presentation.summary import KeyFigure
from reports.sharing.channels.base import ReportMessage
from reports.sharing.channels.slack import payload
from tests.fakes import slack_limits


@pytest.mark.parametrize("length", [1, 5000])
def test_shared_report_keeps_the_limits_of_slack(length: int) -> None:
    text = "&" * length
    message = ReportMessage(
        share_id=UUID(int=1), project=text, site_url=text, period="November 2026", summary=text,
        figures=[KeyFigure("Open", "1,000", "")] * 4,
        trend="", url="https://audit.example.com/r/x", expires="4 December 2026",
    )  # fmt: skip

    assert slack_limits.violations(payload(message)) == []
