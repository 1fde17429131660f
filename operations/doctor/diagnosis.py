from dataclasses import dataclass, field
from typing import Any

OK, WARNING, PROBLEM = "ok", "warning", "problem"


@dataclass(frozen=True)
class Diagnosis:
    """The result of an examination of a subject."""

    subject: str
    level: str
    text: str  # for people
    data: dict[str, Any] = field(default_factory=dict)  # for programs


def ok(subject: str, text: str, **data: Any) -> Diagnosis:
    return Diagnosis(subject, OK, text, data)


def warning(subject: str, text: str, **data: Any) -> Diagnosis:
    """Return a diagnosis that does not fail the doctor."""
    return Diagnosis(subject, WARNING, text, data)


def problem(subject: str, text: str, **data: Any) -> Diagnosis:
    return Diagnosis(subject, PROBLEM, text, data)
