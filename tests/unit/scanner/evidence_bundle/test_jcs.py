"""Canonical JSON follows RFC 8785, so that an auditor can compute the same hashes in another language."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from scanner.evidence_bundle.jcs import canonical, plain

# RFC 8785, appendix B, and what ECMAScript says at the borders of its forms.
NUMBERS = {
    -0.0: "0",
    5e-324: "5e-324",
    -5e-324: "-5e-324",
    1.7976931348623157e308: "1.7976931348623157e+308",
    9007199254740992.0: "9007199254740992",
    295147905179352830000.0: "295147905179352830000",
    9.999999999999997e22: "9.999999999999997e+22",
    1e23: "1e+23",
    999999999999999700000.0: "999999999999999700000",
    999999999999999900000.0: "999999999999999900000",
    1e21: "1e+21",
    9.999999999999997e-7: "9.999999999999997e-7",
    0.000001: "0.000001",
    333333333.3333332: "333333333.3333332",
    333333333.33333325: "333333333.33333325",
    -0.0000033333333333333333: "-0.0000033333333333333333",
    1424953923781206.2: "1424953923781206.2",
    4.5: "4.5",
    2e-3: "0.002",
    100: "100",
    900.0: "900",
    2**53 + 1: "9007199254740992",
}


@pytest.mark.parametrize(("value", "written"), NUMBERS.items())
def test_a_number_is_written_as_ecmascript_writes_it(value: float, written: str):
    assert canonical(value) == written


def test_a_large_integer_is_rounded_at_any_depth():
    assert canonical({"a": [2**53 + 1, (2**53 + 1,)]}) == '{"a":[9007199254740992,[9007199254740992]]}'


def test_example_of_the_rfc_has_the_canonical_form_that_it_shows():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }

    assert canonical(value) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_names_are_sorted_by_their_utf16_units():
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    written = canonical(dict.fromkeys(names, 0))

    assert written == '{"\\r":0,"1":0,"\u0080":0,"ö":0,"€":0,"😀":0,"\ufb33":0}'


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 10**400, "\ud800", {1: 2}, {"\udfff": 1}, b"x"]
)
def test_value_that_json_cannot_represent_is_rejected(value: object):
    with pytest.raises(ValueError):
        canonical(value)


def test_measured_values_of_any_type_become_plain_json():
    value = {
        "nan": float("nan"),
        "beyond": 10**400,
        "half": "a\ud800",
        "at": datetime(2026, 11, 1, 12, tzinfo=UTC),
        "id": UUID(int=1),
        3: (1, None, True),
    }

    made = plain(value)

    assert {**made, "beyond": made["beyond"][:3]} == {
        "nan": "nan",
        "beyond": "100",
        "half": "a?",
        "at": "2026-11-01T12:00:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
        "3": [1, None, True],
    }
    assert canonical(made)
