"""What a check saw: passed, failed, does not apply, or could not be looked at (and why)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

type Status = Literal["passed", "failed", "not_applicable", "inconclusive"]

PASSED: Status = "passed"
FAILED: Status = "failed"
NOT_APPLICABLE: Status = "not_applicable"
INCONCLUSIVE: Status = "inconclusive"

REASONS = frozenset(
    {
        "blocked",
        "timeout",
        "offsite_redirect",
        "target_missing",
        "login_wall",
        "challenge",
        "truncated",
        "refused_address",
        "not_available",
        "tool_changed",
        "unsteady",
    }
)

MOST_DETAILS = 20


@dataclass(frozen=True)
class Outcome:
    """One answer of one check.

    `value` and `samples` are in the unit of the check's metric; both are empty for a boolean check.
    `reason` is one of `REASONS` and is set exactly when `status` is inconclusive.
    `evidence` is a JSON object: what was fetched and what was seen in it.
    """

    status: Status
    value: float | str | None = None
    reason: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    samples: list[float] = field(default_factory=list)

    def with_evidence(self, more: Mapping[str, Any]) -> "Outcome":
        """Return the same outcome with further evidence; what the check itself said is kept."""
        return replace(self, evidence={**more, **self.evidence})

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as a JSON object, in the form that `from_json` reads."""
        return {
            "status": self.status,
            "value": self.value,
            "reason": self.reason,
            "evidence": self.evidence,
            "samples": self.samples,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Outcome":
        """Read what `to_json` wrote. Whatever is missing is empty; an unknown status is inconclusive."""
        status = data.get("status")
        known = status in (PASSED, FAILED, NOT_APPLICABLE, INCONCLUSIVE)
        return cls(
            status=status if known else INCONCLUSIVE,  # type: ignore[arg-type]
            value=data.get("value"),
            reason=data.get("reason"),
            evidence=dict(data.get("evidence") or {}),
            samples=list(data.get("samples") or []),
        )


@dataclass(frozen=True)
class Measurement:
    """The samples of a numeric check, still to be judged against its threshold.

    `more(n)` gives n samples in all, the ones already taken among them; None where one sample is exact.
    """

    samples: list[float]
    evidence: dict[str, Any] = field(default_factory=dict)
    more: Callable[[int], list[float]] | None = None


def passed(detail: str, **seen: Any) -> Outcome:
    """The rule holds; `detail` is a sentence that says what was seen."""
    return Outcome(PASSED, evidence={"detail": detail, **_bounded(seen)})


def failed(detail: str, **seen: Any) -> Outcome:
    """The rule is broken; `detail` is a sentence that says how."""
    return Outcome(FAILED, evidence={"detail": detail, **_bounded(seen)})


def not_applicable(detail: str, **seen: Any) -> Outcome:
    """There is nothing on this page that the rule speaks of."""
    return Outcome(NOT_APPLICABLE, evidence={"detail": detail, **_bounded(seen)})


def inconclusive(reason: str, detail: str, **seen: Any) -> Outcome:
    """The check could not look. Raises ValueError for a reason that is not one of `REASONS`."""
    if reason not in REASONS:
        raise ValueError(f"unknown reason {reason!r}")
    return Outcome(INCONCLUSIVE, reason=reason, evidence={"detail": detail, **_bounded(seen)})


def verdict[F](
    faults: Sequence[F], *, fine: str, wrong: str, show: Callable[[F], str] = str, **seen: Any
) -> Outcome:
    """Fail with the faults listed (the first 20 as `show` writes them, and their count), pass without any."""
    if not faults:
        return passed(fine, **seen)
    return failed(wrong, count=len(faults), faults=[show(fault) for fault in faults[:MOST_DETAILS]], **seen)


def _bounded(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Cut long lists: evidence is kept for ever, a page with 10,000 faults must not fill the table."""
    return {key: value[:MOST_DETAILS] if isinstance(value, list) else value for key, value in seen.items()}
