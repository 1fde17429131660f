"""The log has no tokens of shared reports."""

import logging

import pytest
from django.test import Client

from krafter_audit.logs import LogfmtRenderer

logger = logging.getLogger("django.request")
PATH = "/insights/audit/reports/shared/the-token/download"


def test_status_503_is_not_logged_by_django(caplog: pytest.LogCaptureFixture):
    logger.error("%s: %s", "Service Unavailable", PATH)

    assert caplog.messages == []


def test_exception_is_logged_without_the_token_of_a_shared_report(caplog: pytest.LogCaptureFixture):
    try:
        raise KeyError("inside")
    except KeyError as error:
        logger.error("%s: %s", "Internal Server Error", PATH, exc_info=error)

    assert caplog.messages == ["Internal Server Error: /insights/audit/reports/shared/…/download"]
    assert caplog.records[0].exc_info


@pytest.mark.parametrize(
    "path", ["x/../the-token", "../shared/x/the-token", "/the-token", "./the-token/download"]
)
def test_token_after_a_segment_that_browsers_remove_is_left_out(path: str, caplog: pytest.LogCaptureFixture):
    try:
        raise KeyError("inside")
    except KeyError as error:
        logger.error("Internal Server Error: %s", f"/insights/audit/reports/shared/{path}", exc_info=error)

    assert caplog.messages == ["Internal Server Error: /insights/audit/reports/shared/…"]


@pytest.mark.parametrize(
    ("path", "host"), [("/docs", "evil.example"), (f"/docs/search?{'q=a&' * 1001}", "testserver")]
)
def test_refused_request_of_anybody_is_logged_without_a_traceback(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, host: str
):
    client.get(path, headers={"host": host})

    logged = [record for record in caplog.records if record.name.startswith("django.security")]
    assert [record.exc_info for record in logged] == [None]


def test_text_of_a_site_neither_controls_a_terminal_nor_begins_a_line():
    line = LogfmtRenderer()(None, "", {"event": "a\x1b[31m\x9b\rb\nc\u2028d\u202e"})

    assert line == r"event=a\x1b[31m\x9b\rb\nc\u2028d\u202e"
