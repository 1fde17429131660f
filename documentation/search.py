"""Search the sections of all pages, in memory: a few hundred sections, no index."""

import re
from dataclasses import dataclass
from functools import cache

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from documentation.pages import all_pages

MAX_QUERY, MAX_WORDS, MAX_RESULTS = 200, 8, 30
SNIPPET_LENGTH = 160  # characters at each side of the first match
# Points that a word adds to the score of a section, by its position; in the text, one for each occurrence.
TITLE_SCORE, PAGE_TITLE_SCORE, WORD_START_SCORE, MAX_TEXT_SCORE = 20, 8, 2, 5


@dataclass(frozen=True)
class SearchEntry:
    url: str
    page: str
    title: str
    text: str
    lower: str
    lower_title: str


@dataclass(frozen=True)
class SearchResult:
    """A matching section, with the text around the first match."""

    url: str
    page: str
    title: str
    snippet: SafeString


def search(query: str) -> list[SearchResult]:
    """Return the sections that have all words of the query, the best first."""
    words = query.lower()[:MAX_QUERY].split()[:MAX_WORDS]
    if not words:
        return []
    scored = [(_score(entry, words), entry) for entry in _entries()]
    best = sorted((match for match in scored if match[0]), key=lambda match: -match[0])[:MAX_RESULTS]
    return [
        SearchResult(entry.url, entry.page, entry.title, _snippet(entry.text, words)) for _, entry in best
    ]


@cache
def _entries() -> list[SearchEntry]:
    return [
        SearchEntry(
            f"{page.url}#{section.anchor}" if section.level > 1 else page.url,
            page.title,
            section.title,
            section.text,
            section.text.lower(),
            section.title.lower(),
        )
        for page in all_pages()
        for section in page.document.sections
    ]


def _score(entry: SearchEntry, words: list[str]) -> int:
    """Return 0 if a word is missing."""
    total = TITLE_SCORE * entry.lower_title.startswith(" ".join(words))
    for word in words:
        score = TITLE_SCORE * (word in entry.lower_title) + PAGE_TITLE_SCORE * (word in entry.page.lower())
        found = entry.lower.count(word)
        if not (found or word in entry.lower_title):
            return 0
        starts_word = bool(re.search(rf"\b{re.escape(word)}", f"{entry.lower_title} {entry.lower}"))
        total += score + min(found, MAX_TEXT_SCORE) + WORD_START_SCORE * starts_word
    return total


def _snippet(text: str, words: list[str]) -> SafeString:
    positions = [position for word in words if (position := text.lower().find(word)) >= 0]
    first = min(positions, default=0)
    start, end = max(0, first - SNIPPET_LENGTH), first + SNIPPET_LENGTH
    shown = text[start:end]
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces = re.split(f"({pattern})", shown, flags=re.IGNORECASE)
    # Every second piece is a match.
    marked = [
        format_html("<mark>{}</mark>", piece) if number % 2 else conditional_escape(piece)
        for number, piece in enumerate(pieces)
    ]
    return mark_safe(f"{'…' if start else ''}{''.join(marked)}{'…' if end < len(text) else ''}")  # noqa: S308  escaped
