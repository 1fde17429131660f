"""A state diagram is read from a transition table or from Mermaid text, and drawn with a table."""

import re

import pytest

from documentation.state_diagrams import Arrow, Diagram
from krafter_audit.db.transitions import StatusTransitions

TABLE = StatusTransitions("status", {"open": {"busy", "done"}, "busy": {"open", "done"}, "done": set()})
DIAGRAM = Diagram.from_transitions(TABLE, ["open", "busy", "done"], "open", {("*", "done"): "approve"})
MERMAID = """\
stateDiagram-v2
    [*] --> open
    open --> busy
    open --> done: approve
    busy --> open
    busy --> done: approve
"""


def test_diagram_of_a_table_has_an_arrow_for_each_allowed_change() -> None:
    assert DIAGRAM.mermaid() == MERMAID


def test_mermaid_text_is_read_as_it_was_written() -> None:
    assert Diagram.parse(MERMAID) == DIAGRAM
    assert DIAGRAM.statuses == ["open", "busy", "done"]


@pytest.mark.parametrize(
    "text", ["flowchart LR\n    a --> b\n", "stateDiagram-v2\n    a --> b\n    note right of a\n"]
)
def test_other_diagrams_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="Only state diagrams"):
        Diagram.parse(text)


def test_drawing_has_a_name_the_statuses_and_an_arc_for_each_change() -> None:
    html = DIAGRAM.html()

    assert 'role="img" aria-label="State diagram. It begins with open;' in html
    assert re.findall(r"<text[^>]*>(\w+)</text>", html) == ["open", "busy", "done"]
    # The change in both directions is one arc with two heads; the arrow of the creation is drawn too.
    assert len(re.findall(r'<path class="arc', html)) == 1 + 3
    assert len(re.findall(r'<path class="head', html)) == 1 + 4
    assert len(re.findall(r'class="arc caused"', html)) == 2


def test_table_lists_every_change_with_its_cause() -> None:
    html = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", DIAGRAM.html().split("<tbody>")[1])).strip()

    assert html == "open (first) busy, done (approve) busy open, done (approve) done none: it is final"


def test_last_status_is_marked() -> None:
    assert len(re.findall(r'class="status last"', DIAGRAM.html())) == 1


def test_arrow_has_no_cause_by_default() -> None:
    assert Arrow("a", "b").cause == ""
