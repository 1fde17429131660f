from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any

from findings import check_keys
from findings.models import Domain, Severity
from findings.policy_rules import MAX_REQUESTS_PER_SECOND, MAX_THRESHOLD, MIN_REQUESTS_PER_SECOND, ignored
from remediation.alert_routing import AlertChannel
from remediation.approval_rules import MAX_APPROVALS
from remediation.policy_sections.declarations import SECTIONS, PolicySection
from remediation.sla import policy as sla_policy
from remediation.sla.policy import MAX_HOURS
from scanner import registry
from scans.models import ScanSchedule
from scans.services.schedules import WEEKDAYS

# Each sentence compares a name with all known names: a config may have a hundred thousand.
MAX_SENTENCES = 100
MORE = "Further parts are ignored, too."
# Yields a sentence if a key of a section and its value have no effect, or only in part. The key is a path such as
# `sla_hours.critical`.
type FindIgnored = Callable[[str, Any], Iterator[str]]


def ignored_parts(config: dict[str, Any]) -> list[str]:
    """Return a sentence for each section, key or value of a policy's config that has no effect; the first 100."""
    sentences = (sentence for name, value in config.items() for sentence in _ignored_in(name, value))
    first = list(islice(sentences, MAX_SENTENCES))
    return first if next(sentences, None) is None else [*first, MORE]


def _ignored_in(name: str, value: Any) -> Iterator[str]:
    find_ignored = SECTION_WARNINGS.get(name)
    if find_ignored is None:
        yield f"{name} is ignored: {_expected(name, SECTION_WARNINGS)}"
    elif not isinstance(value, dict):
        yield f"{name} is ignored: it must be an object."
    else:
        for key, inner in value.items():
            yield from find_ignored(f"{name}.{key}", inner)


def _expected(name: str, known: Collection[str]) -> str:
    nearest = get_close_matches(name, list(known), n=1)
    return f"did you mean {nearest[0]}?" if nearest else f"the names are {', '.join(known)}."


def _key(path: str) -> str:
    return path.partition(".")[2]


def _known(path: str, known: Collection[str]) -> Iterator[str]:
    if _key(path) not in known:
        yield f"{path} is ignored: {_expected(_key(path), known)}"


def _number(path: str, value: Any, low: float, high: float) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        yield f"{path} is ignored: it must be a number from {low:g} to {high:g}."


def invalid_whole_number(path: str, value: Any, low: int, high: int) -> Iterator[str]:
    """Yield a sentence if the value is no integer from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield f"{path} is ignored: it must be a whole number from {low} to {high}."


def _choice(path: str, value: Any, choices: Collection[str]) -> Iterator[str]:
    if value not in choices:
        yield f"{path} is ignored: it must be one of {', '.join(choices)}."


def invalid_flag(path: str, value: Any) -> Iterator[str]:
    """Yield a sentence if the value is no boolean."""
    if not isinstance(value, bool):
        yield f"{path} is ignored: it must be true or false."


def _severity_rule(path: str, value: Any) -> Iterator[str]:
    yield from _known(path, Domain.values)
    yield from _choice(path, value, Severity.values)


def _hours(path: str, value: Any) -> Iterator[str]:
    yield from _known(path, Severity.values)
    yield from _number(path, value, 0, MAX_HOURS)


def _route(path: str, value: Any) -> Iterator[str]:
    yield from _known(path, Severity.values)
    known = [item for item in value if item in AlertChannel.values] if isinstance(value, list) else []
    if not isinstance(value, list) or len(known) < len(value):
        yield f"{ignored(path, in_part=known)}: it must be a list of {', '.join(AlertChannel.values)}."


def _approvals(path: str, value: Any) -> Iterator[str]:
    if _key(path) == "not_author":
        yield from invalid_flag(path, value)
    else:
        yield from _known(path, (*Severity.values, "not_author"))
        yield from invalid_whole_number(path, value, 1, MAX_APPROVALS)


def _check_rule(path: str, value: Any) -> Iterator[str]:
    key = registry.ALIASES.get(_key(path), _key(path))
    if not check_keys.is_known(key):
        yield f"{path} is ignored: it is not a check. {check_keys.suggestion(key)}".rstrip()
    elif not isinstance(value, dict):
        yield f"{path} is ignored: it must be an object."
    else:
        yield from _check_settings(path, value)


def _check_settings(path: str, value: dict[str, Any]) -> Iterator[str]:
    for name, inner in value.items():
        if name == "threshold":
            yield from _number(f"{path}.threshold", inner, -MAX_THRESHOLD, MAX_THRESHOLD)
        elif name != "enabled":
            yield f"{path}.{name} is ignored: {_expected(name, ('enabled', 'threshold'))}"
        else:
            yield from invalid_flag(f"{path}.enabled", inner)


def _scans(path: str, value: Any) -> Iterator[str]:
    key = _key(path)
    if key == "schedule":
        yield from _choice(path, value, ScanSchedule.Frequency.values)
    elif key == "day":
        yield from _choice(path, value, WEEKDAYS)
    elif key == "hour":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 23:
            yield f"{path}: {value!r} is no hour from 0 to 23, so no scans are scheduled."
    elif key == "paused":
        yield from invalid_flag(path, value)
    else:
        yield from _known(path, ("schedule", "day", "hour", "paused"))


def _scan(path: str, value: Any) -> Iterator[str]:
    if _key(path) == "max_requests_per_second":
        yield from _number(path, value, MIN_REQUESTS_PER_SECOND, MAX_REQUESTS_PER_SECOND)
    else:
        yield from _known(path, ("max_requests_per_second",))


SECTION_WARNINGS: dict[str, FindIgnored] = {
    "severity_rules": _severity_rule,
    "sla_hours": _hours,
    "sla": sla_policy.ignored_part,
    "checks": _check_rule,
    "scans": _scans,
    "scan": _scan,
    "alert_routing": _route,
    "approvals": _approvals,
}


def register_section(section: PolicySection, find_ignored: FindIgnored) -> None:
    """Register a section that a higher app reads: its form, and the function that finds its parts without effect."""
    SECTIONS[section.name], SECTION_WARNINGS[section.name] = section, find_ignored
