"""Parsers of untrusted input: they follow the specifications and never raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.checks.security.transport import Hsts
from scanner.checks.seo.metadata import viewport_settings
from scanner.parsing import csp_policy, set_cookie, sitemap_xml
from scanner.parsing.language_tags import is_language
from scanner.parsing.registrable_domain import host_of, origin_of, registrable
from scanner.parsing.robots_txt import Robots
from scanner.preconditions import Inconclusive
from scanner.tls.certificates import read_certificate


@settings(deadline=None)
@given(st.text())
def test_no_parser_raises_on_random_text(text: str) -> None:
    csp_policy.parse(text)
    set_cookie.parse(text)
    Hsts.parse(text)
    robots = Robots.parse(text)
    robots.allows("krafteraudit", "https://example.com/a?b=c")
    viewport_settings(text)
    is_language(text)
    registrable(host_of(text))
    origin_of(text)


@settings(deadline=None)
@given(st.binary())
def test_no_parser_raises_on_random_bytes(data: bytes) -> None:
    sitemap_xml.parse(data)
    sitemap_xml.parse(b"\x1f\x8b" + data)
    with pytest.raises(Inconclusive):
        read_certificate(data, None)
