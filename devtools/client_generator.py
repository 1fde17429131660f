"""`./krafter generate-client`: generate the typed Python client from the OpenAPI description of the API.

`--check` changes nothing, and fails if the generated code differs.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from devtools.lint import set_dummy_settings
from devtools.setup_environment import ROOT
from documentation.api.client_names import function_name, package_name

GENERATED = ROOT / "clients" / "python" / "krafter_client" / "generated"
TEMPLATES = ROOT / "devtools" / "client_templates"  # templates instead of the generator's own, by file name
METHODS = ("get", "post", "put", "patch", "delete")
GENERATOR = """
import sys
from openapi_python_client.cli import app
sys.exit(app())
"""


def description() -> dict[str, Any]:
    """Return the OpenAPI description that the API serves."""
    written = StringIO()
    call_command("spectacular", format="openapi-json", stdout=written)
    found: dict[str, Any] = json.loads(written.getvalue())
    return found


def prepare(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description as the generator reads it best.

    Errors are left out, since the client's transport raises them before a response is parsed. All successes of an
    operation have the same content, so they are `2XX`: a client keeps working when 200 becomes 202. Files of any type
    are `application/octet-stream`.
    """
    names: set[str] = set()
    for path, method, operation in operations(schema):
        name = function_name(method, path)
        if name in names:
            raise ValueError(f"Two operations are named {name}.")
        names.add(name)
        operation["operationId"], operation["tags"] = name, [package_name(path)]
        operation["responses"] = _success(operation["responses"])
    for component in schema["components"]["schemas"].values():
        for name, field in component.get("properties", {}).items():
            if None in field.get("enum", ()):
                _separate_null(name, field)
    return schema


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _separate_null(name: str, field: dict[str, Any]) -> None:
    # The generator writes three equal classes for an enum with null, named after numbers.
    values = [value for value in field.pop("enum") if value is not None]
    del field["type"]
    field["oneOf"] = [{"type": "string", "enum": values, "title": name}, {"type": "null"}]


def _success(responses: dict[str, Any]) -> dict[str, Any]:
    successes = [response for status, response in responses.items() if status.startswith("2")]
    with_content = [response for response in successes if response.get("content")]
    return {"2XX": _binary_as_octets((with_content or successes)[0])}


def _binary_as_octets(response: dict[str, Any]) -> dict[str, Any]:
    content = response.get("content", {})
    is_file = any(media_type["schema"].get("format") == "binary" for media_type in content.values())
    # A download of JSON is a file too.
    if set(content) <= {"application/json"} and not is_file:
        return response
    return {
        **response,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }


def generate(schema: dict[str, Any], target: Path) -> None:
    """Generate the client of a description into a folder. Raises subprocess.CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        source, config = Path(folder, "openapi.json"), Path(folder, "config.json")
        source.write_text(json.dumps(schema), encoding="utf-8")
        config.write_text(json.dumps({"post_hooks": [], "docstrings_on_attributes": True}), encoding="utf-8")
        output = Path(folder, "generated")
        options: list[str | Path] = [
            "--path",
            source,
            "--config",
            config,
            "--output-path",
            output,
            "--meta",
            "none",
            "--custom-template-path",
            TEMPLATES,
        ]
        _run(sys.executable, "-c", GENERATOR, "generate", *options, "--fail-on-warning")
        _tidy(output)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(output, target, ignore=shutil.ignore_patterns(".*", "__pycache__"))


def _tidy(folder: Path) -> None:
    # `--isolated`: the result must not depend on where the folder is.
    ruff = [sys.executable, "-m", "ruff"]
    _run(*ruff, "check", "--isolated", "--quiet", "--no-cache", "--fix-only", "--select", "F401,I", folder)
    _run(*ruff, "format", "--isolated", "--quiet", "--no-cache", "--line-length", "110", folder)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{done.stdout}{done.stderr}".strip())


def differences(schema: dict[str, Any]) -> list[str]:
    """Return the files that differ from the description, by path in the folder."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "generated")
        generate(schema, fresh)
        new, old = files_in(fresh), files_in(GENERATED)
        return sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))


def files_in(folder: Path) -> dict[str, str]:
    """Return the text of each file below a folder by path."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def main(arguments: Sequence[str]) -> int:
    """Generate the client, or with `--check` compare it; return the exit status."""
    parser = argparse.ArgumentParser(prog="./krafter generate-client", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; end with 1 if a file is stale")
    options = parser.parse_args(arguments)
    set_dummy_settings()
    django.setup()
    schema = prepare(description())
    if not options.check:
        generate(schema, GENERATED)
        print(f"{len(files_in(GENERATED))} files are in {GENERATED.relative_to(ROOT)}.")
        return 0
    stale = differences(schema)
    if stale:
        print(f"Stale: {', '.join(stale)}. Run ./krafter generate-client.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
