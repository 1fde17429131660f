import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst

from krafter_audit.admin.text import status_label
from krafter_audit.displayed_times import in_utc

LABELS = {"owner_id": "Owner", "sla_due_at": "Due"}
DATE_FIELDS = frozenset({"accepted_until", "due_date"})
# Fields that have only a few different values.
CHOICE_FIELDS = frozenset(
    {
        "status",
        "severity",
        "priority",
        "domain",
        "result",
        "reason",
        "sla_outcome",
        "trigger",
        "cause",
        "role",
        "outcome",
    }
)


def field_label(name: str) -> str:
    """Return the name of a field in words: `pr_url` is `PR URL`."""
    label = re.sub(r"\b(sla|url|sha|pr)\b", lambda found: found[0].upper(), name.replace("_", " "))
    return LABELS.get(name, capfirst(label))


def value_in_words(name: str, value: Any, owners: Mapping[str, str] | None = None) -> str:
    """Return the value of a field in words; `owners` are the names of users by their ids."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "", [], {}):
        return "none"
    if isinstance(value, list) and not any(isinstance(element, dict | list) for element in value):
        return ", ".join(map(str, value))
    if isinstance(value, dict | list):
        return "see the JSON"
    if name == "owner_id":
        return (owners or {}).get(str(value), str(value))
    return _time_in_words(name, value) or _word(name, str(value))


def _time_in_words(name: str, value: Any) -> str:
    if name in DATE_FIELDS:
        return date_format(date.fromisoformat(str(value)))
    moment = parse_datetime(str(value)) if name.endswith("_at") else None
    return in_utc(value if isinstance(value, datetime) else moment) if moment else ""


def _word(name: str, value: str) -> str:
    return status_label(value) if name in CHOICE_FIELDS and re.fullmatch("[a-z_]+", value) else value
