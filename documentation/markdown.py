"""Render Markdown to HTML: GitHub's anchors, highlighted code, state diagrams, links between pages."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from documentation.state_diagrams import Diagram

type LinkResolver = Callable[[str], str]


@dataclass(frozen=True)
class PageSection:
    """A heading with its anchor, and the text below it until the next heading."""

    level: int
    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class Document:
    """A rendered page; its first section is the page itself."""

    html: str
    sections: tuple[PageSection, ...]

    @property
    def title(self) -> str:
        return self.sections[0].title


def render(source: str, resolve: LinkResolver) -> Document:
    """Render a page that begins with a heading; `resolve` returns the URL of a link's target."""
    renderer = _renderer()
    tokens = renderer.parse(source)
    sections = _mark_headings(tokens)
    for token in _inline(tokens):
        if token.type == "link_open":
            token.attrs["href"] = resolve(str(token.attrs["href"]))
    return Document(renderer.renderer.render(tokens, renderer.options, {}), tuple(sections))


@cache
def _renderer() -> MarkdownIt:
    # The files of the repository are trusted; their HTML is comments.
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    renderer.add_render_rule("fence", _fence)
    renderer.add_render_rule("table_open", _table_open)
    renderer.add_render_rule("table_close", _table_close)
    renderer.add_render_rule("heading_close", _heading_close)
    renderer.add_render_rule("html_block", _no_comment)
    return renderer


def _inline(tokens: Sequence[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or ()]


def _mark_headings(tokens: list[Token]) -> list[PageSection]:
    """Give each heading its anchor, and return the sections that they begin."""
    starts = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    counts: dict[str, int] = {}
    sections = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(tokens)
        title = _text(tokens[start + 1 : start + 2])
        anchor = _unique(slug(title), counts)
        tokens[start].attrs["id"] = anchor
        tokens[start + 2].meta = {"anchor": anchor, "title": title}
        body = _text(tokens[start + 3 : end])
        sections.append(PageSection(int(tokens[start].tag[1]), anchor, title, body))
    return sections


def slug(title: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _unique(anchor: str, counts: dict[str, int]) -> str:
    count = counts[anchor] = counts.get(anchor, -1) + 1
    return f"{anchor}-{count}" if count else anchor


def _text(tokens: Sequence[Token]) -> str:
    pieces = []
    for token in tokens:
        if token.children:
            pieces += ["" if child.type == "softbreak" else child.content for child in token.children]
            pieces.append("\n")
        elif token.type == "fence":
            pieces += [token.content, "\n"]
    return re.sub(r"\s+", " ", "".join(piece or " " for piece in pieces)).strip()


def _fence(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    language, content = tokens[index].info.strip(), tokens[index].content
    return Diagram.parse(content).html() if language == "mermaid" else code_block(content, language)


def code_block(content: str, language: str) -> SafeString:
    """Return highlighted code that scrolls by keyboard too."""
    label = f"Code: {language}" if language else "Code"
    return format_html(
        '<div class="code"><pre tabindex="0" role="group" aria-label="{}"><code>{}</code></pre></div>\n',
        label,
        mark_safe(_highlighted(content, language)),  # noqa: S308  Pygments escapes what it highlights
    )


def _highlighted(content: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language) if language else None
    except ClassNotFound:
        lexer = None
    if lexer is None:
        return str(escape(content))
    return str(highlight(content, lexer, HtmlFormatter(nowrap=True)))


def _table_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    heading = next((token for token in reversed(tokens[:index]) if token.type == "heading_close"), None)
    label = f"Table: {heading.meta['title']}" if heading else "Table"
    return format_html('<div class="table" tabindex="0" role="group" aria-label="{}"><table>\n', label)


def _table_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _heading_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if token.tag == "h1":
        return "</h1>\n"
    link = format_html(
        ' <a class="anchor" href="#{anchor}" aria-label="Link to “{title}”">#</a>', **token.meta
    )
    return f"{link}</{token.tag}>\n"


def _no_comment(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return ""
