"""Evidence that is too large or too deep is truncated, and says so."""

from typing import Any

from findings.services.evidence_limits import MAX_EVIDENCE_BYTES, size_of, truncate


def nested(levels: int) -> Any:
    """Return a list in as many lists."""
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


def test_evidence_within_the_limits_stays() -> None:
    evidence = {"checks": ["csp"], "text": "x" * 200_000, "location": nested(60)}

    assert truncate(evidence) == evidence


def test_value_that_is_nested_too_deeply_is_truncated() -> None:
    for levels in (61, 1_000, 100_000):
        found = truncate({"rule": "js/xss", "location": nested(levels)})

        assert (found["rule"], found["truncated"]) == ("js/xss", ["location"])
        assert len(found["location"]) <= 201


def test_largest_values_are_truncated_first_and_until_the_evidence_fits() -> None:
    large = {"list": ["ä" * 100] * 1_500, "text": "x" * 150_000, "other": "y" * 90_000, "checks": ["csp"]}

    found = truncate(large)

    assert found["truncated"] == ["list"]
    assert (found["text"], found["other"], found["checks"]) == (large["text"], large["other"], ["csp"])
    assert found["list"].endswith("…")
    assert size_of(found) <= MAX_EVIDENCE_BYTES
