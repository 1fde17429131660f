"""The form that shares a report."""

from datetime import timedelta
from typing import Any

import pytest

from reports.admin.forms import ShareForm


@pytest.mark.parametrize(
    ("data", "arguments"),
    [
        ({"channel": "link", "recipients": "ada@example.com"}, {}),
        (
            {"channel": "email", "recipients": "ada@example.com,\n bob@example.com; "},
            {"recipients": ["ada@example.com", "bob@example.com"]},
        ),
        ({"channel": "slack", "webhook_url": " https://hooks.slack.com/services/T/B/x "}, {
            "webhook_url": "https://hooks.slack.com/services/T/B/x"
        }),
    ],
)  # fmt: skip
def test_service_gets_the_field_of_the_channel(data: dict[str, str], arguments: dict[str, Any]) -> None:
    form = ShareForm({**data, "days": "1"})

    assert form.is_valid(), form.errors
    assert form.validated == {"channel": data["channel"], "expires_in": timedelta(days=1), **arguments}


def test_invalid_address_is_named() -> None:
    form = ShareForm({"channel": "email", "recipients": "ada@example.com, bob", "days": "1"})

    assert form.errors == {"recipients": ["bob: Enter a valid email address."]}
