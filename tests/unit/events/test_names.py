"""Names of events and groups of them."""

import pytest

from events.names import event_label, matches, pattern_error


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["finding.created"], True),
        (["finding.*"], True),
        (["task.created", "finding.*"], True),
        (["finding.updated"], False),
        (["task.*"], False),
        (["*"], False),
        ([], False),
    ],
)
def test_name_matches_itself_and_its_group(patterns: list[str], expected: bool) -> None:
    assert matches("finding.created", patterns) is expected


@pytest.mark.parametrize("pattern", ["finding.created", "site_credentials.*"])
def test_valid_pattern_has_no_error(pattern: str) -> None:
    assert pattern_error(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("finding.crated", "finding.created"),
        ("verification", "verification."),
        ("scan.everything_at_once", "scan.queued"),
        ("x", "finding.*"),
        ("", "finding.*"),
        ("*", "finding.*"),
    ],
)
def test_error_of_an_invalid_pattern_names_valid_ones(pattern: str, named: str) -> None:
    assert named in pattern_error(pattern)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("api_key.issued", "API key issued"),
        ("sign_in.succeeded", "Sign-in succeeded"),
        ("member.role_changed", "Member role changed"),
    ],
)
def test_label_is_the_name_in_words(name: str, label: str) -> None:
    assert event_label(name) == label
