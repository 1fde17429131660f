"""The section `guard` of a project's policy config.

`{"guard": {"critical": ["1h", "1d", "7d"], "high": ["1d"], "runs_per_day": 200}}`. Without offsets for its severity a
finding is not guarded.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from findings.models import Severity
from findings.policy_rules import section_of
from remediation.policy_sections.declarations import FieldKind, PolicyField, PolicySection, fields_for
from remediation.policy_versions.warnings import invalid_whole_number
from remediation.sla.offsets import invalid_offsets, parse_offsets

MAX_OFFSETS = 10  # runs of a guard window
DEFAULT_RUNS_PER_DAY, MAX_RUNS_PER_DAY = 200, 10_000
SECTION = PolicySection(
    "guard",
    "Guard windows",
    "When a finding is checked again after an approval: times such as 1h, 1d, 7d, comma-separated.",
    (
        *fields_for("guard", Severity, FieldKind.WORDS, empty="Not checked again"),
        PolicyField(
            ("guard", "runs_per_day"),
            "Limit",
            FieldKind.WHOLE_NUMBER,
            low=0,
            high=MAX_RUNS_PER_DAY,
            unit="runs in 24 hours",
            empty=str(DEFAULT_RUNS_PER_DAY),
        ),
    ),
)


def offsets(config: dict[str, Any], severity: str) -> list[timedelta]:
    """Return the times after an approval at which a finding of that severity is checked again, in order."""
    return parse_offsets(section_of(config, "guard").get(severity), limit=MAX_OFFSETS)


def runs_per_day(config: dict[str, Any]) -> int:
    """Return the project's limit of guard runs in 24 hours."""
    number = section_of(config, "guard").get("runs_per_day")
    valid = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MAX_RUNS_PER_DAY
    return number if valid else DEFAULT_RUNS_PER_DAY  # type: ignore[return-value]  # an int, if it is valid


def ignored_part(path: str, value: Any) -> Iterator[str]:
    """Yield a sentence if a key of the policy's `guard` and its value have no effect, or only in part."""
    key = path.partition(".")[2]
    if key == "runs_per_day":
        yield from invalid_whole_number(path, value, 0, MAX_RUNS_PER_DAY)
    elif key not in Severity.values:
        yield f"{path} is ignored: the names are {', '.join(Severity.values)}, runs_per_day."
    else:
        yield from invalid_offsets(path, value, limit=MAX_OFFSETS)
