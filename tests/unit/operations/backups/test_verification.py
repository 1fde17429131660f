from pytest_django import Settings

from accounts.actors import SYSTEM
from integrations import services
from operations.backups.verification import verify
from tests.factories import Scenario


def test_credentials_whose_key_is_missing_are_a_problem(scenario: Scenario, settings: Settings) -> None:
    connected = services.connect(scenario.project, "github", credentials={"token": "t"}, by=SYSTEM)
    settings.KRAFTER_ENCRYPTION_KEYS = settings.KRAFTER_ENCRYPTION_KEYS.replace("test:", "other:")

    found = verify()["checks"]["credentials"]

    assert found["examples"] == [f"integrations.Integration {connected.pk} cannot be opened"]
