"""docs/states.md has the diagrams of the transition tables."""

import pytest

from documentation.contents import source
from documentation.state_machines import DIAGRAMS, with_diagrams
from findings.models import Finding
from remediation.models import Task, Verification
from scans.models import Scan


def page() -> str:
    return source("states").read_text(encoding="utf-8")


def test_page_is_what_the_transition_tables_give() -> None:
    assert with_diagrams(page()) == page()


def test_diagrams_begin_with_the_default_of_the_status() -> None:
    assert {title: diagram.arrows[0].end for title, diagram in DIAGRAMS.items()} == {
        "Finding": Finding._meta.get_field("status").default,
        "Task": Task._meta.get_field("status").default,
        "Verification": Verification._meta.get_field("result").default,
        "Scan": Scan._meta.get_field("status").default,
    }


def test_stale_diagram_is_written_again() -> None:
    assert with_diagrams(page().replace("queued --> running\n", "queued --> lost\n")) == page()


def test_page_without_a_section_is_refused() -> None:
    with pytest.raises(ValueError, match="no section Scan"):
        with_diagrams(page().replace("## Scan\n", "## Other\n"))
