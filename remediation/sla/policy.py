"""The keys of a project's policy config about due dates: `sla_hours`, and the section `sla`.

`{"sla": {"pause_while_blocked": true, "warnings": ["1d", "4h"], "business_hours": {"time_zone": "Europe/Vienna",
"days": {"monday": ["09:00-12:00", "13:00-17:00"]}, "holidays": "AT-9", "closed": ["2026-12-24"]}}}`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from accounts.time_zones.names import zone_names
from findings.policy_rules import section_of
from remediation.sla.business_hours import AllHours, BusinessHours, Calendar
from remediation.sla.offsets import invalid_offsets, parse_offsets
from scans.services.schedules import WEEKDAYS

if TYPE_CHECKING:
    import holidays as public_holidays

MAX_HOURS = 24 * 366 * 10  # longer periods are ignored
MAX_EXTENSION_HOURS = 24 * 366
MAX_WARNINGS = 5  # before a due date
MAX_CLOSED_DAYS = 100
SPAN_PATTERN = re.compile(r"\A([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])\Z")
MIDNIGHT = 24 * 60  # minutes: the end of a day
MAX_SPANS = 4  # of a day
DESCRIPTIONS = {
    "time_zone": "it must be the name of a time zone such as Europe/Vienna.",
    "days": f'it must have spans such as ["09:00-17:00"] for days from {WEEKDAYS[0]} to {WEEKDAYS[-1]},'
    f" in order and apart, at most {MAX_SPANS} a day.",
    "holidays": "it must be the code of a country or of a part of it whose holidays are known, such as AT or US-CA.",
    "closed": f"it must be a list of at most {MAX_CLOSED_DAYS} dates such as 2026-12-24.",
}
SETTING_NAMES = ("pause_while_blocked", "warnings", "business_hours")


@dataclass(frozen=True)
class SlaRules:
    """The valid part of a policy: hours by severity, how they are counted, and when to warn."""

    hours: dict[str, float] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=AllHours)
    pause_while_blocked: bool = False
    warnings: tuple[timedelta, ...] = ()

    def allowed(self, severity: str) -> timedelta | None:
        """Return the time until a task of that severity is due."""
        hours = self.hours.get(severity)
        return None if hours is None else timedelta(hours=hours)


@dataclass(frozen=True)
class Terms:
    """The rules of a policy version; without a clock its version is None, as only `sla_hours` counts."""

    rules: SlaRules
    policy_version: int | None


def terms_of(config: dict[str, Any], version: int) -> Terms:
    return Terms(rules_of(config), version if has_clock(config) else None)


def rules_of(config: dict[str, Any]) -> SlaRules:
    """Return the rules of a policy; invalid parts are ignored."""
    section = section_of(config, "sla")
    return SlaRules(
        hours_of(config),
        _calendar_of(section) or AllHours(),
        section.get("pause_while_blocked") is True,
        tuple(parse_offsets(section.get("warnings"), limit=MAX_WARNINGS)),
    )


def has_clock(config: dict[str, Any]) -> bool:
    """Return whether the policy counts in another way than by hours since the task was created."""
    section = section_of(config, "sla")
    return section.get("pause_while_blocked") is True or _calendar_of(section) is not None


def changes_clock(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Return whether the clock of existing tasks differs by another config."""
    if not (has_clock(before) or has_clock(after)):
        return False
    return _clock_parts(before) != _clock_parts(after)


def _clock_parts(config: dict[str, Any]) -> list[Any]:
    rules = rules_of(config)
    return [rules.hours, rules.pause_while_blocked, rules.calendar]


def hours_of(config: dict[str, Any]) -> dict[str, float]:
    """Return the valid part of `sla_hours`: severity → hours."""
    return {
        severity: hours
        for severity, hours in section_of(config, "sla_hours").items()
        if isinstance(hours, int | float) and not isinstance(hours, bool) and 0 <= hours <= MAX_HOURS
    }


def _calendar_of(section: dict[str, Any]) -> BusinessHours | None:
    business_hours = section.get("business_hours")
    # None, and all hours count, if a part is invalid: a part of the hours would be another calendar.
    return _calendar(json.dumps(business_hours)) if isinstance(business_hours, dict) else None


@lru_cache(maxsize=64)  # a calendar remembers the days that it has computed
def _calendar(business_hours: str) -> BusinessHours | None:
    section = json.loads(business_hours)
    if list(_errors(section)):
        return None
    code = section.get("holidays")
    holidays = _holidays(code) if code else None
    return BusinessHours(
        ZoneInfo(section["time_zone"]),
        _hours(section["days"]) or {},
        {} if holidays is None else holidays,  # it is empty until the first date is looked up
        frozenset(_dates(section.get("closed", [])) or []),
    )


def _hours(days: Any) -> dict[int, tuple[tuple[int, int], ...]] | None:
    """Return the spans of each weekday in minutes; None if they are invalid, or if no day has any."""
    if not isinstance(days, dict) or not set(days) <= set(WEEKDAYS):
        return None
    found = {}
    for name, listed in days.items():
        spans = _spans(listed)
        if spans is None:
            return None
        found[WEEKDAYS.index(name)] = spans
    return found if any(found.values()) else None


def _spans(listed: Any) -> tuple[tuple[int, int], ...] | None:
    if not isinstance(listed, list) or len(listed) > MAX_SPANS:
        return None
    matches = [SPAN_PATTERN.match(item) if isinstance(item, str) else None for item in listed]
    if not all(matches):
        return None
    numbers = [[int(part) for part in match.groups()] for match in matches if match]
    edges = [minutes for opens, a, closes, b in numbers for minutes in (opens * 60 + a, closes * 60 + b)]
    in_order = edges == sorted(set(edges)) and all(edge <= MIDNIGHT for edge in edges)
    return tuple(zip(edges[::2], edges[1::2], strict=True)) if in_order else None


def _dates(listed: Any) -> list[date] | None:
    if not isinstance(listed, list) or len(listed) > MAX_CLOSED_DAYS:
        return None
    try:
        return [date.fromisoformat(item) for item in listed]
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=64)
def _holidays(code: str) -> "public_holidays.HolidayBase | None":
    """Return the holidays of a country or region, computed for each year that is requested."""
    import holidays as public_holidays  # imported here: it takes 8 MB, and few policies name holidays

    country, _, part = code.partition("-")
    try:
        return public_holidays.country_holidays(country, subdiv=part or None, language="en_US")
    except NotImplementedError:
        return None


def ignored_part(path: str, value: Any) -> Iterator[str]:
    """Yield a sentence if a key of the policy's `sla` and its value have no effect, or only in part."""
    key = path.partition(".")[2]
    if key == "pause_while_blocked":
        if not isinstance(value, bool):
            yield f"{path} is ignored: it must be true or false."
    elif key == "warnings":
        yield from invalid_offsets(path, value, limit=MAX_WARNINGS)
    elif key != "business_hours":
        yield f"{path} is ignored: the names are {', '.join(SETTING_NAMES)}."
    elif not isinstance(value, dict):
        yield f"{path} is ignored: it must be an object."
    else:
        for name, sentence in _errors(value):
            yield f"{path} is ignored because of {name}: {sentence}"


def _errors(section: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in section:
        if name not in DESCRIPTIONS:
            yield name, f"the names are {', '.join(DESCRIPTIONS)}."
    zone, code = section.get("time_zone"), section.get("holidays")
    if not isinstance(zone, str) or zone not in zone_names():
        yield "time_zone", DESCRIPTIONS["time_zone"]
    if _hours(section.get("days")) is None:
        yield "days", DESCRIPTIONS["days"]
    if code is not None and (not isinstance(code, str) or _holidays(code) is None):
        yield "holidays", DESCRIPTIONS["holidays"]
    if _dates(section.get("closed", [])) is None:
        yield "closed", DESCRIPTIONS["closed"]
