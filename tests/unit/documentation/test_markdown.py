"""Markdown becomes HTML with GitHub's anchors, keyboard access to what scrolls, and sections for the search."""

import pytest

from documentation.markdown import Document, code_block, render, slug


def rendered(source: str) -> Document:
    return render(f"# Page\n\n{source}", lambda target: f"/docs/{target}")


def test_headings_have_anchors_of_github_and_sections_their_text() -> None:
    document = rendered("Before\n\n## A `B` & c\n\nText **bold**\nnext\n\n## A `B` & c\n\n```\ncode\n```")

    assert [(section.level, section.anchor, section.text) for section in document.sections] == [
        (1, "page", "Before"),
        (2, "a-b--c", "Text bold next"),
        (2, "a-b--c-1", "code"),
    ]
    assert document.title == "Page"
    assert '<h2 id="a-b--c-1">' in document.html
    assert 'href="#a-b--c" aria-label="Link to “A B &amp; c”"' in document.html


def test_links_are_resolved_also_in_tables() -> None:
    html = rendered("[one](one.md)\n\n| a |\n|---|\n| [two](two.md) |").html

    assert 'href="/docs/one.md"' in html
    assert 'href="/docs/two.md"' in html


def test_tables_and_code_are_reachable_by_keyboard_and_labelled() -> None:
    html = rendered("## Rows\n\n| a |\n|---|\n| b |\n\n```python\nx = 1\n```").html

    assert '<div class="table" tabindex="0" role="group" aria-label="Table: Rows"><table>' in html
    assert '<pre tabindex="0" role="group" aria-label="Code: python">' in html


def test_html_comments_are_left_out() -> None:
    assert "written by" not in rendered("<!-- written by a command -->\n\ntext").html


def test_code_is_highlighted_and_escaped() -> None:
    html = code_block("x = '<b>'  # & y\n", "python")

    assert '<span class="c1"># &amp; y</span>' in html
    assert "<b>" not in html


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_code_without_a_known_language_is_escaped(language: str) -> None:
    assert "<code>a &lt; b\n</code>" in code_block("a < b\n", language)


def test_slug_keeps_letters_digits_hyphens_and_underscores() -> None:
    assert slug("Rate-limits: 100 (a_b)!") == "rate-limits-100-a_b"
