"""Credentials are sealed to their integration, and redacted from texts."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials, services
from integrations.models import Integration
from krafter_audit.security.vault import VaultError
from operations.credentials import reseal
from tests import factories

SECRETS = {
    "token": "secret-4711",
    "key": {"private_key": "pem-4711-long", "scopes": ["scope-4711"]},
    "pin": "123",
}


@pytest.mark.django_db
def test_credentials_of_another_integration_do_not_open(project: Project) -> None:
    ours = services.connect(project, "github", credentials={"token": "t"}, by=SYSTEM)
    theirs = services.connect(factories.project(), "github", credentials={"token": "t"}, by=SYSTEM)
    Integration.objects.filter(pk=theirs.pk).update(credentials=ours.credentials)

    with pytest.raises(VaultError):
        credentials.open_credentials(Integration.objects.get(pk=theirs.pk))


@pytest.mark.django_db
def test_resealed_credentials_are_the_same(project: Project) -> None:
    integration = services.connect(project, "github", credentials=SECRETS, by=SYSTEM)

    integration.credentials = reseal(integration)

    assert credentials.open_credentials(integration) == SECRETS


def test_disconnected_integration_has_no_credentials() -> None:
    with pytest.raises(VaultError, match="There are no credentials"):
        credentials.open_credentials(Integration())


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Bad token secret-4711!", "Bad token [hidden]!"),
        ("pem-4711-long and scope-4711", "[hidden] and [hidden]"),
        ("Error 123", "Error 123"),
    ],
)
def test_secrets_are_redacted_at_any_depth(text: str, redacted: Any) -> None:
    assert credentials.redact(text, SECRETS) == redacted
