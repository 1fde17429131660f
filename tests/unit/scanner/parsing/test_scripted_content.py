"""Scripts that build content are recognised in the HTML as sent."""

import pytest

from scanner.page.page import Page
from scanner.parsing.scripted_content import (
    adds_elements,
    has_building_script,
    is_built_by_scripts,
    own_scripts,
)
from tests.fakes.html_response import html_response

TEXT = "<p>Our lamps are made by hand in a small workshop, since 1921.</p>"


def page(body: str) -> Page:
    response = html_response(f"<!doctype html><title>Shop</title><body>{body}")
    return Page(response)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div id=root></div><script src=/a.js></script>", True),
        (f"{TEXT}<div id=app> </div><script src=/a.js></script>", True),
        ("<app-root></app-root><script type=module src=/a.js></script>", True),
        ("<p>Loading…</p><script src=/a.js></script>", True),
        (f"<noscript>{TEXT}</noscript><script src=/a.js></script>", True),
        (f"<div id=root>{TEXT}</div><script src=/a.js></script>", False),
        (f"{TEXT}<script src=/a.js></script>", False),
        ("<img src=/a.png><script src=/a.js></script>", False),
        ("<p>Short.</p>", False),
        ('<div id=root></div><script type="application/ld+json">{}</script>', False),
        # HTML, 4.12.1.1: the type is compared as a whole.
        ('<div id=root></div><script type=" Text/JavaScript " src=/a.js></script>', True),
        ('<div id=root></div><script type="text/javascript; charset=utf-8" src=/a.js></script>', False),
        ("<div id=root></div><script language=VBScript src=/a.vbs></script>", False),
        ("<div id=root></div><script language=JavaScript1.2 src=/a.js></script>", True),
        ('<div id=root></div><script language=VBScript type="module" src=/a.js></script>', True),
    ],
)
def test_page_is_built_by_scripts_if_its_html_has_scripts_and_no_content(
    body: str, *, expected: bool
) -> None:
    assert is_built_by_scripts(page(body)) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("box.innerHTML += '<img>'", True),
        ("document.write('<img>')", True),
        ("document.createElement('img')", True),
        ("document.createElement(tag)", True),
        ("$('<img>').appendTo(box)", True),
        ("jQuery(box).after(`<p>`)", True),
        ("box.append(range.createContextualFragment(text))", True),
        ("box.append(...new DOMParser().parseFromString(text, 'text/html').body.children)", True),
        ("table.insertRow().insertCell().append(link)", True),
        ("Vue.createApp({ template }).mount('#shop')", True),
        ("import('/view.js')", True),
        ("import{view}from'/view.js'", True),
        ("import view from '/view.js'", True),
        ("important(1); load(import.meta.url)", False),
        ("document.createElement('canvas').getContext('2d')", False),  # as WordPress tests for emoji
        ("document.createElement('script')", False),
        ("var s = 'script', e = document.createElement(s)", False),
        ("if (box.innerHTML == '') count()", False),
        ("form.append('name', value)", False),
        ("", False),
    ],
)
def test_inline_script_that_adds_elements_is_recognised(code: str, *, expected: bool) -> None:
    assert has_building_script(page(f"{TEXT}<script>{code}</script>")) is expected


def test_file_that_creates_any_element_adds_elements() -> None:
    assert adds_elements("const kind = 'script'; export const h = (tag) => document.createElement(tag)")
    assert not adds_elements("export const sum = (a, b) => a + b")


def test_file_that_loads_another_one_may_add_elements() -> None:
    assert adds_elements(
        "document.head.append(Object.assign(document.createElement('script'), { src: '/b.js' }))"
    )


def test_scripts_of_the_site_are_its_own() -> None:
    body = (
        "<script src=/a.js></script><script src=/a.js></script><script src=//static.example.com/b.js></script>"
        '<script src="https://analytics.example.org/c.js"></script><noscript><script src=/d.js></script></noscript>'
    )

    assert own_scripts(page(body)) == ["https://www.example.com/a.js", "https://static.example.com/b.js"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<img src=/a onerror=\"box.innerHTML = '<b>'\">", True),
        ("<link rel=stylesheet media=print href=/a.css onload=\"this.media = 'all'\">", False),
        ("<p onclick=\"box.innerHTML = '<b>'\">", False),
    ],
)
def test_handler_of_an_event_without_a_click_may_build_content(body: str, *, expected: bool) -> None:
    assert has_building_script(page(body)) is expected
