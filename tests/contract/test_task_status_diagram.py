"""The diagram of task statuses in docs/states.md shows the transition table of tasks."""

import re
from pathlib import Path

from remediation.models import Task

STATES = Path(__file__).resolve().parents[2] / "docs" / "states.md"
ARROW = re.compile(r"^ +(\S+) --> (\w+)(?:: (\w+))?$", re.MULTILINE)


def diagram_transitions() -> dict[tuple[str, str], str]:
    """Return `{(from, to): label}` of the diagram; `[*]` is the creation of a task."""
    section = STATES.read_text(encoding="utf-8").split("\n## Task\n")[1].split("\n## ")[0]
    [diagram] = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", section, re.DOTALL)
    found = ARROW.findall(diagram)
    assert len(found) == len(diagram.splitlines())
    return {(start, end): label for start, end, label in found}


def test_diagram_shows_exactly_the_allowed_transitions() -> None:
    allowed = {
        (str(start), str(end))
        for start in Task.Status
        for end in Task.Status
        if start != end and Task.transitions.allows(start, end)
    }

    assert set(diagram_transitions()) - {("[*]", "backlog")} == allowed


def test_diagram_starts_with_the_default_status() -> None:
    assert [end for start, end in diagram_transitions() if start == "[*]"] == [
        Task._meta.get_field("status").default
    ]


def test_only_a_decision_about_a_verification_enters_or_leaves_done() -> None:
    labels = {
        (start == "done", end == "done", label) for (start, end), label in diagram_transitions().items()
    }

    assert labels == {(False, False, ""), (False, True, "approve"), (True, False, "reopen")}
