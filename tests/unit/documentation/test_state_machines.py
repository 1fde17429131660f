"""docs/states.md has the diagrams of the transition tables."""

import pytest

from documentation.contents import source
from documentation.state_diagrams import Diagram
from documentation.state_machines import DIAGRAMS, documented


def page() -> str:
    return source("states").read_text(encoding="utf-8")


def test_page_is_what_the_transition_tables_give() -> None:
    assert documented(page()) == page()


@pytest.mark.parametrize("title", DIAGRAMS)
def test_page_shows_the_diagram_of_each_status(title: str) -> None:
    text = page().split(f"\n## {title}\n")[1].split("```mermaid\n")[1].split("```")[0]

    assert Diagram.parse(text) == DIAGRAMS[title]


def test_stale_diagram_is_written_again() -> None:
    assert documented(page().replace("queued --> running\n", "queued --> lost\n")) == page()


def test_page_without_a_section_is_refused() -> None:
    with pytest.raises(ValueError, match="no section Scan"):
        documented(page().replace("## Scan\n", "## Other\n"))
