"""Prose uses the project's vocabulary; `tests/project_rules/prose.py` has the list of words."""

import pytest

from tests.project_rules import prose


def test_prose_uses_no_forbidden_word() -> None:
    assert [str(hit) for path in prose.files() for hit in prose.hits(path)] == []


def test_allowed_words_are_in_their_files() -> None:
    used = {path: {hit.word for hit in prose.all_hits(path)} | {"*"} for path in prose.ALLOWED}

    assert {path: words - used[path] for path, words in prose.ALLOWED.items() if words - used[path]} == {}


@pytest.mark.parametrize("text", ["We mend it.", "It looks\nat the page.", "See what\nstands in it."])
def test_forbidden_words_are_found_in_any_case_and_across_lines(text: str) -> None:
    assert len(list(prose.found_in("docs/page.md", text.upper()))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/page.md", "`POST /faults/mend`\n\n```\nmend\n```\n"),
        ("docs/page.md", "| `checks_not_passed` | 409 | Mend and run again. | Run it again. |"),
        ("templates/page.html", '<p class="house">{% mend %}{{ room }}</p>'),
        ("scans/models.py", 'mend = "house"  # a name\n'),
    ],
)
def test_code_is_no_prose(path: str, text: str) -> None:
    assert list(prose.found_in(path, text)) == []


@pytest.mark.parametrize("text", ["# mend\n", '"""mend"""\n', 'def f():\n    """mend"""\n'])
def test_comments_and_docstrings_are_prose(text: str) -> None:
    assert [hit.word for hit in prose.found_in("scans/models.py", text)] == ["mend"]
