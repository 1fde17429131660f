"""A state of the vendor means fixed, open or undecided; an unknown one is undecided."""

import pytest

from integrations.providers.findings import RecheckResult, result_by_state

STATES = {
    "fixed": {"closed": "is closed"},
    "open_": {"open": "is open"},
    "undecided": {"dismissed": "was dismissed"},
}


@pytest.mark.parametrize(
    ("state", "fixed", "message"),
    [
        ("closed", True, "The alert is closed."),
        ("open", False, "The alert is open."),
        ("dismissed", None, "The alert was dismissed."),
        ("new", None, "The alert has a state that this version does not know: 'new'."),
        (None, None, "The alert has a state that this version does not know: 'None'."),
    ],
)
def test_result_follows_from_the_state(state: object, fixed: bool | None, message: str) -> None:
    result = result_by_state(state, subject="The alert", **STATES)

    assert result == RecheckResult(fixed, message, {"state": state})
