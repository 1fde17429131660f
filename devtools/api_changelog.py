"""`./krafter api-changelog`: what has changed in the API since its last release.

devtools/api_surface.json lists the facts of the released description: operations, parameters, fields, values. The
changes are the facts that are new or gone. `--check` fails if one of them breaks a client. `--release NAME` adds
them to docs/api-changelog.md, and writes the file again.
"""

import argparse
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import django

from devtools.client_generator import description, operations
from devtools.lint import set_dummy_settings
from devtools.setup_environment import ROOT

SURFACE, CHANGELOG = ROOT / "devtools" / "api_surface.json", ROOT / "docs" / "api-changelog.md"
INSERTION_MARKER = "<!-- ./krafter api-changelog --release adds a section below. -->\n"
PREFIX = "/api/v1/"
REQUIRED, DEPRECATED, PARAMETER, REQUEST = " (required)", " (deprecated)", " ?", "Request."
LIMIT_KEYWORDS = ("maxLength", "maxItems", "maximum", "minLength", "minItems", "minimum", "pattern")
LIMIT_FACT = re.compile(rf"(.+) \(({'|'.join(LIMIT_KEYWORDS)}) (.+)\)")


def facts(schema: dict[str, Any]) -> set[str]:
    """Return the facts of a description on which a client may rely, as texts."""
    found = set()
    for path, method, operation in operations(schema):
        found |= set(_operation_facts(f"{method.upper()} {path.removeprefix(PREFIX)}", operation))
    for name, component in schema["components"]["schemas"].items():
        found |= set(_schema_facts(name, component))
    return found


def _operation_facts(name: str, operation: dict[str, Any]) -> Iterator[str]:
    yield name
    if operation.get("deprecated"):
        yield f"{name}{DEPRECATED}"
    for parameter in operation.get("parameters", ()):
        yield from _schema_facts(f"{name}{PARAMETER}{parameter['name']}", parameter["schema"])
        if parameter.get("required") and parameter["in"] != "path":
            yield f"{name}{PARAMETER}{parameter['name']}{REQUIRED}"
    for status, body in [("request", operation.get("requestBody", {})), *operation["responses"].items()]:
        for media_type, content in body.get("content", {}).items():
            yield from _schema_facts(f"{name} {status} {media_type}", content["schema"])


def _schema_facts(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"{name}: {_type(schema)}"
    for value in schema.get("enum", ()):
        yield f"{name} = {value}"
    if _is_sent(f"{name}."):
        yield from (f"{name} ({limit} {schema[limit]})" for limit in LIMIT_KEYWORDS if limit in schema)
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key, ()):
            yield from _schema_facts(name, part)
    if "items" in schema:
        yield from _schema_facts(f"{name}[]", schema["items"])
    for field in schema.get("required", ()):
        yield f"{name}.{field}{REQUIRED}"
    for field, inner in schema.get("properties", {}).items():
        yield from _schema_facts(f"{name}.{field}", inner)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kinds = schema.get("type", "any")
    return " or ".join([kinds] if isinstance(kinds, str) else kinds)


def breaking(added: Iterable[str], removed: Iterable[str]) -> list[str]:
    """Return the changes that can break a client: removed parts, and new requirements of requests."""
    released = _released()
    gone = [
        f"- {fact}"
        for fact in removed
        if not (_is_demand(fact) or fact.endswith(DEPRECATED) or LIMIT_FACT.fullmatch(fact))
    ]
    # A new request may require fields, and a new operation parameters.
    old = {_owner(fact) for fact in released}
    new_requirements = [f"+ {fact}" for fact in added if _is_demand(fact) and _owner(fact) in old]
    limits = {(found[1], found[2]): found[3] for found in map(LIMIT_FACT.fullmatch, released) if found}
    narrower = [f"+ {fact}" for fact in added if _is_narrower(fact, released, limits)]
    return sorted(gone + new_requirements + narrower)


def _is_demand(fact: str) -> bool:
    return fact.endswith(REQUIRED) and _is_sent(fact)


def _is_sent(fact: str) -> bool:
    return REQUEST in fact or PARAMETER in fact


def _is_narrower(fact: str, released: Collection[str], limits: Mapping[tuple[str, str], str]) -> bool:
    """Return whether a fact is a limit that a released field of a request did not have, or not so narrow."""
    found = LIMIT_FACT.fullmatch(fact)
    if found is None:
        return False
    name, limit, value = found.groups()
    before = limits.get((name, limit))
    if before is None:
        return any(known.startswith(f"{name}: ") for known in released)
    if limit == "pattern":
        return True
    return float(value) < float(before) if limit.startswith("max") else float(value) > float(before)


def _owner(fact: str) -> str:
    return fact.partition(PARAMETER if PARAMETER in fact else ".")[0]


def _released() -> set[str]:
    return set(json.loads(SURFACE.read_text(encoding="utf-8"))) if SURFACE.exists() else set()


def section(name: str, added: Iterable[str], removed: Iterable[str]) -> str:
    parts = [("Added", sorted(added)), ("Removed", sorted(removed))]
    lists = [
        f"**{title}**\n\n" + "\n".join(f"- `{fact}`" for fact in listed) for title, listed in parts if listed
    ]
    return f"## {name} ({datetime.now(UTC):%Y-%m-%d})\n\n" + "\n\n".join(lists or ["No changes."]) + "\n"


def release(name: str, current: set[str]) -> None:
    """Add the changes to the changelog, and make the current description the released one."""
    old = _released()
    text = section(name, current - old, old - current) if old else f"## {name}\n\nThe first release.\n"
    before, mark, earlier = CHANGELOG.read_text(encoding="utf-8").partition(INSERTION_MARKER)
    CHANGELOG.write_text(f"{before}{mark}\n{text}{earlier if old else ''}", encoding="utf-8")
    SURFACE.write_text(json.dumps(sorted(current), indent=0) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print, check or release the changes; return the exit status."""
    parser = argparse.ArgumentParser(prog="./krafter api-changelog", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="end with 1 if a change breaks clients, and list these"
    )
    parser.add_argument("--release", metavar="NAME", help="add a section to docs/api-changelog.md")
    options = parser.parse_args(arguments)
    set_dummy_settings()
    django.setup()
    current, old = facts(description()), _released()
    added, removed = current - old, old - current
    if options.release:
        release(options.release, current)
        return 0
    if options.check:
        broken = breaking(added, removed)
        print("\n".join(broken), file=sys.stderr)
        return 1 if broken else 0
    print(section("Unreleased", added, removed), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
