"""`rotate_credentials` seals everything with the first key."""

import base64
import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials, services
from integrations.models import Integration
from integrations.providers.registry import PROVIDERS
from krafter_audit.security import vault
from operations.credentials import secret_of
from operations.management.commands import rotate_credentials
from tests import factories, staff

pytestmark = pytest.mark.django_db
OLD = f"old:{base64.b64encode(bytes(32)).decode()}"
NEW = f"new:{base64.b64encode(bytes([1] * 32)).decode()}"


@pytest.fixture
def project() -> Project:
    return factories.scenario().project


@pytest.fixture(autouse=True)
def sealed_with_the_old_key(settings: Settings, project: Project) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = OLD
    for name in PROVIDERS[:8]:
        services.connect(project, name, credentials={"token": f"of {name}"}, by=SYSTEM)
    settings.KRAFTER_ENCRYPTION_KEYS = f"{NEW},{OLD}"


def rotate(**options: int) -> list[str]:
    out = io.StringIO()
    call_command("rotate_credentials", stdout=out, stderr=out, **options)
    return out.getvalue().splitlines()


def key_ids() -> set[str]:
    return {vault.key_id_of(bytes(row.credentials or b"")) for row in Integration.objects.all()}


def test_rotation_seals_every_credential_with_the_first_key(
    settings: Settings,
) -> None:
    output = rotate(batch=3)

    settings.KRAFTER_ENCRYPTION_KEYS = NEW
    assert output == ["8 rotated", "0 already current", "0 replaced meanwhile", "0 unreadable"]
    assert key_ids() == {"new"}
    for row in Integration.objects.all():
        assert credentials.open_credentials(row) == {"token": f"of {row.provider}"}


def test_second_rotation_changes_nothing() -> None:
    rotate()
    before = list(Integration.objects.order_by("id").values_list("credentials", flat=True))

    output = rotate()

    assert output[:2] == ["0 rotated", "8 already current"]
    assert list(Integration.objects.order_by("id").values_list("credentials", flat=True)) == before


def test_credentials_replaced_meanwhile_are_not_overwritten(project: Project) -> None:
    read_before = Integration.objects.get(provider="github")
    services.connect(project, "github", credentials={"token": "newer"}, by=SYSTEM)

    outcome = rotate_credentials.rotate(secret_of(read_before), "new")

    assert outcome == "replaced meanwhile"
    assert credentials.open_credentials(Integration.objects.get(provider="github")) == {"token": "newer"}


def test_disconnected_integrations_are_skipped(project: Project) -> None:
    services.disconnect(project, "github", by=SYSTEM)

    assert rotate()[0] == "7 rotated"


def test_unreadable_credentials_are_counted_and_kept(settings: Settings) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = NEW

    out = io.StringIO()
    with pytest.raises(CommandError, match="not in KRAFTER_ENCRYPTION_KEYS"):
        call_command("rotate_credentials", stdout=out)

    assert out.getvalue().splitlines()[3] == "8 unreadable"
    assert key_ids() == {"old"}


def test_rotation_seals_the_secrets_of_second_factors(settings: Settings) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = OLD
    user = staff.superuser()
    TOTP.activate(user, "GEZDGNBVGY3TQOJQ")
    RecoveryCodes.activate(user)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    settings.KRAFTER_ENCRYPTION_KEYS = f"{NEW},{OLD}"

    output = rotate()

    settings.KRAFTER_ENCRYPTION_KEYS = NEW
    rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
    assert output[0] == "10 rotated"
    assert decrypt(rows["totp"].data["secret"]) == "GEZDGNBVGY3TQOJQ"
    assert rows["recovery_codes"].wrap().get_unused_codes() == codes
