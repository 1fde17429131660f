"""The command line that `./krafter fuzz-api` gives to Schemathesis."""

import argparse
import re
import tomllib

import pytest

from devtools import api_fuzz
from krafter_audit.api.openapi.schema import CachedSchemaGenerator

FACTS = {"url": "http://127.0.0.1:1", "api_key": "kr_live_x", "org_id": "o", "project_id": "p"}
CONFIGURATION = api_fuzz.CONFIGURATION.read_text()
OPERATIONS = tomllib.loads(CONFIGURATION)["operations"]


def test_command_names_description_duration_and_paths() -> None:
    options = argparse.Namespace(minutes=1.5, workers=2, only="findings", seed=7)

    words = api_fuzz.command(FACTS, options)

    assert words[2:4] == ["run", "http://127.0.0.1:1/api/v1/schema"]
    assert {"--max-time=90", "--workers=2", "--include-path-regex=findings", "--seed=7"} <= {*words}


def test_invalid_expression_is_refused_before_the_system_starts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        api_fuzz.main(["--only", "["])

    assert "[ is no regular expression" in capsys.readouterr().err


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(api_fuzz, "_create", lambda facts, resource, body: f"a spare one of {resource}")
    return api_fuzz.create_spare_resources(FACTS)


def test_configuration_names_variables_and_operations_that_exist(created: dict[str, str]) -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()
    operations = {operation["operationId"] for item in paths for operation in item.values()}
    configured = {name for entry in OPERATIONS for name in entry["include-operation-id"]}

    assert set(re.findall(r"\${(\w+)}", CONFIGURATION)) == {*api_fuzz.variables(FACTS), *created}
    assert configured <= operations
    assert all(entry.get("enabled", True) for entry in OPERATIONS)


@pytest.mark.parametrize("operation", ["update_project", "delete_key", "update_member", "delete_member"])
def test_what_would_end_the_run_is_done_to_spare_resources(created: dict[str, str], operation: str) -> None:
    [parameters] = [entry["parameters"] for entry in OPERATIONS if operation in entry["include-operation-id"]]

    assert {value.strip("${}") for value in parameters.values()} <= set(created)
