"""The statuses whose diagrams are in docs/states.md, by the heading of their section."""

import re

from documentation.state_diagrams import Diagram
from findings.models import Finding
from remediation.models import Result, Task, Verification
from scans.models import Scan

APPROVE, REOPEN = "approve", "reopen"
DIAGRAMS = {
    "Finding": Diagram.from_transitions(
        Finding.transitions,
        Finding.Status.values,
        Finding.Status.NEW,
        {
            ("*", Finding.Status.RESOLVED): APPROVE,
            (Finding.Status.RESOLVED, "*"): "reopen, scan, guard window",
        },
    ),
    "Task": Diagram.from_transitions(
        Task.transitions,
        Task.Status.values,
        Task.Status.BACKLOG,
        {("*", Task.Status.DONE): APPROVE, (Task.Status.DONE, "*"): REOPEN},
    ),
    "Verification": Diagram.from_transitions(
        Verification.transitions,
        Result.values,
        Result.PENDING,
        {("*", Result.PASSED): APPROVE, ("*", Result.FAILED): REOPEN},
    ),
    "Scan": Diagram.from_transitions(Scan.transitions, Scan.Status.values, Scan.Status.QUEUED, {}),
}


def with_diagrams(page: str) -> str:
    """Return the page with the diagrams of the transition tables. Raises ValueError without a section."""
    for title, diagram in DIAGRAMS.items():
        block = re.compile(rf"(^## {title}\n(?:(?!^## ).*\n)*?```mermaid\n)(?:.*\n)*?(```)", re.MULTILINE)
        page, count = block.subn(rf"\g<1>{diagram.mermaid()}\g<2>", page)
        if count != 1:
            raise ValueError(f"The page has no section {title} with a diagram.")
    return page
