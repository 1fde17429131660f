"""Texts in tickets keep their format, refer to no issue, mention no person and hide nothing that follows them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from integrations.providers.escaped_markdown import (
    GITHUB_REFERENCES,
    GITLAB_REFERENCES,
    LINEAR_REFERENCES,
    MAX_TEXT_LENGTH,
    ZERO_WIDTH_SPACE,
    escape,
    with_references,
    without_references,
)
from integrations.providers.markdown import block
from tests.unit.integrations.providers.drafts import draft

VENDORS = {"github": GITHUB_REFERENCES, "gitlab": GITLAB_REFERENCES, "linear": LINEAR_REFERENCES}
COMMENT = re.compile(r"<!-- /?krafter-task(:[0-9a-f-]+)? -->\n?")


def inline_tokens(markdown: str) -> list[Token]:
    """Return the parts of a body that a vendor renders: text, code and HTML, in the order of the page."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [part for token in tokens for part in (token.children or [token])]


def texts(markdown: str) -> str:
    """Return the rendered text outside code, where vendors look for references."""
    return "\n".join(part.content for part in inline_tokens(markdown) if part.type == "text")


def shown(markdown: str) -> str:
    """Return all that a reader sees, as it is copied, without the signs that have no width."""
    kinds = ("text", "code_inline", "fence")
    parts = [part.content for part in inline_tokens(markdown) if part.type in kinds]
    return "".join(parts).replace(ZERO_WIDTH_SPACE, "")


@pytest.mark.parametrize(
    ("vendor", "text"),
    [
        ("github", "#1"),
        ("github", "See #12, and acme/shop#3."),
        ("github", r"\#1"),
        ("github", "&#35;1"),
        ("github", "&num;1"),
        ("github", "GH-1 gh-2"),
        ("github", r"GH\-1"),
        ("github", "@octocat"),
        ("github", "&commat;octocat &#64;octocat"),
        ("github", "https://x,@octocat"),
        ("github", "(https://example.com/a)#1"),
        ("gitlab", "#1 !2 $3 &4 %5 ~6"),
        ("gitlab", '%"Next release" ~bug ^alert#7'),
        ("gitlab", "[vulnerability:8] [work_item:9] GL-10"),
        ("gitlab", "&excl;1"),
        ("linear", "@ada"),
    ],
)
def test_text_has_no_reference_and_reads_as_before(vendor: str, text: str) -> None:
    rendered = texts(escape(text, VENDORS[vendor]))

    assert not re.search(r"@\w|#\d|GH-\d|GL-\d|[!$&]\d|[%~][\w\"]|\[[a-z_]+:", rendered, re.IGNORECASE)
    # A backslash before a sign is the author's; an entity is shown as it is written.
    assert rendered.replace(ZERO_WIDTH_SPACE, "") == re.sub(r"\\(?=[#-])", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "Use `<main>` **once**, at 100 % width & 1 < 2.",
        "Tom & Jerry; a #hashtag, C# and 5 ~ 6!",
        "See https://example.com/a?b=1&c=2#3 and <https://example.com>.",
        "```css\n@media print { color: #123456 }\n/* #1 &amp; <b> */\n```",
        "~~~~\n```\n@a #1\n~~~~",
    ],
)
def test_format_links_and_code_are_kept(text: str) -> None:
    escaped = escape(text, GITHUB_REFERENCES)

    assert escaped.replace(ZERO_WIDTH_SPACE, "") == text.replace("<https", "&lt;https")


@pytest.mark.parametrize(
    ("vendor", "text"),
    [
        ("gitlab", "```\n#1 @all ~bug\n```"),
        ("github", "Color `#767676`"),
    ],
)
def test_code_is_shown_as_it_is(vendor: str, text: str) -> None:
    assert shown(escape(text, VENDORS[vendor])) == shown(text)


def test_tags_are_shown_and_not_interpreted() -> None:
    escaped = escape(
        'Add <meta name="viewport">, `<main>` and &nbsp; <!-- no --> <details>', GITHUB_REFERENCES
    )

    assert [part.type for part in inline_tokens(escaped) if part.type.startswith("html")] == []
    assert shown(escaped) == 'Add <meta name="viewport">, <main> and &nbsp; <!-- no --> <details>'


@pytest.mark.parametrize(
    "text",
    [
        "Run:\n```\ncurl",
        "~~~ sh",
        "````\n```",
        "1. Run:\n2. ```\n3. curl",
        "> ```\n> a",
        "- a\n\n  ```\n@octocat\n  ```",
        "```\n~~~",
        "<details><pre>",
        "<!--",
        "`",
        "    ```",
        "```\n" + "x" * MAX_TEXT_LENGTH + "\n```",
    ],
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_what_follows_a_text_is_not_hidden(vendor: str, text: str) -> None:
    assert_harmless(text, vendor)


FRAGMENTS = (
    "```", "~~~", "````", "`", "``", "\n", "\n\n", "\r", " ", "    ", "- ", "1. ", "> ", "|", "\\", "<pre>",
    "<!--", "-->", "<", "&", "&#35;", "&num;", "#1", "#", "1", "@octocat", "@", "GH-1",
    "[", "](", ")", "*", "_", "x", "$$", "---", "=",
)  # fmt: skip


@settings(deadline=None)
@given(text=st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
def test_no_combination_of_signs_refers_to_an_issue_or_hides_what_follows(text: str) -> None:
    assert_harmless(text, "github")


def assert_harmless(text: str, vendor: str) -> None:
    body = f"{block(draft(), escape(text, VENDORS[vendor]))}\n\nThe *last* line."

    parts = inline_tokens(body)
    assert [part.content for part in parts if part.type == "text"][-3:] == ["The ", "last", " line."]
    assert all(COMMENT.fullmatch(part.content) for part in parts if part.type.startswith("html"))
    assert not re.search(r"@\w|#\d|GH-\d", texts(body))


@pytest.mark.parametrize("sign", ["~~~x\n", "```\n~~~\n````x\n", "<", "&#1;", "`", "http://", "http://a/b/"])
def test_long_text_is_escaped_in_a_moment_and_fits(sign: str) -> None:
    assert MAX_TEXT_LENGTH * 0.5 < len(escape(sign * MAX_TEXT_LENGTH, GITLAB_REFERENCES)) <= MAX_TEXT_LENGTH


@pytest.mark.parametrize(
    "title",
    [
        "Fix #1 for @ada",
        "~bug in GL-7 & 100 %",
        "[issue:1] ^alert#2",
        "C# and 5 $",
        "See https://a.b/c/d/issues/1",
    ],
)
def test_title_without_references_is_read_as_it_was(title: str) -> None:
    written = without_references(title, GITLAB_REFERENCES)

    assert not re.search(r"@\w|#\d|GL-\d|~\w|\[[a-z]+:|https?:", written)
    assert with_references(written) == title


@pytest.mark.parametrize(
    ("vendor", "url"),
    [
        ("github", "https://github.com/acme/shop/issues/12"),
        ("github", "HTTPS://www.GitHub.com/acme/shop/pull/12#issuecomment-1"),
        ("github", "http://git.example.com/acme/shop/discussions/3"),
        ("gitlab", "https://gitlab.com/acme/web/shop/-/issues/12"),
        ("gitlab", "https://git.example.com:8443/acme/shop/-/merge_requests/3/diffs"),
        ("gitlab", "https://gitlab.com/groups/acme/-/epics/3"),
        ("gitlab", "https://gitlab.com/acme/shop/issues/12"),
        ("gitlab", "https://gitlab.com/acme/shop/-/work_items/12"),
    ],
)
@pytest.mark.parametrize("form", ["See {}.", "[here]({})", "<{}>", "![x]({})"])
def test_address_of_an_issue_is_no_reference(vendor: str, url: str, form: str) -> None:
    text = form.format(url)

    escaped = escape(text, VENDORS[vendor])

    assert not re.search("https?://", escaped, re.IGNORECASE)
    assert shown(escaped).replace("\\", "") == shown(text.replace("<", "&lt;"))


def test_profile_of_a_person_in_linear_is_no_mention() -> None:
    escaped = escape(
        "Ask https://linear.app/acme/profiles/ada, see https://linear.app/acme/issue/ENG-1", LINEAR_REFERENCES
    )

    assert "https://linear.app/acme/profiles" not in escaped
    assert "https://linear.app/acme/issue/ENG-1" in escaped
