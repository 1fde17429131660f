"""HTML is parsed in another process, whose processor time is limited."""

import pytest

from scanner.parsing import trial_parse
from scanner.parsing.trial_parse import is_parsed_in_time


def test_html_of_maximal_size_is_parsed_in_time() -> None:
    assert is_parsed_in_time("<p>Text with <b>bold</b> and é \ud800" * 60_000)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_parser_that_is_busy_is_ended() -> None:
    assert not is_parsed_in_time("<div></unknown>" * 130_000)


def test_without_a_process_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_parse.sys, "executable", "/nonexistent/python")

    assert not is_parsed_in_time("<p>")
