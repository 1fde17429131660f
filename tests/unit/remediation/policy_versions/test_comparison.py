"""The differences of two JSON values."""

from remediation.policy_versions.comparison import compare


def test_equal_values_have_no_differences() -> None:
    assert list(compare({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})) == []


def test_keys_are_escaped_and_lists_compared_as_a_whole() -> None:
    found = list(compare({"a/b": [1], "c": None}, {"a/b": [1, 2], "d~": None}))

    assert found == [
        {"path": "/a~1b", "change": "changed", "before": [1], "after": [1, 2]},
        {"path": "/c", "change": "removed", "before": None, "after": None},
        {"path": "/d~0", "change": "added", "before": None, "after": None},
    ]


def test_true_and_1_are_different() -> None:
    assert list(compare({"a": True}, {"a": 1})) == [
        {"path": "/a", "change": "changed", "before": True, "after": 1}
    ]
