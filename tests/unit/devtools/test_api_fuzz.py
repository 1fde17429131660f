"""The command line that `./krafter fuzz-api` gives to Schemathesis."""

import argparse
import re
import tomllib

from devtools import api_fuzz
from krafter_audit.api.schema import CachedSchemaGenerator

FACTS = {"url": "http://127.0.0.1:1", "api_key": "kr_live_x", "org_id": "o", "project_id": "p"}
CONFIGURATION = api_fuzz.CONFIGURATION.read_text()


def test_command_names_description_duration_and_paths() -> None:
    options = argparse.Namespace(minutes=1.5, workers=2, only="findings", seed=7)

    words = api_fuzz.command(FACTS, options)

    assert words[2:4] == ["run", "http://127.0.0.1:1/api/v1/schema"]
    assert {"--max-time=90", "--workers=2", "--include-path-regex=findings", "--seed=7"} <= {*words}


def test_configuration_names_variables_and_operations_that_exist() -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()
    operations = {operation["operationId"] for item in paths for operation in item.values()}
    left_out = tomllib.loads(CONFIGURATION)["operations"][0]["include-operation-id"]

    assert set(re.findall(r"\${(\w+)}", CONFIGURATION)) == set(api_fuzz.variables(FACTS))
    assert set(left_out) <= operations
