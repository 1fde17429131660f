"""Each operation has examples that name what exists."""

import importlib
import inspect
import json
import shutil
import subprocess

import pytest

from documentation.api.client_names import function_name, package_name
from documentation.api.examples import curl, examples, javascript, python
from documentation.api.operations import Operation, all_operations

OPERATIONS = {operation.id: operation for operation in all_operations()}
# Parses modules without running them.
PARSE = """
import { text } from "node:stream/consumers";
import { SourceTextModule } from "node:vm";
const codes = Object.entries(JSON.parse(await text(process.stdin)));
const errors = {};
for (const [name, code] of codes) {
  try { new SourceTextModule(code) } catch (error) { errors[name] = String(error) }
}
console.log(JSON.stringify({ parsed: codes.length, errors }));
"""
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))


def test_operation_has_an_example_in_each_language() -> None:
    assert [example.language for example in examples(OPERATIONS["get_task"])] == [
        "curl",
        "Python",
        "JavaScript",
    ]


@each_operation
def test_python_example_calls_an_existing_function_with_its_arguments(operation: Operation) -> None:
    package, function = package_name(operation.path), function_name(operation.method, operation.path)
    module = importlib.import_module(f"krafter_client.generated.api.{package}.{function}")

    compile(python(operation), operation.id, "exec")
    positional = [
        parameter.name
        for parameter in inspect.signature(module.sync_detailed).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    assert positional == operation.path_parameters


def test_curl_sends_ids_of_variables_in_valid_json() -> None:
    script = f"curl() {{ printf '%s' \"${{!#}}\"; }}\nFINDING_ID=abc\n{curl(OPERATIONS['create_task'])}"

    sent = subprocess.run(["bash", "-c", script], text=True, capture_output=True).stdout

    assert json.loads(sent)["finding_id"] == "abc"


def test_javascript_example_names_the_variables_that_it_reads() -> None:
    code = javascript(OPERATIONS["update_webhook"])

    names = "KRAFTER_AUDIT_URL, KRAFTER_AUDIT_API_KEY, KRAFTER_AUDIT_ORG, WEBHOOK_ID"
    assert code.startswith(f"const {{ {names} }} = process.env;")
    assert 'method: "PATCH",' in code


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed: JavaScript is not parsed")
def test_node_parses_every_javascript_example() -> None:
    codes = {name: javascript(operation) for name, operation in OPERATIONS.items()}

    done = subprocess.run(
        ["node", "--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", PARSE],
        input=json.dumps(codes),
        text=True,
        capture_output=True,
    )

    assert (json.loads(done.stdout), done.stderr) == ({"parsed": len(codes), "errors": {}}, "")
