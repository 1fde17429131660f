"""Outcomes of checks: passed, failed, not applicable or inconclusive, with evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

type Status = Literal["passed", "failed", "not_applicable", "inconclusive"]

PASSED: Status = "passed"
FAILED: Status = "failed"
NOT_APPLICABLE: Status = "not_applicable"
INCONCLUSIVE: Status = "inconclusive"

# docs/api.md has a sentence about each.
REASONS = frozenset(
    {
        "blocked",
        "timeout",
        "offsite_redirect",
        "target_missing",
        "login_wall",
        "challenge",  # of a bot protection
        "truncated",
        "refused_address",
        "not_available",
        "tool_changed",  # the check passed with a newer Chromium or axe-core, which may be why
        "unsteady",  # the metric fluctuates around its threshold, or the fault comes and goes
        "not_checked",  # the check failed on another page before
        "not_rendered",
        "measured_elsewhere",  # on another page of the same build
    }
)

MAX_DETAILS = 20  # faults that the evidence lists


@dataclass(frozen=True)
class Outcome:
    """The result of one check on one page."""

    status: Status
    value: float | str | None = None  # in the metric's unit, as the samples
    reason: str | None = None  # one of REASONS, exactly when the status is inconclusive
    evidence: dict[str, Any] = field(default_factory=dict)
    samples: list[float] = field(default_factory=list)

    def with_evidence(self, more: Mapping[str, Any]) -> "Outcome":
        """Return a copy with further evidence; evidence of the check itself takes precedence."""
        return replace(self, evidence={**more, **self.evidence})

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "value": self.value,
            "reason": self.reason,
            "evidence": self.evidence,
            "samples": self.samples,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Outcome":
        """Read the output of `to_json`; an unknown status is inconclusive."""
        status = data.get("status")
        known = status in (PASSED, FAILED, NOT_APPLICABLE, INCONCLUSIVE)
        return cls(
            status=status if known else INCONCLUSIVE,  # type: ignore[arg-type]  # one of the words of Status
            value=data.get("value"),
            reason=data.get("reason"),
            evidence=dict(data.get("evidence") or {}),
            samples=list(data.get("samples") or []),
        )


@dataclass(frozen=True)
class Measurement:
    """The samples of a numeric check, not yet compared with its threshold."""

    samples: list[float]
    evidence: dict[str, Any] = field(default_factory=dict)
    # Returns n samples in all; None where one sample is exact.
    take_samples: Callable[[int], list[float]] | None = None
    varies: bool = False  # near the threshold, one sample is not enough
    # As `take_samples`, while nothing else is requested of the site; for samples that our own requests may make worse.
    take_undisturbed_samples: Callable[[int], list[float]] | None = None


def passed(detail: str, **evidence: Any) -> Outcome:
    """Return a passed outcome; `detail` is a sentence on what was found."""
    return Outcome(PASSED, evidence={"detail": detail, **_bounded(evidence)})


def failed(detail: str, **evidence: Any) -> Outcome:
    """Return a failed outcome; `detail` is a sentence on what is wrong."""
    return Outcome(FAILED, evidence={"detail": detail, **_bounded(evidence)})


def not_applicable(detail: str, **evidence: Any) -> Outcome:
    """Return the outcome for a page that has nothing that the rule is about."""
    return Outcome(NOT_APPLICABLE, evidence={"detail": detail, **_bounded(evidence)})


def inconclusive(reason: str, detail: str, **evidence: Any) -> Outcome:
    """Return the outcome of a check that could not run. Raises ValueError for an unknown reason."""
    if reason not in REASONS:
        raise ValueError(f"unknown reason {reason!r}")
    return Outcome(INCONCLUSIVE, reason=reason, evidence={"detail": detail, **_bounded(evidence)})


def faults_in(evidence: Mapping[str, Any]) -> list[str]:
    """Return what a check has failed on, as `fail_if_any` has listed it; evidence may come from outside."""
    faults = evidence.get("faults")
    return [fault for fault in faults if isinstance(fault, str)] if isinstance(faults, list) else []


def faulty_urls(evidence: Mapping[str, Any]) -> set[str]:
    """Return the URLs with which the faults begin, as in `https://example.com/a.css (2000 bytes)`."""
    return {fault.partition(" ")[0] for fault in faults_in(evidence)}


def fail_if_any[F](
    faults: Sequence[F], *, ok: str, problem: str, show: Callable[[F], str] = str, **evidence: Any
) -> Outcome:
    """Fail with the faults, each formatted by `show`; pass when there are none."""
    if not faults:
        return passed(ok, **evidence)
    shown = [show(fault) for fault in faults[:MAX_DETAILS]]
    return failed(problem, count=len(faults), faults=shown, **evidence)


def _bounded(evidence: Mapping[str, Any]) -> dict[str, Any]:
    # Evidence is stored permanently, and a page may have 10,000 faults.
    return {key: value[:MAX_DETAILS] if isinstance(value, list) else value for key, value in evidence.items()}
