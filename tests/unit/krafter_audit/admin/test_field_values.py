"""The fields of rows and their values in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from krafter_audit.admin.field_values import field_label, value_in_words


@pytest.mark.parametrize(
    ("name", "label"),
    [("owner_id", "Owner"), ("sla_due_at", "Due"), ("pr_url", "PR URL"), ("title", "Title")],
)
def test_names_of_fields(name: str, label: str):
    assert field_label(name) == label


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", None, "none"),
        ("late", True, "yes"),
        ("status", "ready_verify", "Ready to verify"),
        ("trigger", "scan_detected", "Scan detected"),
        ("reason", "The vendor is late.", "The vendor is late."),
        ("title", "in_progress", "in_progress"),
        ("owner_id", "7", "Ada"),
        ("sla_due_at", "2026-12-01T10:00:00Z", "1 Dec 2026, 10:00:00 UTC"),
        ("sla_due_at", datetime(2026, 12, 1, 10, tzinfo=UTC), "1 Dec 2026, 10:00:00 UTC"),
        ("accepted_until", "2026-12-01", "1 Dec 2026"),
        ("channels", ["email", "slack"], "email, slack"),
        ("rows", [{"a": 1}], "see the JSON"),
    ],
)
def test_value_of_a_field_is_shown_in_words(name: str, value: Any, words: str):
    assert value_in_words(name, value, {"7": "Ada"}) == words
