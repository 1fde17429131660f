"""`compose.yaml` gives each container the settings that docs/self-hosting.md names."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def environment(service: str) -> dict[str, Any]:
    return dict(SERVICES[service]["environment"])


def test_web_has_the_settings_of_the_steps_of_an_installation() -> None:
    given = {
        "KRAFTER_PUBLIC_URL",
        "KRAFTER_TRUSTED_PROXIES",
        "EMAIL_URL",
        "KRAFTER_FROM_EMAIL",
        "KRAFTER_METRICS_TOKEN",
    }

    assert given - set(environment("web")) == set()


def test_migrations_have_no_time_limit_of_a_statement() -> None:
    assert environment("migrate")["KRAFTER_DB_STATEMENT_SECONDS"] == "0"
