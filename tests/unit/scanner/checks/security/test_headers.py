"""Permissions-Policy at the size that the client accepts."""

import pytest

from scanner.outcome import FAILED, PASSED
from tests.unit.scanner.checks.base_page import good_site, page
from tests.unit.scanner.site_checks import outcome_of

KEY = "security_header_permissions_policy"


def status_of(policy: str) -> str:
    return outcome_of(KEY, good_site(**{"/": page(headers={"Permissions-Policy": policy})})).status


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "policy",
    ['"' + '\\"' * 30_000, f"camera=({' ' * 60_000}(x)", 'a=("' + 'b", "' * 12_000, "a=(" + "b " * 30_000],
)
def test_invalid_permissions_policy_is_read_in_linear_time(policy: str) -> None:
    # In quadratic time, it would take minutes.
    assert status_of(policy) == FAILED


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ('camera=( self  "https://a.example" ), fullscreen=*, usb=()', PASSED),
        ('camera=("https://a.example/b,c");report-to=x', PASSED),
        ('camera=("https://a.example), usb=()', FAILED),
        ("camera=(self", FAILED),
        ("camera=(), ", FAILED),
    ],
)
def test_strings_and_lists_of_a_permissions_policy(policy: str, status: str) -> None:
    assert status_of(policy) == status
