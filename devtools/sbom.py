"""`./krafter sbom`: the software bill of materials of a release (CycloneDX), and the list of licences.

cyclonedx-py reads the virtual environment; packages that requirements/image.txt does not name are left out.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scanner.closed_pipe import exit_on_closed_pipe

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "image.txt"
LICENCES = ROOT / "docs" / "licences.md"
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Packages whose metadata name no licence; the values are from their licence files.
UNDECLARED_LICENCES = {
    "axe-playwright-python": "MIT",
    "protobuf": "BSD-3-Clause",
    "uritemplate": "BSD-3-Clause OR Apache-2.0",
}
# Other software that packages contain.
CONTAINED_SOFTWARE = {
    "axe-playwright-python": "contains axe-core (MPL-2.0)",
    "drf-spectacular-sidecar": "contains Swagger UI (Apache-2.0) and Redoc (MIT)",
}
HEADER = """# Licences

The Python packages that a release installs, and their licences as their metadata declare them. Written by
`./krafter sbom --licences`. The system packages of the image (Python, Pango, Chromium, fonts) have their licences in
`/usr/share/doc/*/copyright` there.

| Package | Licence |
|---|---|
"""


def requirements() -> dict[str, tuple[str, list[str]]]:
    """Return the version and the SHA-256 hashes of each locked package."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in REQUIREMENTS.read_text().splitlines():
        match = REQUIREMENT.match(line)
        if match:
            name = normalised(match[1])
            found[name] = (match[2], [])
        found.get(name, ("", []))[1].extend(HASH.findall(line))
    return found


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def bill_of_materials() -> dict[str, Any]:
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable, "--output-reproducible"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-format", "JSON", "--output-file", "-"]
    command += ["--no-validate"]  # slower than all the rest; the tests validate the finished document
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(ended.stdout)
    locked = requirements()
    bill["components"] = [
        with_hashes(component, locked[normalised(component["name"])][1])
        for component in bill["components"]
        if normalised(component["name"]) in locked
    ]
    kept = {component["bom-ref"] for component in bill["components"]} | {"root-component"}
    bill["dependencies"] = [
        {**dependency, "dependsOn": [ref for ref in dependency.get("dependsOn", []) if ref in kept]}
        for dependency in bill["dependencies"]
        if dependency["ref"] in kept
    ]
    return bill


def with_hashes(component: dict[str, Any], hashes: Sequence[str]) -> dict[str, Any]:
    """Add a declared licence where there is none, and the hashes of installable distributions."""
    name = normalised(component["name"])
    if not component.get("licenses"):
        component["licenses"] = [{"expression": UNDECLARED_LICENCES[name]}]
    reference = {
        "type": "distribution",
        "url": component["purl"],
        "hashes": [{"alg": "SHA-256", "content": sha256} for sha256 in hashes],
    }
    return {**component, "externalReferences": [*component.get("externalReferences", []), reference]}


def licences_of(component: dict[str, Any]) -> str:
    words = dict.fromkeys(_words(component))
    # A classifier repeats the identifier, less precisely.
    exact = [word for word in words if not word.startswith("License ::")]
    return ", ".join(exact or [word.rpartition(" :: ")[2] for word in words])


def _words(component: dict[str, Any]) -> Iterator[str]:
    for choice in component["licenses"]:
        licence = choice.get("license", {})
        name = choice.get("expression") or licence.get("id") or licence.get("name") or ""
        yield name.splitlines()[0] if name else ""


def licences_page(bill: dict[str, Any]) -> str:
    rows = []
    for component in sorted(bill["components"], key=lambda entry: normalised(entry["name"])):
        name = normalised(component["name"])
        more = f"; {CONTAINED_SOFTWARE[name]}" if name in CONTAINED_SOFTWARE else ""
        rows.append(f"| {name} | {licences_of(component)}{more} |\n")
    return HEADER + "".join(rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./krafter sbom", description=__doc__)
    parser.add_argument(
        "--out", type=Path, help="write the CycloneDX JSON into this file (default: standard output)"
    )
    parser.add_argument("--licences", action="store_true", help="write docs/licences.md instead")
    options = parser.parse_args(arguments)
    bill = bill_of_materials()
    text = json.dumps(bill, indent=2) + "\n"
    path = LICENCES if options.licences else options.out
    try:
        if path:
            path.write_text(licences_page(bill) if options.licences else text)
        else:
            with exit_on_closed_pipe():
                sys.stdout.write(text)
    except OSError as error:
        parser.error(f"{path or 'Standard output'} cannot be written: {error.strerror or error}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
