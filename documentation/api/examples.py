"""Examples of an operation: curl, Python with krafter_client, and JavaScript with fetch.

Every example reads the server, the API key and ids from environment variables, so that it runs as it is.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from documentation.api.client_names import function_name, package_name
from documentation.api.operations import KEY, ORGANIZATION, PATH_WORDS, PROJECT, SERVER, Operation

VARIABLE = re.compile(r'"\$([A-Z][A-Z0-9_]*)"')
FILE_RESPONSE = (
    "if (!response.ok) throw new Error(`HTTP ${response.status}`);",
    "const content = await response.arrayBuffer();",
    "console.log(content.byteLength);",
)
JSON_RESPONSE = (
    "const { data, error } = await response.json();",
    "if (error) throw new Error(`${error.code}: ${error.message}`);",
    "console.log(data);",
)
CLIENT_ARGUMENTS = (
    ("", SERVER),
    ("", KEY),
    ("org_id=", ORGANIZATION),
    ("project_id=", PROJECT),
)
PYTHON_WORDS = {"true": "True", "false": "False", "null": "None"}


@dataclass(frozen=True)
class CodeExample:
    """An example; `lexer` names its language for highlighting."""

    language: str
    lexer: str
    code: str


def examples(operation: Operation) -> list[CodeExample]:
    return [
        CodeExample("curl", "bash", curl(operation)),
        CodeExample("Python", "python", python(operation)),
        CodeExample("JavaScript", "javascript", javascript(operation)),
    ]


def curl(operation: Operation) -> str:
    """Return a command for bash."""
    url = f"${SERVER}{_path(operation, '${}')}"
    method = "" if operation.method == "GET" else f"-X {operation.method} "
    lines = [f"curl --fail-with-body {method}".rstrip(), f'  "{url}"', f'  -H "Authorization: Bearer ${KEY}"']
    if operation.body is not None:
        body = VARIABLE.sub(r'''"'"$\1"'"''', json.dumps(operation.body, indent=2))
        lines += ['  -H "Content-Type: application/json"', f"  -d '{body}'"]
    if operation.is_file:
        lines.append("  --output file")
    return " \\\n".join(lines) + "\n"


def javascript(operation: Operation) -> str:
    """Return a module for Node.js; in a browser the variables come from elsewhere."""
    names = [SERVER, KEY, *_path_variables(operation), *operation.variables]
    url = f"${{{SERVER}}}{_path(operation, '${{{}}}')}"
    headers = [f"Authorization: `Bearer ${{{KEY}}}`"]
    method = [] if operation.method == "GET" else [f'method: "{operation.method}"']
    body = []
    if operation.body is not None:
        headers.append('"Content-Type": "application/json"')
        body = [f"body: JSON.stringify({_literal(operation.body, '{}')})"]
    options = [*method, f"headers: {{ {', '.join(headers)} }}", *body]
    return "\n".join(
        [
            f"const {{ {', '.join(dict.fromkeys(names))} }} = process.env;",
            "",
            f"const url = `{url}`;",
            "const response = await fetch(url, {",
            *(f"  {option}," for option in _indented(options)),
            "});",
            *(FILE_RESPONSE if operation.is_file else JSON_RESPONSE),
            "",
        ]
    )


def python(operation: Operation) -> str:
    """Return a script that calls the generated function of the client."""
    function = function_name(operation.method, operation.path)
    arguments = [*_python_arguments(operation), "client=audit.generated"]
    body: list[str] = []
    models: list[str] = []
    if operation.body is not None:
        model = operation.body_name
        models = [f"from krafter_client.generated.models import {model}"]
        literal = _literal(operation.body, 'os.environ["{}"]', is_python=True)
        body = _indented([f"    body = {model}.from_dict({literal})"], "    ")
        arguments.append("body=body")
    printed = "len(response.content)" if operation.is_file else "response.parsed"
    return "\n".join(
        [
            "import os",
            "",
            "from krafter_client import ProjectClient",
            f"from krafter_client.generated.api.{package_name(operation.path)} import {function}",
            *models,
            "",
            "with ProjectClient(",
            *(f'    {name}os.environ["{value}"],' for name, value in CLIENT_ARGUMENTS),
            ") as audit:",
            *body,
            f"    response = {function}.sync_detailed({', '.join(arguments)})",
            f"    print({printed})",
            "",
        ]
    )


def _python_arguments(operation: Operation) -> list[str]:
    names = operation.path_parameters
    known = {"org_id": "audit.path[0]", "project_id": "audit.path[1]"}
    both = names[:2] == ["org_id", "project_id"]
    rest = names[2:] if both else names
    values = [known.get(name) or _value(operation, name, 'os.environ["{}"]', '"{}"') for name in rest]
    return [*(["*audit.path"] if both else []), *values]


def _path(operation: Operation, variable_format: str) -> str:
    """Return the path with each parameter as a variable of a language, such as `${}`, or as a word."""
    return re.sub(
        r"\{(\w+)\}", lambda found: _value(operation, found[1], variable_format, "{}"), operation.path
    )


def _value(operation: Operation, parameter: str, variable_format: str, word_format: str) -> str:
    if parameter in PATH_WORDS:
        return word_format.format(PATH_WORDS[parameter])
    return variable_format.format(operation.variable(parameter))


def _path_variables(operation: Operation) -> list[str]:
    return [operation.variable(name) for name in operation.path_parameters if name not in PATH_WORDS]


def _literal(body: Any, variable_format: str, *, is_python: bool = False) -> str:
    text = json.dumps(body, indent=2 if not is_python else 4)
    if is_python:
        text = re.sub(r"(?<=: )(true|false|null)\b", lambda found: PYTHON_WORDS[found[1]], text)
    return VARIABLE.sub(lambda found: variable_format.format(found[1]), text)


def _indented(items: list[str], by: str = "  ") -> list[str]:
    return [item.replace("\n", f"\n{by}") for item in items]
