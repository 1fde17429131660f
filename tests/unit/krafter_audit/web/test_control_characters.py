import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from findings.models import Finding
from krafter_audit.web.control_characters import ControlCharactersMiddleware, replace_in_texts
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url


def test_texts_are_shown_without_controls_and_values_of_forms_are_kept():
    html = '<p title="\u202e">a\u202eb</p><textarea name="x">\u2067 < y</textarea><TEXTAREA>\u202e</TEXTAREA >\u2069'

    assert replace_in_texts(html) == (
        '<p title="\u202e">a\ufffdb</p><textarea name="x">\u2067 < y</textarea><TEXTAREA>\u202e</TEXTAREA >\ufffd'
    )


@pytest.mark.parametrize("unclosed", ["<textarea ", "<"])
def test_page_of_tags_without_an_end_takes_no_longer_than_others(unclosed: str):
    html = "\u202e" + unclosed * 50_000

    began = time.process_time()
    shown = replace_in_texts(html)

    assert (shown[0], time.process_time() - began < 0.5) == ("\ufffd", True)


@pytest.mark.parametrize("hidden", ["\u202e", "\U000e0068\U000e0069", "\ufe01\ufe02", "\x1b", "\x7f", "\x9b"])
def test_page_hides_nothing(hidden: str):
    page = HttpResponse(f"<p>a{hidden}b</p>", content_type="text/html")

    shown = ControlCharactersMiddleware(lambda request: page)(RequestFactory().get("/"))

    assert shown.content.decode() == "<p>a\ufffdb</p>"


@pytest.mark.django_db
def test_title_of_a_finding_reverses_nothing_in_the_admin(scenario: Scenario):
    finding = factories.finding(scenario, title="a\u202eb", description="c\u202ed")
    client: Any = staff.logged_in_client()

    page = client.get(admin_url(Finding, "change", finding.pk))

    texts = page.content.decode()
    assert ("a\ufffdb</h2>" in texts, "c\ufffdd" in texts) == (True, True)
    assert int(page.get("content-length", len(page.content))) == len(page.content)


@pytest.mark.django_db
def test_api_returns_what_was_sent(scenario: Scenario):
    finding = factories.finding(scenario, title="a\u202eb")

    answer = scenario.client.call("get", f"findings/{finding.pk}")

    assert answer.json()["data"]["title"] == "a\u202eb"
